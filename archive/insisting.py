"""What every change of who is who insists on: the right, a reason, customers that there are and that were looked at."""

from __future__ import annotations

from collections.abc import Mapping

from archive.access import Access, Role
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.sentences import say
from archive.standing import Identity


def supervises(access: Access) -> bool:
    """Whether joining customers and parting them is this employee's to say."""
    return Role.ADMIN in access.roles


def insist_on_right(access: Access) -> None:
    """Raises: Forbidden where it is not this employee's to say."""
    if not supervises(access):
        raise Forbidden(say("joining and parting customers takes the role of admin; ask your administrator"))


def insist_on_clerk(access: Access) -> None:
    """Raises: Forbidden where what a customer is called, lives at or holds is not this employee's to write."""
    if not access.decides:
        raise Forbidden(say("changing customers takes the role of clerk; ask your administrator"))


def insist_on_reason(reason: str) -> str:
    """The reason as it is kept. Raises: BadInput where there is none."""
    if not reason.strip():
        raise BadInput(say("say why: customers are joined and parted for a reason"))
    return reason.strip()


def insist_on_known(found: Mapping[int, Identity], *ids: int) -> None:
    """Raises: NotFound where one of these is not among `found`."""
    for one in ids:
        if one not in found:
            raise NotFound(say("there is no customer {number}", number=one))


def insist_unchanged(found: Mapping[int, Identity], customer_id: int, seen: int | None) -> None:
    """Raises: Conflict where the customer, as it is read, has another version than `seen`; None is any."""
    if seen is not None and found[found[customer_id].root].version != seen:
        raise Conflict(say("customer {number} was changed meanwhile; look at it again", number=customer_id))
