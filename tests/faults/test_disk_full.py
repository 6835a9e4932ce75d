"""The disk is full at each write: a clear error with its remedy, no acknowledgement, and with space all goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.small_disk import on_a_small_disk


@pytest.mark.parametrize(
    "what",
    [
        "disk_full:accepting",
        "disk_full:the_catalogue_is_full",
        "disk_full:the_scratch_is_full",
        "disk_full:parsing",
        "disk_full:the_index_is_full",
        "disk_full:backing_up",
        "disk_full_http:uploading",
    ],
)
def test_without_space_nothing_is_lost_and_with_space_all_goes_on(what: str, tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.mkdir()
    on_a_small_disk(f"tests.faults.{what}", tmp_path / "disk", mail=mail)
