"""Settings: from the environment or from files, with errors that name the variable and never tell a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import read_settings
from api.wiring import catalogue_at
from archive.adapters.s3_address import read_address
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


def apart(tmp_path: Path, url: str, **parts: str) -> dict[str, str]:
    """An environment with the object store's address, and each of these parts in a file of its own."""
    environment = {"DOSSIER_OBJECTS_URL": url}
    for name, value in parts.items():
        (tmp_path / name).write_text(value + "\n")
        environment[f"DOSSIER_OBJECTS_{name.upper()}_FILE"] = str(tmp_path / name)
    return environment


def test_key_and_secret_of_the_object_store_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    environment = apart(tmp_path, "s3+https://store.example:9000/letters?prefix=a", key="a/key", secret="top:s@cret/+%")
    address = read_address(read_settings(environment).objects_url)
    assert (address.key, address.secret, address.secure) == ("a/key", "top:s@cret/+%", True)
    assert address.place == "store.example:9000/letters/a/"


@pytest.mark.parametrize(
    ("url", "parts", "told"),
    [
        ("s3+https://other:one@store.example/letters", {"key": "key", "secret": "top-secret"}, "holds a key too"),
        ("s3+https://store.example/letters", {"secret": "top-secret"}, "go together"),
        ("file:///objects", {"key": "key", "secret": "top-secret"}, "which DOSSIER_OBJECTS_URL is not"),
        ("", {"key": "key", "secret": "top-secret"}, "which DOSSIER_OBJECTS_URL is not"),
    ],
)
def test_a_key_that_fits_no_address_is_refused_without_being_told(
    url: str, parts: dict[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=told) as refused:
        read_settings(apart(tmp_path, url, **parts))
    assert "top-secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["mysql://dossier:top-secret@db/x", "postgresql://dossier:top-secret@db:no-port/x"])
def test_an_address_that_can_not_be_used_is_not_repeated_with_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as told:
        catalogue_at(url, tmp_path)
    assert "top-secret" not in str(told.value)
