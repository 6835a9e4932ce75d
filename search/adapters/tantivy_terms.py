"""How tantivy says each kind of query. No query string is ever parsed: what is typed cannot be syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import FieldType, Occur, Query

_TIE = 0.1
_FEW_VALUES = 16


@dataclass(frozen=True, slots=True)
class TantivyDialect:
    """`search.wording.Dialect` over this schema."""

    schema: Any

    def term(self, field: str, word: str) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.term_query(self.schema, field, word)

    def phrase(self, field: str, words: Sequence[str]) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.phrase_query(self.schema, field, [*words])

    def beginning(self, field: str, beginning: str) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.fuzzy_term_query(self.schema, field, beginning, distance=0, prefix=True)

    def near(self, field: str, word: str, edits: int, unfinished: bool) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.fuzzy_term_query(self.schema, field, word, distance=edits, prefix=unfinished)

    def boosted(self, query: Any, boost: float) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.boost_query(query, boost)

    def all_of(self, queries: Sequence[Any]) -> Any:
        """As `search.wording.Dialect` says."""
        if len(queries) == 1:
            return queries[0]
        return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.empty_query()

    def any_of(self, queries: Sequence[Any]) -> Any:
        """As `search.wording.Dialect` says."""
        if len(queries) == 1:
            return queries[0]
        return Query.disjunction_max_query(queries, _TIE) if queries else Query.empty_query()

    def all_but_one_of(self, queries: Sequence[Any]) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.boolean_query([(Occur.Should, one) for one in queries], len(queries) - 1)

    def preferring(self, wanted: Any, welcome: Sequence[Any]) -> Any:
        """As `search.wording.Dialect` says."""
        return Query.boolean_query([(Occur.Must, wanted), *((Occur.Should, one) for one in welcome)])


def one_of(schema: Any, field: str, values: Iterable[Any]) -> Any:
    """Things whose field has one of these values, none where there are none; ranks nothing."""
    terms = list(values)
    if len(terms) > _FEW_VALUES:  # reads every list of places whole, where a union reads only what is needed
        return Query.const_score_query(Query.term_set_query(schema, field, terms), 0.0)
    each = [(Occur.Should, Query.term_query(schema, field, term)) for term in terms]
    return Query.const_score_query(Query.boolean_query(each) if each else Query.empty_query(), 0.0)


def between(schema: Any, field: str, first: int | None, last: int | None) -> Any:
    """Things whose number lies in this range, ends included; ranks nothing."""
    query = Query.range_query(schema, field, FieldType.Unsigned, first, last)
    return Query.const_score_query(query, 0.0)


def narrowed(query: Any, filters: Sequence[Any]) -> Any:
    """The query, within all the filters."""
    return Query.boolean_query([(Occur.Must, query), *((Occur.Must, one) for one in filters)])
