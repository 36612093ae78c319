"""How fast evidence is checked: 120 days of one-minute readings with six-hourly seals, by both verifiers.

Writes build/measure/verify.json. `wall_s` and `records_per_s` are those of `ankletag verify` without the start of the
program: read the bundle, verify, clock. `command_wall_s` is the whole command. The log is that of an emulated tag.
cpu_s is what the check used of its one core: on a machine that does other work too, wall_s is longer.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.bundle import make_bundle, read_bundle
from ankletag.verify import Given, verify_pages
from evidence.attacker import newest, seals_of, taken_apart
from provisioned import LASTING, begin_fitting, connect, read_all
from support import ROOT
from taghil.vm.process import Emulator
from tagproto import coding, pages

LIMIT_S = 2
OUT = Path("build/measure/verify.json")
FILE = ROOT / "protocol" / "verify_evidence.py"


def lived(folder: Path, days: float) -> tuple[bytes, int]:
    """The bundle of an emulated tag after these days, and how many pages it has."""
    with Emulator(folder / "tag", scenario="quiet", days=days) as tag:
        with connect(tag) as client:
            hello = client.hello()
            certificate = begin_fitting(client, 60, 21_600)
        tag.wait("lived", 3600)
        with connect(tag) as client:
            raws = read_all(client)
    tag_id, public_key = hello["tag_id"], hello["public_key"]
    assert isinstance(tag_id, bytes)
    assert isinstance(public_key, bytes)
    return make_bundle(tag_id, public_key, bytes(16), [*LASTING.chain, certificate], raws), len(raws)


def in_process(path: Path) -> tuple[float, float, Any]:
    """Seconds from the file to the findings, those of the processor alone, and the result."""
    started, used = time.perf_counter(), time.process_time()
    bundle = read_bundle(path)
    given = Given((LASTING.root.point,), bundle.documents, bundle.manifest.order_id)
    verified = verify_pages(bundle.pages, bundle.manifest.public_key, bundle.manifest.tag_id, given)
    return time.perf_counter() - started, time.process_time() - used, verified


def command(*arguments: str) -> float:
    """Seconds of a whole program that has to find that the evidence holds."""
    started = time.perf_counter()
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
    return time.perf_counter() - started


def on_the_vm() -> dict[str, float]:
    """What signing and the next key cost on the unix port."""
    scripts = Path(sysconfig.get_path("scripts"))
    path = os.pathsep.join((".frozen", str(ROOT / "protocol"), str(ROOT / "firmware")))
    script = Path(__file__).with_name("vm_keys.py")
    done = subprocess.run(
        [str(scripts / "micropython"), str(script)],
        env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {f"vm_{name}": value for name, value in json.loads(done.stdout).items()}


def seal_bytes(raws: list[bytes]) -> dict[str, float]:
    """How many bytes a seal takes as signed, and in the log."""
    reader, sizes = pages.Reader(), list[int]()
    for raw in newest(raws):
        page = pages.parse(raw)
        assert isinstance(page, pages.Page)
        for item in reader.feed(page):
            if isinstance(item, pages.Item) and item.kind == coding.SEAL:
                sizes.append((item.end_seq - item.seq) * pages.PAYLOAD_SIZE + item.end - item.start)
    signed = [len(one.encoded) for one in seals_of(taken_apart(newest(raws)))]
    return {
        "seals": len(signed),
        "bytes_per_seal_signed": round(sum(signed) / len(signed), 1),
        "bytes_per_seal_in_the_log": round(sum(sizes) / len(sizes), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=120)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "evidence.zip"
        bundle, pages_count = lived(Path(name), arguments.days)
        path.write_bytes(bundle)
        times = [in_process(path) for _ in range(3)]
        wall_s, cpu_s, verified = min(times, key=lambda one: one[0])
        root = LASTING.root.point.hex()
        scripts = Path(sysconfig.get_path("scripts"))
        command_s = command(str(scripts / "ankletag"), "verify", str(path), "--authority", root)
        file_s = command(sys.executable, "-I", str(FILE), str(path), "--authority", root)
        raws = list(read_bundle(path).pages)
    records = sum(1 for _ in verified.records())
    result = {
        "virtual_days": arguments.days,
        "records": records,
        "pages": pages_count,
        "bundle_bytes": len(bundle),
        "wall_s": round(wall_s, 3),
        "cpu_s": round(cpu_s, 3),
        "records_per_s": round(records / wall_s),
        "command_wall_s": round(command_s, 2),
        "verify_evidence_wall_s": round(file_s, 2),
        "verify_evidence_records_per_s": round(records / file_s),
        **seal_bytes(raws),
        **on_the_vm(),
        "findings_against": [finding.sentence for finding in verified.against],
        "limit_s": LIMIT_S,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    if verified.against:
        print("The evidence does not verify.", file=sys.stderr)
    return 1 if verified.against else 0


if __name__ == "__main__":
    sys.exit(main())
