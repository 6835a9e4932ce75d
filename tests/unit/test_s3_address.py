"""The address of a bucket: read whole, refused with what is wrong, and never repeated with its secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.wiring import objects_at
from archive.adapters.in_s3 import S3Store
from archive.adapters.s3_address import read_address
from archive.errors import BadInput, NotFound


def test_all_parts_are_read() -> None:
    url = (
        "s3+https://a%2Bkey:se%2Fcr%40et@objects.example.com:9000/letters?prefix=/east/in/&region=ru-1&worm=compliance"
    )
    address = read_address(url)
    assert (address.secure, address.endpoint, address.bucket) == (True, "objects.example.com:9000", "letters")
    assert (address.key, address.secret) == ("a+key", "se/cr@et")
    assert (address.prefix, address.region, address.worm) == ("east/in/", "ru-1", True)
    assert address.place == "objects.example.com:9000/letters/east/in/"


def test_what_is_left_out_is_plain() -> None:
    address = read_address("s3+http://key:secret@host/letters")
    assert (address.secure, address.endpoint) == (False, "host")
    assert (address.prefix, address.region, address.worm) == ("", None, False)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("s3+http://key:hunter2@host", "BUCKET"),
        ("s3+http://key:hunter2@host/two/buckets", "BUCKET"),
        ("s3+http://key:hunter2@host/UPPER CASE", "BUCKET"),
        ("s3+http://key:hunter2@host:port/letters", "BUCKET"),
        ("s3+http://key:hunter2/x@host/letters", "%XX"),
        ("s3+http://host/letters", "lacks"),
        ("s3+http://hunter2@host/letters", "lacks"),
        ("s3+http://key:hunter2@/letters", "lacks"),
        ("s3+http://key:hunter2@host/letters?wrom=compliance", "wrom"),
        ("s3+http://key:hunter2@host/letters?worm=yes", "compliance or off"),
        ("s3://key:hunter2@host/letters", "no engine"),
    ],
)
def test_a_wrong_address_is_refused_without_its_secret(wrong: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as refusal:
        objects_at(wrong, Path())
    assert "hunter2" not in str(refusal.value)


def test_nothing_is_asked_before_it_is_wanted() -> None:
    store = S3Store("s3+http://key:hunter2@127.0.0.1:1/letters?worm=compliance")
    assert "hunter2" not in repr(store._address)
    with pytest.raises(NotFound):
        store.open("no digest")
    store.close()


def test_the_address_chooses_the_store(tmp_path: Path) -> None:
    assert objects_at("", tmp_path).description == f"folder {tmp_path / 'objects'}"
    assert objects_at(f"file://{tmp_path}/elsewhere", Path()).description == f"folder {tmp_path / 'elsewhere'}"
    assert isinstance(objects_at("s3+https://key:secret@host/letters", tmp_path), S3Store)
