"""To which case does a letter belong? Pure: what is asked and which cases there are, in; the choice and why, out.

The case whose number the letter quotes; else an open one of the same customer, account or point of delivery, and type,
within the type's window of days; never a closed one; else a new one. A case of another customer is never chosen, but
that of a co-holder about the account or point of delivery that both hold; former holders are others.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Literal

from archive.sentences import Sentence, say
from cases.types import CaseType

Because = Literal["quoted", "open_case", "new", "quoted_closed", "case_of_another", "quoted_unknown", "quoted_two"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of the letter. `account` and `point_of_delivery` are '' where the letter names none.

    `customer_id` is the identity that stands for the sender now: of merged ones the survivor.
    """

    customer_id: int
    account: str
    point_of_delivery: str
    type: CaseType
    on: date
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case that there is. `customer_id`: who stands for its customer now, None while its customer is not known."""

    id: int
    number: str
    type: str
    customer_id: int | None
    account: str
    point_of_delivery: str
    is_open: bool
    last_letter_on: date


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer: `case` is the one to join, None for a new one. `certain` False: a person decides.

    `linked` is a closed case that the letter quotes, which the new one continues.
    """

    case: KnownCase | None
    because: Because
    explanation: Sentence
    certain: bool = True
    linked: KnownCase | None = None


def choose(
    question: Question, quoted: Sequence[KnownCase], held: Sequence[KnownCase], co_holders: Set[int] = frozenset()
) -> Choice:
    """The case for a letter. `quoted`: the known cases of the numbers quoted; `held`: all that may fit besides.

    `co_holders`: the other customers who hold the letter's account or point of delivery together with its sender.
    """
    ours = [case for case in quoted if may_join(question, case, co_holders)]
    if quoted and not ours:
        told = say("case {number} belongs to another customer", number=quoted[0].number)
        return Choice(None, "case_of_another", told, certain=False)
    still_open = sorted({case.id: case for case in ours if case.is_open}.values(), key=lambda case: case.id)
    if len(still_open) == 1:
        return Choice(still_open[0], "quoted", say("the letter quotes case {number}", number=still_open[0].number))
    if len(still_open) > 1:
        numbers = ", ".join(case.number for case in still_open)
        told = say("the letter quotes several open cases: {numbers}", numbers=numbers)
        return Choice(None, "quoted_two", told, certain=False)
    joined = _open_one(question, held, co_holders)
    if joined is not None:
        told = say("case {number} of the same customer and matter is open", number=joined.number)
        if joined.customer_id != question.customer_id:
            told = say("case {number} of the same account or point of delivery is open", number=joined.number)
        return Choice(joined, "open_case", told)
    return _new(question, ours)


def _new(question: Question, closed: Sequence[KnownCase]) -> Choice:
    if closed:
        last = max(closed, key=lambda case: (case.last_letter_on, case.id))
        told = say("case {number}, which the letter quotes, is closed: a new case continues it", number=last.number)
        return Choice(None, "quoted_closed", told, linked=last)
    if question.quoted:
        told = say("case {number} is not known here: a new case", number=question.quoted[0])
        return Choice(None, "quoted_unknown", told)
    return Choice(None, "new", say("no open case of this customer and matter: a new case"))


def may_join(question: Question, case: KnownCase, co_holders: Set[int]) -> bool:
    """Whether the sender may write in this case: their own, one that is nobody's yet, or a co-holder's on what both hold."""
    if case.customer_id in (None, question.customer_id):
        return True
    return case.customer_id in co_holders and _shares(question, case)


def _open_one(question: Question, held: Sequence[KnownCase], co_holders: Set[int]) -> KnownCase | None:
    """The open case that the letter joins: of those that fit, an own one first, then the one whose last letter is newest."""
    fitting = [case for case in held if _fits(question, case) and may_join(question, case, co_holders)]
    own = [case for case in fitting if case.customer_id == question.customer_id]
    return max(own or fitting, key=lambda case: (case.last_letter_on, case.id), default=None)


def _fits(question: Question, case: KnownCase) -> bool:
    if not case.is_open or case.type != question.type.code:
        return False
    # A letter older than the case's last one may be late post: the window counts both ways.
    if abs((question.on - case.last_letter_on).days) > question.type.window_days:
        return False
    if case.customer_id != question.customer_id and not _shares(question, case):
        return False
    return _agree(question.account, case.account) and _agree(question.point_of_delivery, case.point_of_delivery)


def _agree(asked: str, held: str) -> bool:
    """Whether two values agree; one that is not named says nothing against."""
    return not asked or not held or asked == held


def _shares(question: Question, case: KnownCase) -> bool:
    """Whether letter and case name the same account or point of delivery."""
    pairs = ((question.account, case.account), (question.point_of_delivery, case.point_of_delivery))
    return any(asked and asked == held for asked, held in pairs)
