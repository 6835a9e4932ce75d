"""Why each value of a golden record is the one that is taken: by which rule of survivorship, and what lost against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.customers import CustomerView, FieldValue, SourceRecord
from archive.directory_record import BY_HAND, LISTS, read_record, said_alike
from archive.sentences import Sentence, say

Rule = Literal["hand", "only", "agreed", "newest", "each", "before"]


@dataclass(frozen=True, slots=True)
class Lost:
    """Another value of the field, which a source record says and which was not taken. `at`: when we learnt it."""

    value: str
    system: str
    source_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Why:
    """One value of the golden record, by which rule it is there, and what lost against it."""

    field: str
    value: str
    rule: Rule
    lost: tuple[Lost, ...] = ()

    @property
    def told(self) -> Sentence:
        """The rule in words that a clerk reads."""
        return _TOLD[self.rule]


_TOLD: dict[Rule, Sentence] = {
    "hand": say("said by hand, which stands above every system"),
    "only": say("only one source says anything of it"),
    "agreed": say("all sources that say anything of it say the same"),
    "newest": say("of sources that differ, the newest"),
    "each": say("every value that a source says is kept"),
    "before": say("was so before, or is what another source says"),
}


def reasons(view: CustomerView) -> list[Why]:
    """Of every value of a customer's golden record why it is the one, in its order."""
    said = [(record, read_record(record.payload).values) for record in view.records]
    return [_why(one, [(record, values.get(one.field, "")) for record, values in said]) for one in view.fields]


def _why(one: FieldValue, said: Sequence[tuple[SourceRecord, str]]) -> Why:
    if one.field in ("other_names", "former_address"):
        return Why(one.field, one.value, "before")
    by_hand = one.system == BY_HAND
    if one.field in LISTS:
        return Why(one.field, one.value, "hand" if by_hand else "each")
    others = [(record, value) for record, value in said if record.id != one.record_id and value]
    lost = tuple(_lost(one, others))
    if by_hand:
        return Why(one.field, one.value, "hand", lost)
    return Why(one.field, one.value, "newest" if lost else "agreed" if others else "only", lost)


def _lost(one: FieldValue, others: Iterable[tuple[SourceRecord, str]]) -> Iterable[Lost]:
    for record, value in others:
        if said_alike(one.field, value) != said_alike(one.field, one.value):
            yield Lost(value, record.system, record.source_id, record.at)
