"""To which case a letter belongs: the situations are the specification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from cases.choosing import Because, KnownCase, Question, choose
from cases.types import load_types

TODAY = date(2026, 3, 2)
ANNA, BORIS = 1, 2
TYPES = load_types()


def held(id_: int, **changes: object) -> KnownCase:
    """An open dispute of Anna's, number C<id>, whose last letter came ten days ago."""
    usual: dict[str, object] = {
        "number": f"C{id_}",
        "type": "dispute",
        "customer_id": ANNA,
        "account": "",
        "point_of_delivery": "",
        "is_open": True,
        "last_letter_on": date(2026, 2, 20),
    }
    return KnownCase(id=id_, **(usual | changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Situation:
    """A letter of Anna's that disputes a payment, and what there is."""

    told: str
    because: Because
    case: int | None = None
    own: tuple[KnownCase, ...] = ()
    quoted: tuple[KnownCase, ...] = ()
    numbers: tuple[str, ...] = ()
    account: str = ""
    pod: str = ""
    on: date = TODAY
    letter: str = "payment_dispute"
    certain: bool = True
    linked: int | None = None
    together: frozenset[int] = frozenset()


closed = {"is_open": False}
boris = {"customer_id": BORIS}
nobody = {"customer_id": None}
both = frozenset({BORIS})
"""Boris holds the letter's account or point of delivery together with Anna."""

SITUATIONS = [
    Situation("no case at all", "new"),
    Situation("an open case of the same matter", "open_case", 1, (held(1),)),
    Situation("only a closed case of the same matter", "new", own=(held(1, **closed),)),
    Situation("a closed and an open case", "open_case", 2, (held(1, **closed), held(2))),
    Situation("an open case of another matter", "new", own=(held(1, type="quality"),)),
    Situation("an open case of another customer", "new", own=(held(1, **boris),)),
    Situation("two open cases: the one with the newer letter", "open_case", 2,
              (held(1), held(2, last_letter_on=date(2026, 2, 25)))),
    Situation("two open cases with letters of one day: the later opened", "open_case", 2, (held(1), held(2))),
    Situation("an open case on the last day of the window", "open_case", 1,
              (held(1, last_letter_on=date(2026, 1, 1)),)),
    Situation("an open case one day outside the window", "new", own=(held(1, last_letter_on=date(2025, 12, 31)),)),
    Situation("late post, older than the case's last letter", "open_case", 1, (held(1),), on=date(2026, 1, 15)),
    Situation("late post, older than the window", "new", own=(held(1),), on=date(2025, 12, 1)),
    Situation("the same account", "open_case", 1, (held(1, account="11"),), account="11"),
    Situation("another account", "new", own=(held(1, account="12"),), account="11"),
    Situation("the letter names no account", "open_case", 1, (held(1, account="12"),)),
    Situation("the case has no account", "open_case", 1, (held(1),), account="11"),
    Situation("two accounts, two cases", "open_case", 1,
              (held(1, account="11"), held(2, account="12", last_letter_on=TODAY)), account="11"),
    Situation("the same point of delivery", "open_case", 1, (held(1, point_of_delivery="P1"),), pod="P1"),
    Situation("another point of delivery", "new", own=(held(1, point_of_delivery="P2"),), pod="P1"),
    Situation("the same account, another point of delivery", "new",
              own=(held(1, account="11", point_of_delivery="P2"),), account="11", pod="P1"),
    Situation("quotes an open case", "quoted", 7, quoted=(held(7),), numbers=("C7",)),
    Situation("quotes an open case, though another one fits", "quoted", 7, (held(1),), (held(7),), ("C7",)),
    Situation("quotes an open case of another matter", "quoted", 7, quoted=(held(7, type="quality"),), numbers=("C7",)),
    Situation("quotes an open case whose window is long over", "quoted", 7,
              quoted=(held(7, last_letter_on=date(2024, 1, 1)),), numbers=("C7",)),
    Situation("quotes an open case on another account", "quoted", 7,
              quoted=(held(7, account="12"),), numbers=("C7",), account="11"),
    Situation("quotes a closed case", "quoted_closed", quoted=(held(7, **closed),), numbers=("C7",), linked=7),
    Situation("quotes a closed case, and an open one fits", "open_case", 1,
              (held(1),), (held(7, **closed),), ("C7",)),
    Situation("quotes two closed cases: continues the newer", "quoted_closed", numbers=("C7", "C8"), linked=8,
              quoted=(held(7, **closed), held(8, **closed, last_letter_on=TODAY))),
    Situation("quotes a closed and an open case", "quoted", 8,
              quoted=(held(7, **closed), held(8)), numbers=("C7", "C8")),
    Situation("quotes a number that nobody knows", "quoted_unknown", numbers=("C99",)),
    Situation("quotes a number that nobody knows, and an open one fits", "open_case", 1, (held(1),), numbers=("C99",)),
    Situation("quotes another customer's case", "case_of_another", quoted=(held(7, **boris),), numbers=("C7",),
              certain=False),
    Situation("quotes another customer's case, though an own one fits", "case_of_another", own=(held(1),),
              quoted=(held(7, **boris),), numbers=("C7",), certain=False),
    Situation("quotes another customer's closed case", "case_of_another", quoted=(held(7, **boris, **closed),),
              numbers=("C7",), certain=False),
    Situation("quotes a case whose customer is not known yet", "quoted", 7, quoted=(held(7, **nobody),),
              numbers=("C7",)),
    Situation("an open case of nobody known that names no account", "new", own=(held(1, **nobody),), account="11"),
    Situation("quotes two open cases", "quoted_two", quoted=(held(7), held(8)), numbers=("C7", "C8"), certain=False),
    Situation("quotes one open case twice", "quoted", 7, quoted=(held(7), held(7)), numbers=("C7", "C7")),
    Situation("quotes an own open case and another customer's", "quoted", 7, quoted=(held(7), held(8, **boris)),
              numbers=("C7", "C8")),
    Situation("another customer's case on the same account, which he held before", "new",
              own=(held(1, **boris, account="11"),), account="11"),
    Situation("a co-holder's case on the same account", "open_case", 1,
              (held(1, **boris, account="11"),), account="11", together=both),
    Situation("a co-holder's case on the same point of delivery", "open_case", 1,
              (held(1, **boris, point_of_delivery="P1"),), pod="P1", together=both),
    Situation("a co-holder's case on an account of his own", "new",
              own=(held(1, **boris, account="12"),), account="11", together=both),
    Situation("a co-holder's case that names no account", "new", own=(held(1, **boris),), account="11", together=both),
    Situation("a co-holder's case on the same account, at another point of delivery", "new",
              own=(held(1, **boris, account="11", point_of_delivery="P2"),), account="11", pod="P1", together=both),
    Situation("a co-holder's case on the same account, of another matter", "new",
              own=(held(1, **boris, account="11", type="quality"),), account="11", together=both),
    Situation("a co-holder's case on the same account, closed", "new",
              own=(held(1, **boris, **closed, account="11"),), account="11", together=both),
    Situation("a co-holder's case on the same account, its window over", "new",
              own=(held(1, **boris, account="11", last_letter_on=date(2025, 1, 1)),), account="11", together=both),
    Situation("an own case goes before a co-holder's with a newer letter", "open_case", 1,
              (held(1), held(2, **boris, account="11", last_letter_on=TODAY)), account="11", together=both),
    Situation("quotes a co-holder's case on the same account", "quoted", 7, quoted=(held(7, **boris, account="11"),),
              numbers=("C7",), account="11", together=both),
    Situation("quotes a co-holder's case on another account", "case_of_another",
              quoted=(held(7, **boris, account="12"),), numbers=("C7",), account="11", together=both, certain=False),
    Situation("an open case of nobody known on the same account", "open_case", 1,
              (held(1, **nobody, account="11"),), account="11"),
    Situation("an open case of nobody known on the same point of delivery", "open_case", 1,
              (held(1, **nobody, point_of_delivery="P1"),), pod="P1"),
    Situation("an open case of nobody known on another account", "new", own=(held(1, **nobody, account="12"),),
              account="11"),
    Situation("an own case goes before one of nobody known", "open_case", 1,
              (held(1), held(2, **nobody, account="11", last_letter_on=TODAY)), account="11"),
    Situation("a letter of a type that no case type names joins other correspondence", "open_case", 1,
              (held(1, type="correspondence"),), letter="a type of tomorrow"),
]  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.told)
def test_situation(situation: Situation) -> None:
    type_ = TYPES.for_letter(situation.letter)
    question = Question(ANNA, situation.account, situation.pod, type_, situation.on, situation.numbers)
    choice = choose(question, situation.quoted, situation.own, situation.together)
    assert choice.because == situation.because
    assert (choice.case.id if choice.case else None) == situation.case
    assert choice.certain is situation.certain
    assert (choice.linked.id if choice.linked else None) == situation.linked
    assert choice.explanation


def test_there_are_thirty_situations() -> None:
    assert len({situation.told for situation in SITUATIONS}) >= 30
