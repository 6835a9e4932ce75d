"""A search server's address is read right or refused without telling its password; a slip's pattern means what it says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from archive.errors import BadInput
from search.adapters.elastic_address import read_address
from search.adapters.elastic_terms import ElasticDialect


def test_an_address_has_its_parts_and_shows_no_password() -> None:
    read = read_address("opensearch+https://clerk:p%40ss@search.example:9243/north?shards=3&ca=/etc/ca.pem")
    assert (read.flavour, read.secure, read.node) == ("opensearch", True, "https://search.example:9243")
    assert (read.user, read.password, read.prefix, read.shards, read.ca) == ("clerk", "p@ss", "north", 3, "/etc/ca.pem")
    assert "p@ss" not in repr(read) + read.place


def test_what_is_left_out_has_its_usual_value() -> None:
    read = read_address("elasticsearch://localhost")
    assert (read.node, read.user, read.prefix, read.shards) == ("http://localhost:9200", "", "dossier", 1)


@pytest.mark.parametrize(
    "url",
    [
        "elasticsearch://",
        "elasticsearch+ftp://clerk:secret@host/x",
        "elasticsearch://clerk:secret@host:port/x",
        "elasticsearch://clerk:secret@host/Upper",
        "elasticsearch://clerk:secret@host/x*",
        "elasticsearch://clerk:secret@host/a/b",
        "elasticsearch://clerk:secret@host/x?shards=0",
        "elasticsearch://clerk:secret@host/x?replicas=2",
        "solr://clerk:secret@host/x",
    ],
)
def test_what_is_no_address_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(BadInput) as told:
        read_address(url)
    assert "secret" not in str(told.value)


@given(word=st.text("абв", min_size=4, max_size=7), other=st.text("абвг", min_size=1, max_size=9))
def test_an_unfinished_word_forgives_one_slip_and_no_more(word: str, other: str) -> None:
    pattern = ElasticDialect().near("words", word, 1, unfinished=True)["regexp"]["words"]["value"]
    begins_near = any(OSA.distance(word, other[:end]) <= 1 for end in range(len(other) + 1))
    assert bool(re.fullmatch(pattern, other)) == begins_near
