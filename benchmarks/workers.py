"""OCR intake with one worker and with two: the same scans, in turns.

    python benchmarks/workers.py ../shared/corpus/utility_ru ../shared/corpus/utility_en [--pages 30] [--rounds 3]

Handed in beforehand, then timed: `dossier work --until-idle --workers N`, from the command to its end, indexed. Told too
is how much faster two plain tesseract processes are than one over the same pages in the same round: more than the
machine gives two processes of any kind, two workers cannot have. Prints one JSON line: pages a second of both, the
median of the rounds' ratios, CPU seconds a page, the plain processes' ratio, and what starting takes (a letter without
pictures), which is in all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from acceptance import COMMAND
from intake_throughput import LANGUAGES, adopt_orphans, pictures, scans, timed

from api.settings import read_settings
from api.wiring import open_rooms
from archive import arrivals
from archive.access import system

_ONE_CORE_EACH = {**os.environ, "OMP_THREAD_LIMIT": "1"}


def worked(files: list[Path], home: Path, workers: int) -> tuple[float, float]:
    """Wall and CPU seconds of the work on files that were handed in before."""
    opened = open_rooms(read_settings({"DOSSIER_HOME": str(home)}))
    with opened.catalogue.writing() as connection:
        arrivals.ensure_branch(connection, opened.settings.branch)
    for file in files:
        opened.door.accept_file(file, file.name, "post", opened.settings.branch, system("benchmark"))
    opened.close()
    command = [*COMMAND, "work", "--until-idle", "--workers", str(workers), "--home", str(home)]
    return timed(command, _ONE_CORE_EACH)


def plain(listed: Path, processes: int) -> tuple[float, float]:
    """Wall and CPU seconds of so many tesseract processes at a time over the pages listed."""
    shell = f"xargs -a {listed} -P {processes} -I PAGE tesseract PAGE PAGE.out -l {LANGUAGES}"
    return timed(["sh", "-c", shell], _ONE_CORE_EACH)


def compared(files: list[Path], rounds: int) -> dict[str, float]:
    """One and two, of workers and of plain processes, in turns: medians of the rounds."""
    runs: dict[str, list[tuple[float, float]]] = {
        name: [] for name in ("one", "two", "plain_one", "plain_two", "start")
    }
    with tempfile.TemporaryDirectory(prefix="dossier-workers-") as name:
        folder = Path(name)
        pages = pictures(files, folder)
        (folder / "list").write_text("\n".join(map(str, pages)))
        (folder / "letter.txt").write_text("A letter without pictures.\n")
        for turn in range(rounds):
            runs["one"].append(worked(files, folder / f"one{turn}", 1))
            runs["two"].append(worked(files, folder / f"two{turn}", 2))
            runs["plain_one"].append(plain(folder / "list", 1))
            runs["plain_two"].append(plain(folder / "list", 2))
            runs["start"].append(worked([folder / "letter.txt"], folder / f"start{turn}", 2))
            told = ", ".join(f"{name} {every[-1][0]:.1f} s ({every[-1][1]:.1f} CPU-s)" for name, every in runs.items())
            print(f"round {turn + 1}: {told}", file=sys.stderr, flush=True)
    wall, cpu = ({name: statistics.median(run[at] for run in every) for name, every in runs.items()} for at in (0, 1))
    return {
        "pages": len(pages),
        "rounds": rounds,
        "one_pages_s": round(len(pages) / wall["one"], 3),
        "two_pages_s": round(len(pages) / wall["two"], 3),
        "ratio": _ratio(runs, "one", "two"),
        "plain_ratio": _ratio(runs, "plain_one", "plain_two"),
        "one_cpu_s_page": round(cpu["one"] / len(pages), 3),
        "two_cpu_s_page": round(cpu["two"] / len(pages), 3),
        "start_s": round(wall["start"], 2),
        "start_cpu_s": round(cpu["start"], 2),
    }


def _ratio(runs: dict[str, list[tuple[float, float]]], one: str, two: str) -> float:
    return round(statistics.median(a[0] / b[0] for a, b in zip(runs[one], runs[two], strict=True)), 3)


def main() -> None:
    """All worlds together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=30, help="at most so many of each world")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    adopt_orphans()
    files = [path for world in options.worlds for path in scans(world.resolve(), options.pages)[0]]
    print(json.dumps(compared(files, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
