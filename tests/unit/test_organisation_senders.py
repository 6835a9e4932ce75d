"""Whose letter it is where an organisation writes whose name has no legal form: it looks like a person's or plain words."""

from __future__ import annotations

import pytest

from dedup.adapters.in_memory import DirectoryInMemory
from dedup.ports import PersonName, Profile
from intake.stages import CustomerDecision, Letter, PageReading, ReadLetter
from intake.steps.recognise import recognise_customer

DIRECTORY = DirectoryInMemory(
    [
        Profile(1, "organisation", organisations=("Quillfeather Stables",), accounts=("60110022003",), label="Quillfeather Stables",
                addresses=("4 Paddock Lane, Thornbury, TB3 4QX",), emails=("yard@stables.example",)),
        Profile(2, "organisation", organisations=("Thornbury Old Mill Allotment Society",), contracts=("TH/2011/550199",),
                addresses=("17 Mill Street, Thornbury, TB3 9AA",), label="Thornbury Old Mill Allotment Society"),
        Profile(3, "organisation", organisations=("Дачное хозяйство Берёзка",), accounts=("50600700801",),
                addresses=("391100, г. Рыбное, ул. Полевая, д. 2",), label="Дачное хозяйство Берёзка"),
        Profile(4, "organisation", organisations=("Средняя школа № 17 Родник",), accounts=("50600700902",),
                addresses=("391100, г. Рыбное, ул. Школьная, д. 1",), label="Средняя школа № 17 Родник"),
        Profile(5, "organisation", organisations=("ИП Гаврилова Мария Львовна",), accounts=("50600701003",), label="ИП Гаврилова Мария Львовна"),
        Profile(6, "person", persons=(PersonName("Penrose", "Edith"),), accounts=("60110022114",), label="Edith Penrose",
                addresses=("9 Paddock Lane, Thornbury, TB3 4QY",)),
    ]
)  # fmt: skip


def decided(text: str, **facts: str) -> CustomerDecision:
    read = ReadLetter(Letter(1, 1, 1, None, None, (), None, facts), (PageReading(1, text, (), "markup", 1.0),))
    return recognise_customer(read, DIRECTORY)


FILED = {
    "a sender line like a person's name": ("To the manager\nFrom: Quillfeather Stables\nAccount no. 60110022003\nThe yard light is out.", 1),
    "a sender line of five words": ("From: Thornbury Old Mill Allotment Society\nAgreement TH/2011/550199\nOur reading is 4411.", 2),
    "a line broken in two": ("Customer: Thornbury Old Mill\nAllotment Society\nAgreement TH/2011/550199", 2),
    "a name with its address behind": ("Quillfeather Stables, 4 Paddock Lane, Thornbury TB3 4QX\n\nPlease send a bill.", 1),
    "nothing but the signature": ("Dear all,\nAccount 60110022003: please read the meter again.\nThank you.\n\nQuillfeather Stables", 1),
    "a sentence": ("We, Quillfeather Stables, ask for a second meter. Account 60110022003.", 1),
    "Russian, small letters": ("Заявитель: Дачное хозяйство Берёзка\nлицевой счёт 50600700801\nПросим сверку.", 3),
    "Russian, another case, no colon": ("от Дачного хозяйства Берёзка\nлицевой счёт 50600700801\nПросим сверку.", 3),
    "Russian with a number in it": ("Абонент: Средняя школа № 17 Родник\nг. Рыбное, ул. Школьная, д. 1\nПросим акт.", 4),
    "a sole trader by initials": ("Заявитель: ИП Гаврилова М.Л.\nлицевой счёт 50600701003", 5),
    "a sole trader in another case": ("от ИП Гавриловой Марии Львовны\nлицевой счёт 50600701003", 5),
}  # fmt: skip


@pytest.mark.parametrize("case", FILED)
def test_an_organisation_without_a_legal_form_is_known_by_its_name(case: str) -> None:
    text, customer = FILED[case]
    decision = decided(text)
    assert (decision.customer_id, decision.certain, decision.reason) == (customer, True, None)


def test_a_forms_name_field_may_be_an_organisation() -> None:
    decision = decided("May we visit?", name="Quillfeather Stables", email="yard@stables.example")
    assert (decision.customer_id, decision.certain) == (1, True)


def test_a_mails_display_name_may_be_an_organisation() -> None:
    facts = {"from_name": "Quillfeather Stables", "from_address": "yard@stables.example"}
    assert decided("The bill is wrong.", **facts).certain


def test_another_organisation_with_ones_account_is_for_a_person() -> None:
    decision = decided("From: Marlpit Kennels\nAccount no. 60110022003")
    assert (decision.certain, decision.reason) == (False, "data_contradict")


def test_a_plain_line_speaks_against_nobody() -> None:
    decision = decided("Meter readings for June\nFrom: Edith Penrose\nAccount 60110022114\nSecond floor, back door")
    assert (decision.customer_id, decision.certain) == (6, True)


def test_one_organisations_name_with_anothers_account_is_for_a_person() -> None:
    decision = decided("From: Quillfeather Stables\n4 Paddock Lane, Thornbury TB3 4QX\nAccount no. 60110022114")
    assert (decision.certain, decision.reason) == (False, "data_contradict")
