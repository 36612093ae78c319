"""Autonomy and cost of the log, as lived by emulated tags with a realistic wearer: build/measure/log.json.

Three tags live from the fitting until their log refuses a reading, nothing acknowledged: one reading a minute with
seals every 6 hours, the same at doubled noise, and one in 5 minutes with hourly seals. Each is then cut off its power,
booted on its full ring, read back and verified: only what a host has read and verified is counted. The readings of the
first go to littlefs and to a plain ring of 32-byte records on the same emulated flash.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.errors import AnkletagError
from measure.log_account import account
from measure.log_cuts import littlefs_cuts, ring_cuts
from measure.log_life import Job, Life, boot_with_a_window_open, live
from measure.log_limit import predictors, savings, streams
from measure.log_peers import littlefs_appends, plain_ring
from taghil.vm.process import EmulatorError
from tagproto.records import READING

OUT = Path("build/measure/log.json")
SCENARIO = "realistic"
DAYS_AT_LEAST = 120.0
BYTES_AT_MOST = 6.8
CUTS = 200


def run(job: Job, noise: float, in_full: bool) -> dict[str, Any]:
    """Lives a job and gives its figures; in full with the limit of the coding and the peers."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            life = live(job, Path(folder))
    except (AnkletagError, EmulatorError) as error:
        # These do not pass from one process to another.
        raise RuntimeError(f"{job.name}: {error}") from None
    counted = account(life.pages, *life.stretch)
    by_stream = streams(counted, noise)
    figures = _figures(life) | {
        "noise": noise,
        "where_the_bytes_go": counted.bytes_per_reading(),
        "items": counted.items,
        "bits_per_reading": by_stream,
    }
    if not in_full:
        return figures
    with tempfile.TemporaryDirectory() as folder:
        window = boot_with_a_window_open(job, Path(folder))
    by_way = predictors(counted)
    readings = [record for record in life.verified.records() if record.kind == READING]
    return figures | {
        "recovery_with_a_whole_window_open": asdict(window),
        "predictors": by_way,
        "savings_bytes_per_reading": savings(counted, by_stream, by_way),
        "littlefs": asdict(littlefs_appends(readings, job.cadence_s, job.seed)),
        "plain_ring_32B": asdict(plain_ring(readings, job.cadence_s, job.seed)),
        "littlefs_cuts": asdict(littlefs_cuts(readings, CUTS, job.seed)),
        "plain_ring_cuts": asdict(ring_cuts(readings, CUTS, job.seed)),
    }


def _figures(life: Life) -> dict[str, Any]:
    job = life.job
    return {
        "cadence_s": job.cadence_s,
        "seal_interval_s": job.seal_interval_s,
        "seed": job.seed,
        "bytes_per_reading": life.bytes_at_full_cadence / life.readings_at_full_cadence,
        "days_at_full_cadence": life.days_at_full_cadence,
        "days_until_refused": life.days_until_refused,
        "readings_at_full_cadence": life.readings_at_full_cadence,
        "readings_verified": life.verified.readings,
        "seals_at_full_cadence": life.seals_at_full_cadence,
        "findings_against": [finding.sentence for finding in life.verified.against],
        "pages": len(life.pages),
        "flash_ms_per_reading": life.flash_ms_per_reading,
        "erases_per_day": life.erases_per_day,
        "erases_of_worst_block_per_year": life.erases_of_worst_block_per_year,
        "recovery": asdict(life.recovery),
        "heap_free_low": life.heap_free_low,
        "wall_s": life.wall_s,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of noise, wearer and keys")
    seed = parser.parse_args().seed
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        noisy = Path(folder) / f"{SCENARIO} at doubled noise.toml"
        text = (resources.files("taghil") / "scenarios" / f"{SCENARIO}.toml").read_text(encoding="utf-8")
        noisy.write_text("noise = 2\n" + text, encoding="utf-8")
        first = pool.submit(run, Job("60 s, seals every 6 h", SCENARIO, 60, 21600, seed, 0), 1.0, True)
        second = pool.submit(run, Job("the same at doubled noise", str(noisy), 60, 21600, seed, 1), 2.0, False)
        third = pool.submit(run, Job("300 s, seals every hour", SCENARIO, 300, 3600, seed, 1), 1.0, False)
        minute, doubled, five = first.result(), second.result(), third.result()
    result = _summary(seed, minute, doubled, five) | {"wall_s": time.perf_counter() - started}
    result = _rounded(result)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    wrong = _wrong(result)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def _summary(seed: int, minute: dict[str, Any], doubled: dict[str, Any], five: dict[str, Any]) -> dict[str, Any]:
    entropy = minute["bits_per_reading"]["all"]
    peers = ("littlefs", "littlefs_cuts", "plain_ring_32B", "plain_ring_cuts")
    return {
        "scenario": SCENARIO,
        "noise_seed": seed,
        "bytes_per_reading_60s": minute["bytes_per_reading"],
        "days_60s_6h": minute["days_at_full_cadence"],
        "days_60s_6h_until_refused": minute["days_until_refused"],
        "days_300s_1h": five["days_at_full_cadence"],
        "days_300s_1h_until_refused": five["days_until_refused"],
        "erases_per_day": sum(minute["erases_per_day"].values()),
        "recovery_ms": minute["recovery"]["virtual_ms"],
        "entropy_of_coded_values_bytes_per_reading": entropy["entropy_order_0"] / 8,
        "noise_of_the_parts_bytes_per_reading": entropy["noise_of_the_part"] / 8,
        "doubled_noise": {
            "bytes_per_reading_60s": doubled["bytes_per_reading"],
            "days_60s_6h": doubled["days_at_full_cadence"],
            "days_60s_6h_until_refused": doubled["days_until_refused"],
            "entropy_of_coded_values_bytes_per_reading": doubled["bits_per_reading"]["all"]["entropy_order_0"] / 8,
        },
        **{name: minute.pop(name) for name in peers},
        "runs": {"60s_6h": minute, "60s_6h_doubled_noise": doubled, "300s_1h": five},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 3) if isinstance(value, float) else value


def _wrong(result: dict[str, Any]) -> list[str]:
    """What keeps the figures from counting, as sentences."""
    sentences = [
        f"{name}: {finding}" for name, figures in result["runs"].items() for finding in figures["findings_against"]
    ]
    sentences += [
        f"{key} is {result[key]:.1f}, asked for are {DAYS_AT_LEAST:.0f}."
        for key in ("days_60s_6h", "days_300s_1h")
        if result[key] < DAYS_AT_LEAST
    ]
    if result["bytes_per_reading_60s"] > BYTES_AT_MOST:
        sentences.append(f"A reading takes {result['bytes_per_reading_60s']:.2f} B, asked for are {BYTES_AT_MOST}.")
    return sentences


if __name__ == "__main__":
    sys.exit(main())
