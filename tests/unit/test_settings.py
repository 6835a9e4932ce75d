"""Settings: from the environment or from files, with errors that name the variable and never tell a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import read_settings
from api.wiring import catalogue_at
from archive.errors import BadInput

SECRET = "postgresql://dossier:top-secret@db.example/dossier"


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "catalogue"
    file.write_text(SECRET + "\n")
    assert read_settings({"DOSSIER_CATALOGUE_URL_FILE": str(file)}).catalogue_url == SECRET


def test_a_setting_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="both set"):
        read_settings({"DOSSIER_BRANCH": "HQ", "DOSSIER_BRANCH_FILE": str(tmp_path / "branch")})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="DOSSIER_BRANCH_FILE"):
        read_settings({"DOSSIER_BRANCH_FILE": str(tmp_path / "nothing")})


@pytest.mark.parametrize("url", ["mysql://dossier:top-secret@db/x", "postgresql://dossier:top-secret@db:no-port/x"])
def test_an_address_that_can_not_be_used_is_not_repeated_with_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told:
        catalogue_at(url, tmp_path)
    assert "top-secret" not in str(told.value)
