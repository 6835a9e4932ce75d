"""Where letters show: the folders of a customer's set by a plan, and in which of them what lies in the catalogue is.

A letter was filed in the place that the plan that ships gives its type (`filed`). A plan that keeps such a place together
shows all of it in one folder, and nobody need ask the letters; one that parts it is asked letter by letter. See
docs/adr/0067.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, func, or_, select

from archive.folder_plan import FolderPlan, PlannedFolder, Traits, load_plan, plan_in_force
from archive.schema import account, contract, customer, holding


@dataclass(frozen=True)
class Places:
    """The folder set of customers with these traits under a plan."""

    plan: FolderPlan
    traits: Traits

    @cached_property
    def folders(self) -> tuple[PlannedFolder, ...]:
        """The set, in the order shown."""
        return self.plan.set_of(*self.traits)

    def of_type(self, document_type: str) -> str:
        """The code of the folder in which a letter of this type shows."""
        return self.plan.place_of(document_type, *self.traits).code

    def whole(self, filed: str) -> str | None:
        """The folder in which everything filed in this place shows; None where the letters' types decide."""
        shipped = load_plan()
        place = next((folder for folder in shipped.folders if folder.code == filed), None)
        if place is None:
            return None
        # In the rest lies every type that no other place names: those of this plan, and those that nobody named yet.
        beyond = {"", *(self.plan.types - shipped.types)} if place.rest else set()
        shown = {self.of_type(document_type) for document_type in place.types | beyond}
        return shown.pop() if len(shown) == 1 else None

    def of(self, filed: str, document_type: str) -> str:
        """The folder in which a letter of this type that was filed in this place shows."""
        return self.whole(filed) or self.of_type(document_type)

    def now(self, code: str) -> str:
        """The folder that whoever asks for this one is to be shown: itself; of one that the set has no more, where all that
        was filed in that place shows now, '' where that is in several."""
        if any(folder.code == code for folder in self.folders):
            return code
        return self.whole(code) or ""

    def types_of(self, code: str) -> frozenset[str]:
        """The types, of those that the plan names, that show in this folder."""
        return frozenset(one for one in self.plan.types if self.of_type(one) == code)


def places_of(connection: Connection, customer_id: int, plan: FolderPlan | None = None) -> Places:
    """Where the letters of a customer, and of all it stands for, show: by the plan in force, unless one is given."""
    plan = plan or plan_in_force()
    return Places(plan, traits(connection, (customer_id,), plan.systems)[customer_id])


def shown_in(connection: Connection, identity_id: int, filed: str, document_type: str) -> str:
    """The folder in which a letter of this type shows that was filed in this place of an identity."""
    root = connection.execute(
        select(func.coalesce(customer.c.survivor_id, customer.c.id)).where(customer.c.id == identity_id)
    ).scalar_one()
    return places_of(connection, root).of(filed, document_type)


def traits(connection: Connection, roots: Sequence[int], systems: frozenset[str]) -> dict[int, Traits]:
    """What plans ask of these customers; of `systems`, those whose accounts and contracts they hold or held.

    They stand for themselves and others: what any of these holds is theirs.
    """
    rows = connection.execute(select(customer.c.id, customer.c.kind, customer.c.branch).where(customer.c.id.in_(roots)))
    held = _systems(connection, roots, systems) if systems else {}
    return {row.id: Traits(row.kind, row.branch, frozenset(held.get(row.id, ()))) for row in rows}


def _systems(connection: Connection, roots: Sequence[int], systems: frozenset[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    theirs = or_(customer.c.id.in_(roots), customer.c.survivor_id.in_(roots))
    for kind, table in (("account", account), ("contract", contract)):
        query = (
            select(root, table.c.issuer).distinct().join_from(customer, holding, holding.c.customer_id == customer.c.id)
        )
        query = query.join(table, (holding.c.held_id == table.c.id) & (holding.c.kind == kind))
        for key, issuer in connection.execute(query.where(theirs, table.c.issuer.in_(systems))):
            found[key].add(issuer)
    return found
