"""From what was asked to tantivy's query objects. No query string is ever parsed: what is typed cannot be syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import FieldType, Occur, Query

from search.asking import PREPOSITIONS, Asked, Effort, Term, edits_allowed, may_be_beginning, readings
from search.folding import GRAM, grams, sound

_TIE = 0.1
_FEW_VALUES = 16


@dataclass(frozen=True)
class Wording:
    """How the words of a question are looked for in one index.

    `exact`: (field, boost, form) of fields whose words are in order. `whole`: the field of words as they are,
    for beginnings and misspellings. `near`: (field, form) of the fields where misspellings are looked for.
    `starts`: the field of beginnings up to `start_letters` long, also asked for initials, '' where there is none. `sounds`: the field of
    `sound` keys or ''. `grams`: the fields of number pieces.
    """

    schema: Any
    exact: tuple[tuple[str, float, Callable[[str], str]], ...]
    whole: str
    near: tuple[tuple[str, Callable[[str], str]], ...]
    grams: tuple[str, ...]
    starts: str = ""
    start_letters: int = 0
    sounds: str = ""
    slight: frozenset[str] = PREPOSITIONS

    def query(self, asked: Asked, effort: Effort) -> Any:
        """All that was asked for, found with this effort."""
        needed = [self.term(term, effort) for term in asked.needed(self.slight)]
        if effort == Effort.MOST_WORDS and len(needed) > 1:
            wanted = Query.boolean_query([(Occur.Should, one) for one in needed], len(needed) - 1)
        else:
            wanted = all_of(needed)
        welcome = [(Occur.Should, self.term(term, Effort.AS_TYPED)) for term in asked.welcome(self.slight)]
        return Query.boolean_query([(Occur.Must, wanted), *welcome]) if welcome else wanted

    def term(self, term: Term, effort: Effort) -> Any:
        """One term in any of its readings; the best of them counts."""
        found: list[Any] = []
        for words in readings(term, effort):
            found += [self._groups(words)] if term.in_any_order else self._exact(words)
            if may_be_beginning(term, effort):
                found.append(self._beginning(words))
            elif self.starts and not term.quoted and all(len(word) == 1 and word.isalpha() for word in words):
                found.append(all_of([Query.term_query(self.schema, self.starts, initial) for initial in words]))
            if len(words) == 1:
                found += self._by_sound(words[0], term)
                found += self._misspelled(words[0], effort, term.unfinished)
        found += [self._number(field, key) for field in self.grams for key in term.numbers if len(key) >= GRAM]
        return any_of(found)

    def _groups(self, words: tuple[str, ...]) -> Any:
        """Each group of digits for itself, wherever it stands: a house number, part of an account."""
        return all_of([self.term(Term((word,), numbers=(word,)), Effort.AS_TYPED) for word in dict.fromkeys(words)])

    def _exact(self, words: tuple[str, ...]) -> Iterable[Any]:
        for field, boost, form in self.exact:
            forms = [form(word) for word in words]
            whole = Query.term_query(self.schema, field, forms[0]) if len(forms) == 1 else self._phrase(field, forms)
            yield whole if boost == 1 else Query.boost_query(whole, boost)

    def _phrase(self, field: str, forms: Sequence[str]) -> Any:
        return Query.phrase_query(self.schema, field, [*forms])

    def _beginning(self, words: tuple[str, ...]) -> Any:
        last = words[-1]
        if len(words) > 1:
            return all_of([self._beginning((last,)), *(any_of([*self._exact((word,))]) for word in words[:-1])])
        if len(last) <= self.start_letters:
            return Query.term_query(self.schema, self.starts, last)
        return Query.fuzzy_term_query(self.schema, self.whole, last, distance=0, prefix=True)

    def _by_sound(self, word: str, term: Term) -> Iterable[Any]:
        if self.sounds and word.isalpha() and len(word) > 2 and not term.quoted:
            yield Query.boost_query(Query.term_query(self.schema, self.sounds, sound(word)), 0.5)

    def _misspelled(self, word: str, effort: Effort, unfinished: bool) -> Iterable[Any]:
        edits = edits_allowed(word, effort)
        for field, form in self.near if edits else ():
            yield Query.fuzzy_term_query(self.schema, field, form(word), distance=edits, prefix=unfinished)

    def _number(self, field: str, key: str) -> Any:
        pieces = grams(key)
        if len(pieces) == 1:
            return Query.term_query(self.schema, field, pieces[0])
        return self._phrase(field, pieces)


def all_of(queries: Sequence[Any]) -> Any:
    """Every one of them; nothing where there are none."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.empty_query()


def any_of(queries: Sequence[Any]) -> Any:
    """At least one of them; the best one counts for the rank."""
    if len(queries) == 1:
        return queries[0]
    return Query.disjunction_max_query(queries, _TIE) if queries else Query.empty_query()


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


def number_field(keys: Iterable[str]) -> str:
    """What to write into a field of number pieces: in order, so that a phrase of pieces is a part of the number.

    A piece '|' keeps a phrase from running on from one number into the next.
    """
    return " | ".join(" ".join(grams(key)) for key in dict.fromkeys(keys) if len(key) >= GRAM)
