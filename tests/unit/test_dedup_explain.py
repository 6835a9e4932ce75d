"""Why two records are one or not, in words, also before a model was trained: by the one that the guard asks then."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dedup.guard_models import shipped
from tests.faults.killing import COMMAND, ROOT, dossier

ASKED = ("dedup", "explain", "S00001", "S00002", "--input", "seed/customers.csv")


def test_two_records_of_a_file_are_explained_in_a_clerks_words(tmp_path: Path) -> None:
    """A husband and a wife: the home speaks for one customer against strangers, and hardly against relatives."""
    (told,) = dossier(tmp_path, *ASKED)
    assert told["model"] == shipped().version and told["vetoed"] and told["related"]["kin"] > 0.9
    plain = subprocess.run([*COMMAND, *ASKED, "--home", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    lines = plain.stdout.splitlines()
    assert lines[0] == "one customer: 0.0000, never joined"
    assert any(line.startswith("  given") and line.endswith(": the given name is another one") for line in lines)
    (home,) = [line for line in lines if line.endswith(": the address is the same")]
    against_strangers, against_kin = (float(word.rstrip(":")) for word in home.split() if word[0] in "+-")
    assert against_strangers > 20 > 1 > abs(against_kin)
