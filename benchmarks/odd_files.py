"""Takes folders of odd files in: each file must end in one final state with a reason, and the ledger must balance.

python benchmarks/odd_files.py ../shared/corpus [--folders pdf_odd,tiff] [--keep DIR]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from acceptance import dossier

FOLDERS = "pdf_odd,pdf_scans,tiff,office,office_ru,mail_mikel,mail_cpython,mail_malformed,mail_replies"


def main() -> None:
    """Take in, count, prove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folders", default=FOLDERS)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    work = options.keep or Path(tempfile.mkdtemp(prefix="dossier-odd-"))
    shutil.rmtree(work, ignore_errors=True)
    folders = [str((options.corpus / name).resolve()) for name in options.folders.split(",")]
    files = {str(path) for folder in folders for path in Path(folder).rglob("*") if path.is_file()}
    started = time.monotonic()
    lines = dossier(work, "intake", *folders)
    seconds = time.monotonic() - started
    told = Counter(line["file"] for line in lines)
    outcomes = Counter(line["outcome"] for line in lines)
    print(json.dumps({
        "files": len(files),
        "files_with_an_answer": len(files & set(told)),
        "letters": len(lines),
        "outcomes": dict(outcomes),
        "without_a_reason": sum(not line["reason"] for line in lines),
        "ledger_balances": all(row["balanced"] for row in dossier(work, "ledger")),
        "seconds": round(seconds, 1),
    }))  # fmt: skip
    problems = [row for row in dossier(work, "verify") if not row["harmless"]]
    print(json.dumps({"damages": len(problems)}))
    if not options.keep:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
