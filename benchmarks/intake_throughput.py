"""OCR intake against two plain tesseract processes: same pages, same languages, same run, in turns.

    python benchmarks/intake_throughput.py ../shared/corpus/utility_ru ../shared/corpus/utility_en [--pages 40] [--rounds 3]

The rival: `tesseract PAGE OUT -l rus+eng` over the page pictures, two processes at a time, OMP_THREAD_LIMIT=1: no
separators, no straightening, no filing. Ours: `dossier intake --workers 2` over the files as they are, from accepted to
filed and indexed. Each world by itself, and where there are several, all of them in one intake: what a run costs
whatever it reads (processes started, libraries loaded) weighs on 25 pages as it never does on a day's mail, so it is
told too, as the time for one letter without pictures. Prints pages a second of both, the ratio of the medians, and
CPU seconds a page of both: of the processes measured alone, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
from acceptance import COMMAND, ROOT
from PIL import Image

LANGUAGES = "rus+eng"
_PR_SET_CHILD_SUBREAPER = 36


def scans(world: Path, wanted: int) -> tuple[list[Path], int]:
    """Scanned files of a world's letters, and how many pages they have together."""
    chosen, pages = [], 0
    for path in sorted((world / "letters").iterdir()):
        count = _scanned_pages(path)
        if count and pages + count <= wanted:
            chosen.append(path)
            pages += count
    return chosen, pages


def _scanned_pages(path: Path) -> int:
    if path.suffix in {".tif", ".jpg", ".png"}:
        with Image.open(path) as image:
            return int(getattr(image, "n_frames", 1))
    if path.suffix != ".pdf":
        return 0
    try:
        with pypdfium2.PdfDocument(path) as document:
            has_text = any(page.get_textpage().count_chars() for page in document)
            return 0 if has_text else len(document)
    except pypdfium2.PdfiumError:
        return 0


def pictures(files: list[Path], folder: Path) -> list[Path]:
    """Every page as a PNG at 300 dpi (PDF) or as it is."""
    made: list[Path] = []
    for path in files:
        if path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                pages = [page.render(scale=300 / 72, grayscale=True).to_pil() for page in document]
        else:
            with Image.open(path) as image:
                pages = []
                for frame in range(getattr(image, "n_frames", 1)):
                    image.seek(frame)
                    pages.append(image.convert("L"))
        for page in pages:
            made.append(folder / f"{len(made):04}.png")
            page.save(made[-1], dpi=(300, 300))
    return made


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds of a command, and CPU seconds of all its processes, those that its own children left behind too."""
    before, started = _spent_s(), time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall = time.monotonic() - started
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return wall, _spent_s() - before


def adopt_orphans() -> None:
    """Become the parent of every process below whose own parent ends, so that its CPU seconds come to us."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _spent_s() -> float:
    """CPU seconds of all children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def compared(files: list[Path], rounds: int) -> dict[str, float]:
    """Both in turns over these files, medians of the rounds."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    rival: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="dossier-throughput-") as name:
        folder = Path(name)
        shown = pictures(files, folder)
        (folder / "list").write_text("\n".join(str(page) for page in shown))
        shell = f"xargs -a {folder}/list -P 2 -I PAGE tesseract PAGE PAGE.out -l {LANGUAGES}"
        for turn in range(rounds):
            rival.append(timed(["sh", "-c", shell], environment))
            ours.append(timed(_intake(files, folder / f"home{turn}"), environment))
        (folder / "letter.txt").write_text("A letter without pictures.\n")
        start = [
            timed(_intake([folder / "letter.txt"], folder / f"start{turn}"), environment) for turn in range(rounds)
        ]
    walls = [statistics.median(wall for wall, _ in runs) for runs in (rival, ours, start)]
    cpus = [statistics.median(cpu for _, cpu in runs) for runs in (rival, ours, start)]
    return {
        "pages": len(shown),
        "rounds": rounds,
        "tesseract_pages_s": round(len(shown) / walls[0], 3),
        "dossier_pages_s": round(len(shown) / walls[1], 3),
        "ratio": round(walls[0] / walls[1], 3),
        "tesseract_cpu_s_page": round(cpus[0] / len(shown), 3),
        "dossier_cpu_s_page": round(cpus[1] / len(shown), 3),
        "ratio_of_cpu": round(cpus[0] / cpus[1], 3),
        "start_s": round(walls[2], 2),
        "start_cpu_s": round(cpus[2], 2),
    }


def _intake(files: list[Path], home: Path) -> list[str]:
    return [*COMMAND, "intake", *map(str, files), "--workers", "2", "--home", str(home), "--json"]


def main() -> None:
    """Each world, then all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=40, help="at most so many of each world")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    adopt_orphans()
    files = {world.name: scans(world.resolve(), options.pages)[0] for world in options.worlds}
    if len(files) > 1:
        files["together"] = [path for chosen in files.values() for path in chosen]
    for name, chosen in files.items():
        print(json.dumps({"world": name, **compared(chosen, options.rounds)}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
