"""The guard of the directory: what archive asks of whoever compares a customer with all others before it is written.

`archive` owns the protocol, its writing calls for single customers (`archive.by_hand`) take one and can not be called
without; `dedup` implements it, `api/wiring.py` joins them. See docs/adr/0055-the-guard-inside-the-transaction.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import Connection

from archive.directory_record import DirectoryRecord
from archive.doubles import Agreement
from archive.pair_labels import Verdict
from archive.sentences import Sentence

Relation = Literal["same", "relative"]
"""What the other one probably is: the same customer, or somebody close to it who shares its data."""
Severity = Literal["refused", "warned"]


@dataclass(frozen=True, slots=True)
class Agreed:
    """One field that agrees with the other customer's, or speaks against it.

    `weight`: in bits, for the relation that the finding names; below 0 where the field speaks against it. `told`: the same
    in words that a clerk reads.
    """

    field: str
    weight: float
    told: Sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """Somebody whom the record is probably, or to whom it is close. Answered by a guard, acknowledged or overridden by `id`.

    `id`: the same for the same other customer, relation and severity, whenever asked, so that a clerk's word holds for what
    was seen, and for nothing that came meanwhile. `customer_id`: who stands for the other. `probability`: of the relation,
    0…1. `agreed`: the heaviest first. `strong_key`: the column of the one value that by itself is held by one customer only
    (`tax_id`, `accounts`, `emails`, `phones`), where the finding rests on one; else ''. `said`: the same as `agreed` as a
    model tells it, for whoever puts the pair on the review list. `name`: what the other is called.
    """

    id: str
    customer_id: int
    relation: Relation
    severity: Severity
    probability: float
    agreed: tuple[Agreed, ...]
    strong_key: str = ""
    said: tuple[Agreement, ...] = ()
    name: str = ""

    @property
    def may_be_the_same(self) -> bool:
        """Whether a relative of the same name is told of, who as well is the very person: nothing known tells them apart.

        Of one whose given name is but an initial too.
        """
        levels = {one.field: one.level for one in self.said}
        named_so = levels.get("namesake") in ("possible", "named so")
        return self.relation == "relative" and (
            named_so or (levels.get("given") == "initial" and levels.get("name", "differs") != "differs")
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that can not be so, such as a tax id whose check digit fails. `field`: its column; `told`: what is wrong."""

    field: str
    told: Sentence


class Guard(Protocol):
    """Compares a customer's record with all others, in the transaction that writes it.

    The calls of one save come in this order: `faults`, `hold`, `examine`, `keep`, and `learn` where it was overridden. A record is a customer as it would be
    read after the save, all its source records together; partly filled while somebody types. Raises: EngineAway.
    """

    def faults(self, record: DirectoryRecord) -> Sequence[Fault]:
        """What of the record can not be so, whatever else is held. Pure."""
        ...

    def hold(self, connection: Connection, *records: DirectoryRecord | None) -> None:
        """Keep every other save that could be about the same customers waiting until this transaction ends.

        `records`: those to be saved, and as they were before. Locks the blocking hashes of all of them in sorted order; a
        transaction gives all at its first call, for whoever holds some and waits for more may wait in a ring. Does nothing where
        the catalogue has one writer. What `examine` reads afterwards includes all that others committed meanwhile.
        """
        ...

    def examine(self, connection: Connection, record: DirectoryRecord, own: Collection[int]) -> tuple[Finding, ...]:
        """Whom the record probably is, or is close to; the most probable first, refused before warned.

        `own`: identities to leave out, being the customer itself or told apart from it. Writes nothing: it also answers
        whoever still types, on a reading connection.
        """
        ...

    def keep(self, connection: Connection, customer_id: int, records: Sequence[DirectoryRecord]) -> None:
        """Write the guard's blocking keys of an identity, so that the next save finds it.

        `records`: the customer as it is read now, then the identity's source records. Keys of what they said before stay.
        """
        ...

    def learn(
        self, connection: Connection, customer_id: int, record: DirectoryRecord, finding: Finding, actor: str
    ) -> None:
        """Keep as a label for the model that `customer_id`, who is saved as `record`, is not whom the finding took it for."""
        ...

    def learn_of(
        self, connection: Connection, ends: tuple[int, int], verdict: Verdict, actor: str, kind: str = ""
    ) -> None:
        """Keep as a label for the model what a person said of two identities, by what the records of each say now.

        `kind`: of relatives, which.
        """
        ...
