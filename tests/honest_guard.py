"""A guard that is plain to see through: a tax id is held once, a birth date and surname are probably the same, a phone is shared.

For tests of what is done with a guard's answers. What a guard must find is tested on the real one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from hashlib import blake2b

from sqlalchemy import Connection, func, select, text

from archive.directory_record import DirectoryRecord, said_alike
from archive.guarding import Agreed, Fault, Finding, Relation, Severity
from archive.pair_labels import Verdict
from archive.schema import contact_point, customer, identifier
from archive.sentences import quoted
from archive.survivorship import record_of

ODD = "0000000000"
"""A tax id that can not be."""


class HonestGuard:
    """`archive.guarding.Guard` over the catalogue's own columns."""

    def __init__(self) -> None:
        self.learnt: list[tuple[int, Finding, str]] = []
        self.learnt_of: list[tuple[tuple[int, int], Verdict, str]] = []
        self.kept: list[int] = []

    def faults(self, record: DirectoryRecord) -> Sequence[Fault]:
        odd = record.values["tax_id"] == ODD
        return [Fault("tax_id", quoted(f"{ODD} is no tax number"))] if odd else []

    def hold(self, connection: Connection, *records: DirectoryRecord | None) -> None:
        if connection.dialect.name == "sqlite":
            return
        signs = {sign for one in records if one is not None for sign in _signs(one)}
        for lock in sorted(int.from_bytes(blake2b(s.encode(), digest_size=8).digest(), signed=True) for s in signs):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})

    def examine(self, connection: Connection, record: DirectoryRecord, own: Collection[int]) -> tuple[Finding, ...]:
        root = func.coalesce(customer.c.survivor_id, customer.c.id)
        found: dict[int, Finding] = {}
        if tax := record.values["tax_id"]:
            query = select(root).join_from(identifier, customer).where(identifier.c.value == tax)
            for one in connection.execute(query.where(identifier.c.kind == "tax_id")).scalars():
                found[one] = _finding(one, "same", "refused", 0.9999, "tax_id", "tax_id")
        for phone in record.lists["phones"]:
            query = select(root, customer.c.golden).join_from(contact_point, customer)
            query = query.where(contact_point.c.folded == said_alike("phones", phone))
            for one, golden in connection.execute(query):
                other = record_of(json.loads(golden))
                same = other.values["birth_date"] == record.values["birth_date"] and record.values["birth_date"]
                relation: Relation = "same" if same else "relative"
                found.setdefault(one, _finding(one, relation, "warned", 0.9, "phones", ""))
        left_out = set(own)
        kept = [one for key, one in found.items() if key not in left_out]
        return tuple(sorted(kept, key=lambda one: (one.severity, one.customer_id)))

    def keep(self, connection: Connection, customer_id: int, records: Sequence[DirectoryRecord]) -> None:
        self.kept.append(customer_id)

    def learn(
        self, connection: Connection, customer_id: int, record: DirectoryRecord, finding: Finding, actor: str
    ) -> None:
        self.learnt.append((customer_id, finding, actor))

    def learn_of(
        self, connection: Connection, ends: tuple[int, int], verdict: Verdict, actor: str, kind: str = ""
    ) -> None:
        self.learnt_of.append((ends, verdict, actor))


def _signs(record: DirectoryRecord) -> list[str]:
    return [record.values["tax_id"], *(said_alike("phones", phone) for phone in record.lists["phones"])]


def _finding(one: int, relation: Relation, severity: Severity, probability: float, field: str, strong: str) -> Finding:
    agreed = (Agreed(field, 12.0, quoted(f"the same {field}")),)
    return Finding(f"{one}-{relation}-{severity}", one, relation, severity, probability, agreed, strong)
