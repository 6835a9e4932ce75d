"""What matching needs from whoever keeps the customers: blocking keys, frequencies and profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

CustomerKind = Literal["person", "organisation"]


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name as held. `middle` is a patronymic or middle names; any part may be empty."""

    surname: str
    given: str = ""
    middle: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """All that identifies one customer, current and former. Values are as held; comparing normalises them."""

    id: int
    kind: CustomerKind
    persons: tuple[PersonName, ...] = ()
    organisations: tuple[str, ...] = ()
    birth_date: str = ""
    tax_ids: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    former_addresses: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    points_of_delivery: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    ended_accounts: tuple[tuple[str, str], ...] = ()
    """(number, the ISO day from which it is no more theirs)."""
    begun_accounts: tuple[tuple[str, str], ...] = ()
    """(number, the ISO day from which it is theirs), of accounts that were another's before."""
    branch: str = ""
    label: str = field(default="", compare=False)
    """What a clerk calls them."""

    def as_of(self, day: str) -> Profile:
        """Answer this customer with the accounts held on an ISO day; an empty day is now, when all that ended has."""
        ended, begun = dict(self.ended_accounts), dict(self.begun_accounts)
        if not ended and not begun:
            return self
        kept = tuple(n for n in self.accounts if n not in ended and not (day and day < begun.get(n, "")))
        held = tuple(n for n, end in ended.items() if day and begun.get(n, "") <= day < end)
        return replace(self, accounts=kept + held)


class Directory(Protocol):
    """The customers as matching sees them. Reads only; safe to repeat.

    Raises `EngineAway` where the store does not answer: never an empty answer in its place.
    """

    def size(self) -> int:
        """Answer how many customers there are."""
        ...

    def key_counts(self, keys: Sequence[int]) -> Mapping[int, int]:
        """Answer how many customers carry each key; keys that nobody carries are left out. May stop counting at 20,000."""
        ...

    def candidates(self, keys: Sequence[int], limit: int) -> Sequence[int]:
        """Answer the ids of at most `limit` customers that carry any of the keys, each once."""
        ...

    def profiles(self, ids: Sequence[int]) -> Sequence[Profile]:
        """Answer the profiles of these customers, in any order; unknown ids are left out."""
        ...

    def account_shapes(self) -> frozenset[str]:
        """Answer the shapes (see `normalising.shape`) that known account numbers have, from all or a fair sample."""
        ...
