"""How Elasticsearch and OpenSearch say each kind of query. No query string is ever parsed: what is typed is no syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

_TIE = 0.1
_MOST_LETTERS = 20
"""Of a longer unfinished word only so many letters are looked at: the pattern grows with their square."""

Json = dict[str, Any]
NOTHING: Json = {"match_none": {}}
EVERYTHING: Json = {"match_all": {}}


class ElasticDialect:
    """`search.wording.Dialect` in JSON."""

    def term(self, field: str, word: str) -> Json:
        """As `search.wording.Dialect` says."""
        return {"term": {field: {"value": word}}}

    def phrase(self, field: str, words: Sequence[str]) -> Json:
        """As `search.wording.Dialect` says."""
        return {"match_phrase": {field: {"query": " ".join(words)}}}

    def beginning(self, field: str, beginning: str) -> Json:
        """As `search.wording.Dialect` says."""
        return {"prefix": {field: {"value": beginning}}}

    def near(self, field: str, word: str, edits: int, unfinished: bool) -> Json:
        """As `search.wording.Dialect` says; of an unfinished word's letters one may differ, of a whole one's two."""
        whole = {"value": word, "fuzziness": edits, "transpositions": True, "rewrite": "constant_score"}
        near = {"fuzzy": {field: whole}}
        if not unfinished:
            return near
        going_on = {"regexp": {field: {"value": f"{_one_slip(word[:_MOST_LETTERS])}.*", "flags": "NONE"}}}
        return self.any_of([going_on] if edits == 1 else [near, going_on])

    def boosted(self, query: Json, boost: float) -> Json:
        """As `search.wording.Dialect` says."""
        return {"bool": {"must": [query], "boost": boost}}

    def all_of(self, queries: Sequence[Json]) -> Json:
        """As `search.wording.Dialect` says."""
        if len(queries) == 1:
            return queries[0]
        return {"bool": {"must": [*queries]}} if queries else NOTHING

    def any_of(self, queries: Sequence[Json]) -> Json:
        """As `search.wording.Dialect` says."""
        if len(queries) == 1:
            return queries[0]
        return {"dis_max": {"queries": [*queries], "tie_breaker": _TIE}} if queries else NOTHING

    def all_but_one_of(self, queries: Sequence[Json]) -> Json:
        """As `search.wording.Dialect` says."""
        return {"bool": {"should": [*queries], "minimum_should_match": len(queries) - 1}}

    def preferring(self, wanted: Json, welcome: Sequence[Json]) -> Json:
        """As `search.wording.Dialect` says."""
        return {"bool": {"must": [wanted], "should": [*welcome], "minimum_should_match": 0}}


def _one_slip(word: str) -> str:
    """A pattern of this word (letters only) with at most one letter wrong, missing, added or swapped."""
    pattern = ""
    for at in range(len(word) - 1, -1, -1):
        letter, rest = word[at], word[at + 1 :]
        swapped = f"|{rest[0]}{letter}{rest[1:]}" if rest and rest[0] != letter else ""
        pattern = f"({letter}{pattern}|.?{rest}|.{letter}{rest}{swapped})"
    return pattern


def one_of(field: str, values: Iterable[Any]) -> Json:
    """Things whose field has one of these values, none where there are none."""
    terms = list(values)
    return {"terms": {field: terms}} if terms else NOTHING


def between(field: str, first: int, last: int) -> Json:
    """Things whose number lies in this range, ends included."""
    return {"range": {field: {"gte": first, "lte": last}}}


def narrowed(query: Json, filters: Sequence[Json]) -> Json:
    """The query, within all the filters, which rank nothing."""
    return {"bool": {"must": [query], "filter": [*filters]}}
