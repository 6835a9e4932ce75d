"""Kills an intake, the whole process group at once, at random moments, and tells what came of it in the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]


@dataclass(frozen=True)
class Final:
    """What an intake ended in, told without ids and numbers that depend on which worker was quicker."""

    answers: list[tuple[Any, ...]]
    ledger: list[dict[str, Any]]
    problems: list[str]
    registration_numbers: frozenset[str]


def dossier(home: Path, *words: str, check: bool = True) -> list[dict[str, Any]]:
    """Run one command to its end; its JSON lines."""
    done = subprocess.run(
        [*COMMAND, *words, "--home", str(home), "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(f"dossier {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def prepare(home: Path, customers: Path) -> None:
    """An archive with its customers and no mail yet."""
    dossier(home, "customers", "import", str(customers))


def kill_often(home: Path, mail: list[str], kills: int, seed: int, longest_s: float = 6.0) -> int:
    """Start the intake and kill it, again and again, until `kills` are done or it came to its end; how many were."""
    chance = random.Random(seed)
    for count in range(kills):
        process = subprocess.Popen(
            [*COMMAND, "intake", *mail, "--home", str(home), "--json"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.3, longest_s))
        if process.poll() is not None:
            return count
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return kills


def finish(home: Path, mail: list[str]) -> Final:
    """Run the intake to its end and tell what the archive holds."""
    lines = dossier(home, "intake", *mail)
    names = {line["document"]: (line["file"], line["page_from"]) for line in lines if line["document"]}
    answers = sorted((plain(line, names) for line in lines), key=repr)
    problems = [row["words"] for row in dossier(home, "verify", check=False) if not row["harmless"]]
    numbers = frozenset(line["registration_number"] for line in lines if line["registration_number"])
    return Final(answers, dossier(home, "ledger"), problems, numbers)


def plain(line: dict[str, Any], names: dict[int, Any]) -> tuple[Any, ...]:
    """A letter's answer without ids and numbers; `names` tells what a document that it repeats is called."""
    customer = (line["customer"] or {}).get("source_id")
    kept = [line[key] for key in ("file", "page_from", "page_to", "outcome", "reason", "document_type", "folder")]
    return (
        *kept,
        customer,
        bool(line["case"]),
        names.get(line["duplicate_of"]),
        json.dumps(line["fields"], sort_keys=True),
    )
