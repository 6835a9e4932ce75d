"""What a person typed, understood: words, phrases, numbers, field words, and how hard to try.

Pure: no engine and no access. An adapter turns `Asked` into its own query, one `Effort` after another until
something is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum

from search.folding import GRAM, fold, number_key, other_alphabet, other_keyboard, phone_key, words

MOST_CHARACTERS = 1000
MOST_TERMS = 24
"""What is typed beyond these is left out: nobody types it, and a pasted page must not cost a search of a page."""

ONE_EDIT_LETTERS = 4
TWO_EDITS_LETTERS = 7

FIELD_WORDS = {
    "type": ("type", "тип", "вид"),
    "branch": ("branch", "филиал", "отделение"),
    "channel": ("channel", "канал"),
    "state": ("state", "status", "состояние", "статус"),
    "kind": ("kind",),
    "year": ("year", "год"),
    "customer": ("customer", "клиент", "абонент"),
    "case": ("case", "дело"),
    "since": ("since", "after", "от", "после"),
    "until": ("until", "before", "до"),
}
"""What may stand before a colon, and what it is called in a query."""

_FIELD_OF = {word: name for name, group in FIELD_WORDS.items() for word in group}

_PREPOSITIONS = """
а без в во для до за и из к ко на не о об от по под при с со у
a an and at by for from in of on or the to with
"""
_PLACE_WORDS = """
ул улица пр пркт проспект пер переулок пл площадь ш шоссе бул бульвар г гор город обл область р рн район край респ
республика пос поселок с село дер деревня д дом кв квартира корп корпус к стр строение оф офис
street st road rd avenue ave lane ln drive close court flat apt apartment house
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
"""Words that may be missing where others are found."""
PLACE_WORDS = frozenset(_PLACE_WORDS.split())
"""Kinds of streets and houses: they may be missing where a customer is looked for, since they are written any way."""


