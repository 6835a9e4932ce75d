"""After an upgrade that knows the active model no more, the commands say so, and one of them brings in the program's model."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import update

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.schema import guard_model
from dedup.guard_models import shipped
from dedup.linkage.model import ModelStore
from dedup.linkage.records import NORMALISATION
from tests.faults.killing import dossier
from tests.unit.test_dedup_directory_cli import refusal

NORA = (
    "customers",
    "add",
    "surname=Tregear",
    "given_name=Nora",
    "birth_date=1971-05-12",
    "address=7 Quay Street, Wells",
)


def test_the_programs_model_is_brought_in_anew_by_one_command(tmp_path: Path) -> None:
    home = tmp_path / "home"
    dossier(home, *NORA)
    older = json.dumps(json.loads(shipped().to_json()) | {"normalisation": NORMALISATION - 1})
    catalogue = SqliteCatalogue(home / "catalogue.db")
    with catalogue.writing() as connection:
        connection.execute(update(guard_model).values(version="older", content=older))
    catalogue.close()
    kept = ModelStore(home / "likeness")
    kept.save(shipped())
    (home / "likeness" / "older.json").write_text(older, encoding="utf-8")
    (home / "likeness" / "active").write_text("older", encoding="utf-8")

    assert "run `dossier dedup keys`" in refusal(home, *NORA)
    (told,) = [one for one in dossier(home, "doctor", check=False) if one["what"] == "guard"]
    assert not told["well"] and "dossier dedup keys" in told["remedy"]
    made_by = {one["model"]: (one["active"], one["made_by"]) for one in dossier(home, "dedup", "models")}
    assert made_by == {"older": (True, "another version"), shipped().version: (False, "this version")}
    assert dossier(home, "dedup", "keys")[0]["model"] == shipped().version
    assert [one["severity"] for one in dossier(home, *NORA, check=False)] == ["refused"]
