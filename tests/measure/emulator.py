"""120 virtual days at one reading a minute, all the way to flash: build/measure/emulator.json.

wall_s is the time from the host's leaving the port until the last day is lived; afterwards every page is read back and
verified, so that `readings` counts what is really in flash, not what was asked for. cpu_s is what emulator and VM
used of their one core: on a machine that does other work too, wall_s is longer.
"""

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.verify import verify_pages
from provisioned import begin_fitting, connect, given, read_all
from taghil.vm.process import Emulator

LIMIT_S = 60
OUT = Path("build/measure/emulator.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=120)
    parser.add_argument("--cadence-s", type=int, default=60)
    parser.add_argument("--seal-s", type=int, default=21600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(Path(folder), scenario="quiet", days=arguments.days, seed=arguments.seed) as tag,
    ):
        with connect(tag) as client:
            public_key = client.hello()["public_key"]
            certificate = begin_fitting(client, arguments.cadence_s, arguments.seal_s)
        started = time.perf_counter()
        tag.wait("lived", 3600)
        wall_s = time.perf_counter() - started
        found = tag.status()
        with connect(tag) as client:
            status = client.status()
            pages = read_all(client)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    verified = verify_pages(pages, public_key, given=given(certificate))
    expected = int(arguments.days * 86400 / arguments.cadence_s)
    result = {
        "virtual_days": arguments.days,
        "cadence_s": arguments.cadence_s,
        "seal_interval_s": arguments.seal_s,
        "wall_s": round(wall_s, 2),
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "readings": verified.readings,
        "readings_expected_at_least": expected,
        "findings_against": [finding.sentence for finding in verified.against],
        "us_per_reading": round(wall_s / max(1, verified.readings) * 1e6, 1),
        "bytes_per_reading": round(256 * len(pages) / max(1, verified.readings), 2),
        "pages": len(pages),
        "seals": status["seals"],
        "flash_programs": found["programs"],
        "flash_erases": found["erases"],
        "heap_free_low": status["heap_free_low"],
        "seed": arguments.seed,
        "limit_s": LIMIT_S,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    whole = verified.readings >= expected and not verified.against
    if not whole:
        print("Readings are missing or do not verify.", file=sys.stderr)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