class Effort(IntEnum):
    """How hard to try. Each includes the ones before it, and is tried when those found nothing."""

    AS_TYPED = 0
    BEGINNINGS = 1
    """The words may be beginnings of words."""
    OTHER_KEYBOARD = 2
    """The words may have been typed in the other layout."""
    ONE_EDIT = 3
    """A word of four letters or more may have one letter wrong, missing, added or swapped."""
    TWO_EDITS = 4
    """A word of seven letters or more may have two."""
    MOST_WORDS = 5
    """One of the words may be missing."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for, folded.

    `words` must follow each other where there is more than one. `numbers` are keys of identifiers, any of which
    satisfies the term in place of the words; `in_any_order` says that the words are groups of such a number
    and need not follow each other. `alike` and `swapped` are other readings of the words: in the other alphabet,
    and as the other keyboard layout gives them.
    """

    words: tuple[str, ...]
    quoted: bool = False
    unfinished: bool = False
    in_any_order: bool = False
    numbers: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: the terms, all of which are wanted, and the values asked for in each field."""

    terms: tuple[Term, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def needed(self, slight: frozenset[str] = PREPOSITIONS) -> tuple[Term, ...]:
        """The terms that must be found: all but the slight words, or all where there are no others."""
        return tuple(term for term in self.terms if not _is_slight(term, slight)) or self.terms

    def welcome(self, slight: frozenset[str] = PREPOSITIONS) -> tuple[Term, ...]:
        """The terms that only raise the rank."""
        return tuple(term for term in self.terms if term not in self.needed(slight))


def _is_slight(term: Term, slight: frozenset[str]) -> bool:
    return not (term.quoted or term.unfinished) and len(term.words) == 1 and term.words[0] in slight


_QUOTES = str.maketrans("«»“”„‟", '""""""')
_NUMBER_GROUPS = r"(?<!\S)\+?\(?\d(?:[ ()\-]{0,2}\d){6,19}(?!\S)"
_PIECE = re.compile(
    rf'(?P<field>\w{{1,20}}):(?P<value>"[^"]*"?|\S+)|"(?P<quoted>[^"]*)"?|(?P<number>{_NUMBER_GROUPS})|(?P<chunk>\S+)'
)


def ask(typed: str, as_you_type: bool = False) -> Asked:
    """Understand what was typed. With `as_you_type` the last word may be the beginning of one.

    Never raises: what cannot be understood as a field word is a word. Field values keep their case.
    """
    typed = typed[:MOST_CHARACTERS].translate(_QUOTES)
    terms: list[Term] = []
    fields: dict[str, tuple[str, ...]] = {}
    for piece in _PIECE.finditer(typed):
        name, value = _field(piece)
        if name:
            fields[name] = (*fields.get(name, ()), value)
        elif len(terms) < MOST_TERMS and (term := _term(piece)):
            terms.append(term)
    if as_you_type and terms and typed[-1:].isalnum() and not terms[-1].quoted:
        terms[-1] = replace(terms[-1], unfinished=True)
    return Asked(tuple(terms), fields)


def _field(piece: re.Match[str]) -> tuple[str, str]:
    """The field and the value that this piece asks for, or two empty strings where it is no field word."""
    name = _FIELD_OF.get((piece["field"] or "").lower(), "")
    value = (piece["value"] or "").strip('"').strip()
    return (name, value) if name and _is_value(name, value) else ("", "")


def _is_value(name: str, value: str) -> bool:
    if name in ("year", "customer"):
        return value.isascii() and value.isdigit() and len(value) < 18
    if name in ("since", "until"):
        return _as_date(value) is not None
    return bool(value)


def _as_date(value: str) -> date | None:
    day = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)
    try:
        return date(int(day[3]), int(day[2]), int(day[1])) if day else date.fromisoformat(value)
    except ValueError:
        return None


def dates(values: Iterable[str]) -> list[date]:
    """The days that `since` and `until` name: 2024-03-01 or 01.03.2024."""
    return [day for value in values if (day := _as_date(value))]


def _term(piece: re.Match[str]) -> Term | None:
    if piece["quoted"] is not None:
        found = tuple(words(fold(piece["quoted"])))
        return Term(found, quoted=True) if found else None
    if piece["number"]:
        return _grouped_number(piece["number"])
    return _chunk(piece[0])


def _grouped_number(typed: str) -> Term:
    """A number written in groups, such as a phone: the whole of it, or its groups each for itself."""
    groups = tuple(words(fold(typed)))
    key = number_key(typed)
    return Term(groups, in_any_order=len(groups) > 1, numbers=_number_readings(typed, key))


_CALLING_PREFIX = re.compile(r"\+7(?=.{3})|\+44(?=.{3})|[80](?=.{6})")


def _number_readings(typed: str, key: str) -> tuple[str, ...]:
    """The number as typed, and as a phone, whole or begun, without +7, 8, +44 or 0 before it."""
    if not key.isdigit():
        return (key,)
    called = _CALLING_PREFIX.match(typed)
    without_prefix = number_key(typed[called.end() :]) if called else key
    last_ten = phone_key(key) if 11 <= len(key) <= 13 else key
    return tuple(dict.fromkeys((key, without_prefix, last_ten)))


def _chunk(typed: str) -> Term | None:
    """What stands between two spaces: a word, or an identifier with its punctuation."""
    folded = fold(typed)
    found = tuple(words(folded))
    swapped = _in_other_layout(typed)
    if not found:
        return Term(swapped) if len(swapped) == 1 else None
    key = number_key(typed)
    is_number = len(key) >= GRAM and any(letter.isdigit() for letter in folded)
    return Term(
        found,
        unfinished=typed.endswith("*"),
        numbers=_number_readings(typed, key) if is_number else (),
        alike=_alike(found),
        swapped=swapped,
    )


def _alike(found: Sequence[str]) -> tuple[str, ...]:
    other = other_alphabet(found[0]) if len(found) == 1 and len(found[0]) > 1 else None
    return (other,) if other else ()


def _in_other_layout(typed: str) -> tuple[str, ...]:
    """The words that the same keys give in the other layout; none where they give no plain words."""
    if len(typed) < 3 or any(letter.isdigit() for letter in typed):
        return ()
    swapped = fold(other_keyboard(typed))
    found = tuple(words(swapped))
    return found if found and "".join(found) == re.sub("['-]", "", swapped) else ()


def efforts(asked: Asked) -> list[Effort]:
    """The efforts worth trying, least first: those that ask for nothing new are left out."""
    loose = [term for term in asked.terms if not term.quoted]
    letters = [len(word) for term in loose for word in (*term.words, *term.swapped) if word.isalpha()]
    worth = {
        Effort.AS_TYPED: True,
        Effort.BEGINNINGS: bool(loose),
        Effort.OTHER_KEYBOARD: any(term.swapped for term in loose),
        Effort.ONE_EDIT: max(letters, default=0) >= ONE_EDIT_LETTERS,
        Effort.TWO_EDITS: max(letters, default=0) >= TWO_EDITS_LETTERS,
        Effort.MOST_WORDS: len(asked.needed()) > 1,
    }
    return [effort for effort in Effort if worth[effort]]


def edits_allowed(word: str, effort: Effort) -> int:
    """How many letters of this word may be wrong: never in numbers, hardly in short words."""
    if effort < Effort.ONE_EDIT or not word.isalpha() or len(word) < ONE_EDIT_LETTERS:
        return 0
    return 2 if effort == Effort.TWO_EDITS and len(word) >= TWO_EDITS_LETTERS else 1


def readings(term: Term, effort: Effort) -> list[tuple[str, ...]]:
    """The term's words as typed, in the other alphabet and, where the effort allows, in the other layout."""
    swapped = [term.swapped] if term.swapped and effort >= Effort.OTHER_KEYBOARD and not term.quoted else []
    return [term.words, *((word,) for word in term.alike), *swapped]


def may_be_beginning(term: Term, effort: Effort) -> bool:
    """Whether the term's last word may go on."""
    shortest = 1 if term.unfinished else 3
    wanted = term.unfinished or (effort >= Effort.BEGINNINGS and not term.quoted)
    return wanted and len(term.words[-1]) >= shortest
