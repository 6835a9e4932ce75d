"""Filings: a document's place in a customer's folder and in a case, and on what ground. Many to many, safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, and_, delete, insert, or_, select

from archive.clock import utc_now
from archive.schema import account, customer, document, filing, folder, holding
from archive.upserting import upsert

Ground = Literal["account", "person", "hand"]
BY_ACCOUNT = frozenset({"account", "contract", "meter", "point_of_delivery"})
"""Data by which a customer is known through an account, so that the filing can follow the account."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Why a document is put where it is: the ground, and what it rests on (the account's number, a clerk's login)."""

    ground: Ground
    value: str
    actor: str


def on_ground(known_by: str | None, account: str | None, actor: str) -> Filed:
    """On what a filing rests: the account (so that it can follow a takeover) or the person. `known_by`: which datum."""
    if known_by in BY_ACCOUNT and account:
        return Filed("account", account, actor)
    return Filed("person", "", actor)


def whose(connection: Connection, owner: int, why: Filed, on: str) -> int:
    """Under which identity of a customer something is filed: the one that held, on that day, the account it rests on.

    Where it rests on the person, or none of them held the account, the one that stands for all (`owner`). So what was
    filed while a merge stood goes back to the right one when it is taken back.
    """
    if why.ground != "account" or not why.value:
        return owner
    others = connection.execute(select(customer.c.id).where(customer.c.survivor_id == owner).order_by(customer.c.id))
    members = [owner, *others.scalars()]
    if len(members) == 1:
        return owner
    then = and_(holding.c.valid_from <= on, or_(holding.c.valid_to == "", holding.c.valid_to > on))
    numbered = select(account.c.id).where(account.c.number == why.value)
    held = select(holding.c.customer_id).where(
        holding.c.customer_id.in_(members), holding.c.kind == "account", holding.c.held_id.in_(numbered), then
    )
    holders = set(connection.execute(held).scalars())
    return next((one for one in members if one in holders), owner)


def file_in_folder(connection: Connection, document_id: int, customer_id: int, code: str, why: Filed) -> int:
    """Put a document into a customer's folder; answers the folder's id."""
    connection.execute(upsert(connection, folder).values(customer_id=customer_id, code=code).on_conflict_do_nothing())
    place: int = connection.execute(
        select(folder.c.id).where(folder.c.customer_id == customer_id, folder.c.code == code)
    ).scalar_one()
    _put(connection, document_id, why, folder_id=place)
    return place


def file_in_case(connection: Connection, document_id: int, case_id: int, why: Filed) -> None:
    """Put a document into a case's folder."""
    _put(connection, document_id, why, case_id=case_id)


def _put(
    connection: Connection, document_id: int, why: Filed, folder_id: int | None = None, case_id: int | None = None
) -> None:
    here = filing.c.folder_id == folder_id if folder_id is not None else filing.c.case_id == case_id
    if connection.execute(select(filing.c.id).where(filing.c.document_id == document_id, here)).first():
        return
    letter = connection.execute(select(document.c.branch, document.c.mark).where(document.c.id == document_id)).one()
    row = {
        "document_id": document_id,
        "folder_id": folder_id,
        "case_id": case_id,
        "ground": why.ground,
        "ground_value": why.value,
        "filed_at": utc_now(),
        "actor": why.actor,
        "branch": letter.branch,
        "mark": letter.mark,
    }
    connection.execute(insert(filing).values(row))


def take_out(connection: Connection, document_id: int) -> Sequence[Mapping[str, object]]:
    """Take a document out of every folder and case; answers the filings that were, for the journal."""
    was = [dict(row._mapping) for row in connection.execute(select(filing).where(filing.c.document_id == document_id))]
    connection.execute(delete(filing).where(filing.c.document_id == document_id))
    return was
