"""Who else a customer is, may be or is not, on its page: merging, parting, telling apart, each with a reason, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.signing_in import Asker, who_asks
from archive import customers as directory
from archive import doubles, merging, pair_words
from archive.doubles import OPEN, Entry, Part
from archive.insisting import supervises
from archive.merging import Merge
from archive.pair_words import RELATIVES, PairWord, Said
from archive.showing.customers import Card

router = APIRouter(include_in_schema=False)
_MOST = 20
REASON_CHARS = 500


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who may be the customer, with the page on which that is decided."""

    entry: Entry
    id: int
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Same:
    """What the page tells: whom it stands for, who may be the same, what was said; names of all by number."""

    merges: Sequence[Merge]
    others: Sequence[Other]
    said: Sequence[tuple[int, PairWord]]
    names: dict[int, str]
    may_join: bool
    reason_chars: int = REASON_CHARS
    kinds: Sequence[str] = RELATIVES

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.merges or self.others or self.said)


def same_of(connection: Connection, asker: Asker, card: Card) -> Same:
    """What the customer's page tells of others."""
    waiting = doubles.entries(connection, Part("", customer_id=card.id), limit=_MOST)
    others = [_other(one, card.id) for one in waiting if one.state in OPEN]
    every = {card.id, *directory.member_ids(connection, card.id)}
    said = [(word.high_id if word.low_id in every else word.low_id, word) for word in card.said]
    wanted = {one.customer_id for one in card.merges} | {key for key, _word in said}
    names = directory.display_names(connection, wanted)
    return Same(card.merges, others, said, names, supervises(asker.supervising))


def _other(entry: Entry, card_id: int) -> Other:
    key, name = (entry.high_root, entry.high_name) if entry.low_root == card_id else (entry.low_root, entry.low_name)
    return Other(entry, key, name, f"/doubles?pair={entry.id}")


@router.post("/customers/{customer_id}/merge")
def merge(
    customer_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Let another stand for the customer, and show that one."""
    into, seen = whole_number(form, "into"), whole_number(form, "version")
    learn_of = rooms.customer_door.guard.learn_of
    done = merging.merge(
        rooms.catalogue, asker.supervising, customer_id, into, form.get("reason", ""), seen, learn_of=learn_of
    )
    return see_other(f"/customers/{done.root_id}#same")


@router.post("/customers/{customer_id}/unmerge")
def unmerge(
    customer_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Let the customer be one of its own again, and show it."""
    seen = whole_number(form, "version")
    learn_of = rooms.customer_door.guard.learn_of
    merging.unmerge(rooms.catalogue, asker.supervising, customer_id, form.get("reason", ""), seen, learn_of=learn_of)
    return see_other(f"/customers/{customer_id}#same")


@router.post("/customers/{customer_id}/say")
def tell(
    customer_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Say of the customer and another that they are not the same, or relatives (`word` is then the kind)."""
    other, seen, word = whole_number(form, "other"), whole_number(form, "version"), form.get("word", "")
    reason = form.get("reason", "")
    said = Said("distinct", reason) if word == "distinct" else Said("relatives", reason, word)
    learn_of = rooms.customer_door.guard.learn_of
    pair_words.tell(rooms.catalogue, asker.supervising, customer_id, other, said, seen, learn_of=learn_of)
    return see_other(f"/customers/{customer_id}#same")


@router.post("/customers/{customer_id}/unsay/{other_id}")
def unsay(
    customer_id: int,
    other_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Take back what was said of two: they may be asked about again."""
    seen = whole_number(form, "version")
    pair_words.take_back(rooms.catalogue, asker.access, customer_id, other_id, form.get("reason", ""), seen)
    return see_other(f"/customers/{customer_id}#same")
