"""What was asked, said in an engine's own terms: one way of looking for words, whatever the engine.

Pure: the engine's queries come out of a `Dialect`, so that all engines are asked the same by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from search.asking import PREPOSITIONS, Asked, Effort, Term, edits_allowed, may_be_beginning, readings
from search.folding import GRAM, grams, sound


class Dialect(Protocol):
    """How one engine says each kind of query. A query is whatever the engine takes it to be."""

    def term(self, field: str, word: str) -> Any:
        """Things with this very word."""
        ...

    def phrase(self, field: str, words: Sequence[str]) -> Any:
        """Things with these words side by side, in order."""
        ...

    def beginning(self, field: str, beginning: str) -> Any:
        """Things with a word that begins so."""
        ...

    def near(self, field: str, word: str, edits: int, unfinished: bool) -> Any:
        """Things with a word that differs in at most so many letters, or with one that goes on after such."""
        ...

    def boosted(self, query: Any, boost: float) -> Any:
        """The same, counting more or less for the rank."""
        ...

    def all_of(self, queries: Sequence[Any]) -> Any:
        """Every one of them; nothing where there are none."""
        ...

    def any_of(self, queries: Sequence[Any]) -> Any:
        """At least one of them; the best one counts for the rank."""
        ...

    def all_but_one_of(self, queries: Sequence[Any]) -> Any:
        """All of them, or all but one."""
        ...

    def preferring(self, wanted: Any, welcome: Sequence[Any]) -> Any:
        """What is wanted, ranked higher where something welcome is there too."""
        ...


@dataclass(frozen=True)
class Wording:
    """How the words of a question are looked for in one index.

    `exact`: (field, boost, form) of fields whose words are in order. `whole`: the field of words as they are,
    for beginnings and misspellings. `near`: (field, form) of the fields where misspellings are looked for.
    `starts`: the field of beginnings up to `start_letters` long, also asked for initials, '' where there is none.
    `sounds`: the field of `sound` keys or ''. `grams`: the fields of number pieces.
    """

    dialect: Dialect
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
            wanted = self.dialect.all_but_one_of(needed)
        else:
            wanted = self.dialect.all_of(needed)
        welcome = [self.term(term, Effort.AS_TYPED) for term in asked.welcome(self.slight)]
        return self.dialect.preferring(wanted, welcome) if welcome else wanted

    def term(self, term: Term, effort: Effort) -> Any:
        """One term in any of its readings; the best of them counts."""
        found: list[Any] = []
        for words in readings(term, effort):
            found += [self._groups(words)] if term.in_any_order else self._exact(words)
            if may_be_beginning(term, effort):
                found.append(self._beginning(words))
            elif self.starts and not term.quoted and all(len(word) == 1 and word.isalpha() for word in words):
                found.append(self.dialect.all_of([self.dialect.term(self.starts, initial) for initial in words]))
            if len(words) == 1:
                found += self._by_sound(words[0], term)
                found += self._misspelled(words[0], effort, term.unfinished)
        found += [self._number(field, key) for field in self.grams for key in term.numbers if len(key) >= GRAM]
        return self.dialect.any_of(found)

    def _groups(self, words: tuple[str, ...]) -> Any:
        """Each group of digits for itself, wherever it stands: a house number, part of an account."""
        each = [self.term(Term((word,), numbers=(word,)), Effort.AS_TYPED) for word in dict.fromkeys(words)]
        return self.dialect.all_of(each)

    def _exact(self, words: tuple[str, ...]) -> Iterable[Any]:
        for field, boost, form in self.exact:
            whole = self._side_by_side(field, [form(word) for word in words])
            yield whole if boost == 1 else self.dialect.boosted(whole, boost)

    def _side_by_side(self, field: str, words: Sequence[str]) -> Any:
        return self.dialect.term(field, words[0]) if len(words) == 1 else self.dialect.phrase(field, words)

    def _beginning(self, words: tuple[str, ...]) -> Any:
        last = words[-1]
        if len(words) > 1:
            others = (self.dialect.any_of([*self._exact((word,))]) for word in words[:-1])
            return self.dialect.all_of([self._beginning((last,)), *others])
        if len(last) <= self.start_letters:
            return self.dialect.term(self.starts, last)
        return self.dialect.beginning(self.whole, last)

    def _by_sound(self, word: str, term: Term) -> Iterable[Any]:
        if self.sounds and word.isalpha() and len(word) > 2 and not term.quoted:
            yield self.dialect.boosted(self.dialect.term(self.sounds, sound(word)), 0.5)

    def _misspelled(self, word: str, effort: Effort, unfinished: bool) -> Iterable[Any]:
        edits = edits_allowed(word, effort)
        for field, form in self.near if edits else ():
            yield self.dialect.near(field, form(word), edits, unfinished)

    def _number(self, field: str, key: str) -> Any:
        return self._side_by_side(field, grams(key))


def number_field(keys: Iterable[str]) -> str:
    """What to write into a field of number pieces: in order, so that a phrase of pieces is a part of the number.

    A piece '|' keeps a phrase from running on from one number into the next.
    """
    return " | ".join(" ".join(grams(key)) for key in dict.fromkeys(keys) if len(key) >= GRAM)
