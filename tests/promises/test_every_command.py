"""Every command of the command line, as an employee of another branch: nothing of this one is seen or done."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main

from api.cli import app
from tests.faults.killing import COMMAND, ROOT, dossier

LETTER = "Account number BW12267062. Edith Underhill. Here is this month's figure of my meter: 82880."
BAD_INPUT, NOT_FOUND, FORBIDDEN = 2, 4, 6


@dataclass(frozen=True)
class Archive:
    """An archive of branch HQ with one letter, and `eve`, who is staff of branch EAST."""

    home: Path
    document: str
    receipt: str

    def as_eve(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, *words, "--home", str(self.home), "--json", "--as", "eve"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    place = tmp_path_factory.mktemp("commands")
    home, letter = place / "home", place / "letter.txt"
    letter.write_text(LETTER)
    dossier(home, "customers", "import", str(ROOT / "seed" / "customers.csv"))
    line = dossier(home, "intake", str(letter), "--branch", "HQ")[0]
    os.environ["DOSSIER_PASSWORD"] = "a password of the test"
    try:
        dossier(home, "employees", "add", "eve", "--role", "staff", "--branch", "EAST")
    finally:
        del os.environ["DOSSIER_PASSWORD"]
    return Archive(home, str(line["document"]), line["arrival"])


Check = Callable[[Archive], None]
CHECKS: dict[str, Check] = {}


def command(name: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return keep


def refused(archive: Archive, code: int, *words: str) -> None:
    done = archive.as_eve(*words)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    assert done.stdout == "" and "82880" not in done.stderr


@command("text")
def _(archive: Archive) -> None:
    refused(archive, NOT_FOUND, "text", archive.document)


@command("original")
def _(archive: Archive) -> None:
    refused(archive, NOT_FOUND, "original", archive.document, "-o", "-")
    refused(archive, NOT_FOUND, "original", archive.receipt, "-o", "-")


@command("show")
def _(archive: Archive) -> None:
    refused(archive, NOT_FOUND, "show", archive.document)


@command("find")
def _(archive: Archive) -> None:
    assert '"document"' in str(dossier(archive.home, "find", "82880")).replace("'", '"')
    done = archive.as_eve("find", "82880", "--in", "documents")
    assert (done.returncode, done.stdout) == (0, "")


@command("looks")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "looks")
    assert dossier(archive.home, "looks", "--limit", "1")


@command("folders plan")
def _(archive: Archive) -> None:
    plan = archive.home.parent / "plan.yaml"
    plan.write_text("folders: [{code: all, names: {en: All}, rest: true}]")
    refused(archive, FORBIDDEN, "folders", "plan", str(plan))
    told = dossier(archive.home, "folders", "plan", str(plan))
    assert told == [{"moves": 0, "by_folder": []}], "the letter is not filed"


@command("ledger")
def _(archive: Archive) -> None:
    done = archive.as_eve("ledger")
    assert (done.returncode, done.stdout) == (0, "")


@command("customers show")
def _(archive: Archive) -> None:
    """Customers are visible company-wide, their sensitive fields masked."""
    whole = dossier(archive.home, "customers", "show", "1")[0]
    birth = next(field["value"] for field in whole["fields"] if field["field"] == "birth_date")
    done = archive.as_eve("customers", "show", "1")
    assert done.returncode == 0 and whole["display_name"] in done.stdout and birth not in done.stdout


@command("customers find")
def _(archive: Archive) -> None:
    """Customers are visible company-wide; a tax id or birth date finds them only for those who may see it."""
    whole = dossier(archive.home, "customers", "show", "1")[0]
    name = whole["display_name"]
    assert name in archive.as_eve("customers", "find", *name.split()).stdout
    birth = next(field["value"] for field in whole["fields"] if field["field"] == "birth_date")
    assert birth not in archive.as_eve("customers", "find", *name.split()).stdout


@command("customers add")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "add", "surname=Underhill", "given_name=Ann")


@command("customers change")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "change", "1", "surname=Overhill")


@command("customers takeover")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "takeover", "BW12267062", "--to", "1", "--on", "2026-01-01")


@command("customers holder")
def _(archive: Archive) -> None:
    """Who holds an account is as visible as the customer."""
    assert '"customer_id"' in archive.as_eve("customers", "holder", "BW12267062").stdout


@command("customers export")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "export", str(archive.home / "records.csv"))
    assert not (archive.home / "records.csv").exists()
    told = dossier(archive.home, "customers", "export", str(archive.home / "records.csv"))[0]
    lines = (archive.home / "records.csv").read_text().splitlines()
    assert lines[0] == "system,source_id,customer" and len(lines) == told["records"] + 1


@command("customers feed")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "feed", "seed/customers.csv")


@command("customers import")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "import", "seed/customers.csv")


@command("customers merge")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "merge", "2", "1", "--reason", "same")
    done = dossier(archive.home, "customers", "merge", "2", "1", "--reason", "the same woman")
    assert done[0] == {"customer_id": 2, "root_id": 1, "version": done[0]["version"]}
    assert dossier(archive.home, "customers", "show", "2")[0]["id"] == 1
    dossier(archive.home, "customers", "unmerge", "2", "--reason", "two women")


@command("customers unmerge")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "unmerge", "2", "--reason", "two women")
    dossier(archive.home, "customers", "merge", "2", "1", "--reason", "the same woman")
    assert dossier(archive.home, "customers", "unmerge", "2", "--reason", "two women")[0]["root_id"] == 2


@command("customers distinct")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "distinct", "3", "4", "--reason", "two passports")
    said = dossier(archive.home, "customers", "distinct", "4", "3", "--reason", "two passports")[0]
    assert (said["low_id"], said["high_id"], said["word"]) == (3, 4, "distinct")
    dossier(archive.home, "customers", "distinct", "3", "4", "--reason", "a mistake", "--take-back")


@command("customers relatives")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "customers", "relatives", "3", "4", "--reason", "both came")
    asked = ("customers", "relatives", "3", "4", "--kind", "twins", "--reason", "both came")
    assert dossier(archive.home, *asked)[0]["kind"] == "twins"


@command("dedup train")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "train", "seed/customers.csv")
    assert not (archive.home / "likeness").exists()


@command("dedup activate")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "activate", "0123456789abcdef")


@command("dedup keys")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "keys")
    assert len(dossier(archive.home, "dedup", "keys")[0]["model"]) == 16


@command("dedup rollback")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "rollback")


@command("dedup models")
def _(archive: Archive) -> None:
    assert archive.as_eve("dedup", "models").stdout == ""


@command("dedup explain")
def _(archive: Archive) -> None:
    """Reads the file that is given, and nothing of the archive but its model."""
    refused(archive, BAD_INPUT, "dedup", "explain", "B-1", "B-2", "--input", "seed/customers.csv")


@command("dedup run")
def _(archive: Archive) -> None:
    """Reads the file that is given, and touches no directory."""
    output = archive.home.parent / "clusters.csv"
    done = archive.as_eve("dedup", "run", "--input", "seed/customers.csv", "--output", str(output))
    assert done.returncode == 0, done.stderr
    assert output.read_text().startswith("system,source_id,cluster_id,probability\n")
    refused(archive, FORBIDDEN, "dedup", "run")


@command("dedup apply")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "apply")
    refused(archive, FORBIDDEN, "dedup", "apply", "--dry-run")


@command("dedup undo")
def _(archive: Archive) -> None:
    assert dossier(archive.home, "dedup", "run")[0]["run_id"] == 1
    refused(archive, FORBIDDEN, "dedup", "undo", "1", "--reason", "too eager")


@command("dedup runs")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "runs")


@command("dedup review")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "dedup", "review", "--list")
    refused(archive, FORBIDDEN, "dedup", "review", "1", "--same")


@command("intake")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "intake", "seed/README.md", "--branch", "HQ")


@command("work")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "work")


@command("serve")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "serve")


@command("verify")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "verify")


@command("reindex")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "reindex")


@command("move")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "move", "--to-catalogue", f"sqlite:///{archive.home.parent / 'stolen.db'}")
    assert not (archive.home.parent / "stolen.db").exists()


@command("backup")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "backup", str(archive.home.parent / "stolen"))
    assert not (archive.home.parent / "stolen").exists()


@command("restore")
def _(archive: Archive) -> None:
    dossier(archive.home, "backup", str(archive.home.parent / "copy"))
    refused(archive, FORBIDDEN, "restore", str(archive.home.parent / "copy"))


@command("hold")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "hold", archive.document, "--reason", "a claim")


@command("lift")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "lift", archive.document, "--reason", "settled")


@command("protect")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "protect")


@command("doctor")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "doctor")


@command("employees add")
def _(archive: Archive) -> None:
    refused(archive, FORBIDDEN, "employees", "add", "mallory")


def every_command() -> set[str]:
    """The names of all commands, those of groups with their group's."""
    names = set()
    for name, one in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(one, "commands", None)
        names |= {f"{name} {inner}" for inner in below} if below else {name}
    return names


def test_every_command_is_walked() -> None:
    assert set(CHECKS) == every_command()


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_command_as_an_employee_of_another_branch(archive: Archive, name: str) -> None:
    CHECKS[name](archive)
