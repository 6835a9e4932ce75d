"""The first trained model is rolled back in a word, too: to the model that the guard asked until then."""

from __future__ import annotations

from pathlib import Path

from dedup.guard_models import shipped
from tests.faults.killing import dossier
from tests.linkage_people import people
from tests.linkage_writing import written


def test_from_the_first_model_one_goes_back_to_the_programs_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = written(people(60).rows, tmp_path / "people.csv")
    dossier(home, "customers", "import", str(file))
    learnt = dossier(home, "dedup", "train", str(file))[0]
    assert learnt["active"]
    assert dossier(home, "dedup", "rollback")[0]["model"] == shipped().version
    active = {one["model"]: one["active"] for one in dossier(home, "dedup", "models")}
    assert active == {learnt["model"]: False, shipped().version: True}
    (told,) = [one for one in dossier(home, "doctor", check=False) if one["what"] == "guard"]
    assert told["well"] and shipped().version in told["found"]
