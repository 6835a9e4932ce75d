"""OCR intake against two plain tesseract processes: same pages, same languages, same run, in turns.

    python benchmarks/intake_throughput.py ../shared/corpus/utility_ru [--pages 40] [--rounds 3]

The rival: `tesseract PAGE OUT -l rus+eng` over the page pictures, two processes at a time, OMP_THREAD_LIMIT=1: no
separators, no straightening, no filing. Ours: `dossier intake --workers 2` over the files as they are, from accepted to
filed and indexed. Prints pages a second of both, the ratio of the medians, and CPU seconds a page of both.
"""

from __future__ import annotations

import argparse
import json
import os
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
    """Wall seconds of a command, and CPU seconds of the whole machine meanwhile: its processes are not all its children."""
    before, started = _busy_s(), time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - started, _busy_s() - before


def _busy_s() -> float:
    """CPU seconds that this machine has worked since it was started, all cores together."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks[:8]) - idle) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Both in turns, medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    files, count = scans(options.world.resolve(), options.pages)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    rival: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="dossier-throughput-") as name:
        folder = Path(name)
        shown = pictures(files, folder)
        (folder / "list").write_text("\n".join(str(page) for page in shown))
        shell = f"xargs -a {folder}/list -P 2 -I PAGE tesseract PAGE PAGE.out -l {LANGUAGES}"
        for turn in range(options.rounds):
            rival.append(timed(["sh", "-c", shell], environment))
            words = [*COMMAND, "intake", *map(str, files), "--workers", "2", "--home", str(folder / f"home{turn}")]
            ours.append(timed([*words, "--json"], environment))
    walls = [statistics.median(wall for wall, _ in runs) for runs in (rival, ours)]
    cpus = [statistics.median(cpu for _, cpu in runs) for runs in (rival, ours)]
    print(json.dumps({
        "pages": count,
        "tesseract_pages_s": round(count / walls[0], 3),
        "dossier_pages_s": round(count / walls[1], 3),
        "ratio": round(walls[0] / walls[1], 3),
        "tesseract_cpu_s_page": round(cpus[0] / count, 3),
        "dossier_cpu_s_page": round(cpus[1] / count, 3),
    }))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
