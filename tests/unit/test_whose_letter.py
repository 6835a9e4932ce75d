"""Whose letter is it: what is filed, what is only proposed, and what is for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dedup.adapters.in_memory import DirectoryInMemory
from dedup.comparing import Word, compare_words
from dedup.ports import PersonName, Profile
from dedup.rows import profile_of_row
from intake.stages import CustomerDecision, Letter, PageReading, ReadLetter
from intake.steps.recognise import recognise_customer
from tests.sender_directory import rows

DIRECTORY = DirectoryInMemory([profile_of_row(row, i) for i, row in enumerate(rows(), 1)])


def decided(text: str, **facts: str) -> CustomerDecision:
    read = ReadLetter(Letter(1, 1, 1, None, None, (), None, facts), (PageReading(1, text, (), "markup", 1.0),))
    return recognise_customer(read, DIRECTORY)


FILED = {
    "account and name": ("Заявитель: Щербинина Ульяна Марковна\nлиц. счёт № 70555667788\nПрошу пересчитать.", 5, "account"),
    "no colon, genitive": ("от Щербининой Ульяны Марковны\nпо счёту К-40506070 прошу сверку", 5, "account"),
    "a letter for a digit": ("Абонент: Щербинина У.М.\nЛ/С 7О5556б7788", 5, "account"),
    "contract": ("Клиент: Щербинина Ульяна Марковна. Договор 69-Б-1122334/19 прошу продлить.", 5, "contract"),
    "address in other words": ("ФИО: Ульяна Марковна Щербинина\nг.Бологое, переулок Тихий, дом 3", 5, "name_address"),
    "address over lines": ("Заявитель: Смирнов Иван\nПетрович\nАдрес: 170002,\nг. Тверь, улица Речная,\nдом 9, квартира 3", 11, "name_address"),
    "one digit wrong with the address": ("Абонент: Смирнов Иван Петрович, г. Тверь, ул. Речная 9-3\nЛС 70512121213", 11, "account"),
    "a shared meter and a name": ("Потребитель: Журавлёв Артём Павлович\nСчётчик № 55667788, показания 00123", 2, "meter"),
    "sender only in the signature": ("Прошу выслать счёт. Лицевой счёт 70512121212.\n\nСмирнов Иван Петрович", 11, "account"),
    "an organisation": ("ООО «Волжский картон»\n170100, г. Тверь, ул. Заводская, 1\nИсх. № 7\nВ ПАО «Свет»", 6, "name_address"),
    "English": ("From: Lucy Pemberton\nCustomer number 20304050607\nPlease send the bill.", 8, "account"),
    "surname first and a flat after": ("Name: Pemberton, Lucy\n17 Quarry Lane, Flat 4\nLudlow SY8 9ZZ", 8, "name_address"),
    "a former address": ("From: Marcus Ashdown\nAddress: 3 Mill Street, Ludlow, SY8 9ZX", 9, "name_address"),
    "phone with a trunk prefix": ("From: Lucy Pemberton\ntel. +44 7700 900111\nThe lights flicker.", 8, "phone"),
    "a name and address at the head, initials below": ("Lucy Pemberton\n17 Quarry Lane, Flat 4\nLudlow SY8 9ZZ\n\nLight plc\n\nPlease send the bill.\nI am at home.\nYours faithfully,\nL. Pemberton", 8, "name_address"),
    "an authority asks": ("District Court\nOur ref. 3-2\nRegarding the consumer: Megan Ashdown, 8 Quarry Lane, Ludlow, SY8 9ZY, account 20344455566.\nJudge\nA. Hill", 10, "account"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILED)
def test_a_name_with_something_of_theirs_is_filed(case: str) -> None:
    text, customer, ground = FILED[case]
    decision = decided(text)
    assert (decision.customer_id, decision.certain, decision.reason) == (customer, True, None)
    assert decision.ground == ground


REVIEWED = {
    "one's number, another's name and address": (
        "Заявитель: Смирнов Иван Петрович\nг. Тверь, ул. Речная, д. 9, кв. 3\nлицевой счёт 70555667788", 11, "data_contradict"),
    "a spouse's account": (
        "Заявитель: Журавлёва Полина Игоревна\nтел. 89051112233\nлиц. счёт 70599887766", 1, "data_contradict"),
    "father and son of one name": ("от Тарасенко Олег Олегович\nг. Тверь, проспект Победы, 5-44", None, "two_are_close"),
    "a name alone, borne once": ("Заявитель: Щербинина Ульяна Марковна\nСпасибо вашему мастеру!", 5, "name_only"),
    "a company's name alone": ("ООО «Волжский картон»\nВ ПАО «Свет»\nПросим выслать акт.", None, "nobody_known"),
    "a relative who is no customer": ("Заявитель: Щербинина Карина Львовна\nг. Бологое, пер. Тихий, д. 3", None, "nobody_known"),
    "a customer's name from elsewhere": ("From: Lucy Pemberton\nAddress: 99 Abbey Road, Ludlow, SY8 1AA", None, "nobody_known"),
    "an account that is nobody's": ("From: Lucy Pemberton\nAccount no. 99988877766", None, "nobody_known"),
    "a near account and no agreeing name": ("From: Gwen Farrow\nAccount no. 20304050608", None, "nobody_known"),
    "an account without a readable name": ("Лицевой счёт 70512121212, показания 1234.", 11, "name_missing"),
    "a stranger writes about an account": ("From: Gwen Farrow\nAccount no. 20304050607", None, "data_contradict"),
    "initials and an address, no number": ("Прошу акт.\nг. Бологое, пер. Тихий, д. 3\n\nЩербинина У.М.", 5, "name_only"),
    "a rare name with nobody's account": ("Заявитель: Щербинина Ульяна Марковна\nлицевой счёт 70500000001", None, "nobody_known"),
    "a rare name at another address": (
        "Заявитель: Щербинина Ульяна Марковна\nАдрес: г. Омск, ул. Речная, д. 70, кв. 1", None, "nobody_known"),
    "nobody at all": ("Dear all, the conference starts on Monday.", None, "nobody_known"),
}  # fmt: skip


@pytest.mark.parametrize("case", REVIEWED)
def test_close_calls_and_contradictions_are_for_a_person(case: str) -> None:
    text, customer, reason = REVIEWED[case]
    decision = decided(text)
    assert not decision.certain
    assert (decision.customer_id, decision.reason) == (customer, reason)


def test_a_birth_date_parts_father_and_son() -> None:
    text = "от Тарасенко Олег Олегович, родился 08.07.1989\nг. Тверь, проспект Победы, дом 5, квартира 44"
    assert decided(text).customer_id == 4


def test_an_account_parts_father_and_son() -> None:
    text = "от Тарасенко Олег Олегович\nг. Тверь, проспект Победы, дом 5, квартира 44\nЛ/С 70533445566"
    assert (decided(text).customer_id, decided(text).certain) == (3, True)


def test_a_daughter_company_at_the_same_address_is_not_the_mother() -> None:
    text = "ООО «Волжский картон Логистика»\n170100, г. Тверь, ул. Заводская, д. 1\nПросим акт сверки."
    assert decided(text).customer_id == 7


def test_the_former_owner_of_the_flat_does_not_get_the_buyers_letter() -> None:
    text = (
        "Заявитель: Корнеев Глеб Ильич\nАдрес: 171080, г. Бологое, пер. Тихий, д. 3\nКупил дом. "
        "Прежний собственник: Щербинина Ульяна Марковна."
    )
    decision = decided(text)
    assert (decision.customer_id, decision.certain) == (None, False)


def test_a_proxy_who_is_a_customer_does_not_get_the_principals_letter() -> None:
    text = "От: Смирнов Иван Петрович\nДействую по доверенности от Щербинина Ульяна Марковна, лицевой счёт 70555667788."
    decision = decided(text)
    assert (decision.customer_id, decision.certain) == (5, False)


def test_a_forms_fields_count_as_labelled() -> None:
    decision = decided("Please call me.", name="Lucy Pemberton", phone="07700900111", account="20304050607")
    assert (decision.customer_id, decision.certain) == (8, True)


def test_the_mailbox_of_a_customer_and_their_name_suffice() -> None:
    decision = decided(
        "Пришлите счёт.", from_name="Щербинина Ульяна Марковна", from_address="u.shcherbinina@post.example"
    )
    assert (decision.customer_id, decision.certain, decision.ground) == (5, True, "email")


def test_who_forwards_a_mail_is_not_its_sender() -> None:
    decision = decided(
        "Договор 69-Б-1122334/19",
        from_name="Lucy Pemberton",
        from_address="desk@ours.example",
        inner_from_name="Щербинина Ульяна Марковна",
        inner_from_address="u.shcherbinina@post.example",
    )
    assert (decision.customer_id, decision.certain) == (5, True)


def test_a_mails_quoted_history_is_not_the_senders() -> None:
    text = "Спасибо, получил.\nСмирнов Иван Петрович\n\nЩербинина писала:\n> лицевой счёт 70555667788\n> Щербинина Ульяна Марковна"
    assert decided(text).customer_id == 11


def test_every_decision_says_where_and_how_much() -> None:
    decision = decided("Заявитель: Щербинина Ульяна Марковна\nлиц. счёт № 70555667788")
    assert {e.datum for e in decision.evidence} == {"account", "name"}
    assert all(e.page == 1 and str(e.words) for e in decision.evidence)
    assert sum(e.weight_bits for e in decision.evidence) > 30
    assert decision.margin_bits > 7


SOLD = DirectoryInMemory(
    [
        Profile(1, "person", persons=(PersonName("Tregear", "Nora"),), ended_accounts=(("60880011223", "2026-03-01"),)),
        Profile(2, "person", persons=(PersonName("Boscawen", "Piers"),), accounts=("60880011223",)),
    ]
)
# Keys are only added: whoever held an account is still found by it.
SOLD_KEYED = DirectoryInMemory([replace(p, accounts=("60880011223",)) for p in SOLD.profiles([1, 2])])


class _AsKept(DirectoryInMemory):
    """Finds former holders by the account too, as the catalogue does, and answers them with what they hold now."""

    def profiles(self, ids: Sequence[int]) -> Sequence[Profile]:
        return SOLD.profiles(ids)


@pytest.mark.parametrize(
    ("day", "name", "certain"),
    [("14 February 2026", "Nora Tregear", True), ("14 April 2026", "Nora Tregear", False), ("14 April 2026", "Piers Boscawen", True)],
)  # fmt: skip
def test_an_account_speaks_for_whoever_held_it_when_the_letter_was_written(day: str, name: str, certain: bool) -> None:
    text = f"{day}\nFrom: {name}\nAccount no. 60880011223\nPlease send the bill."
    read = ReadLetter(Letter(1, 1, 1, None, None, (), None, {}), (PageReading(1, text, (), "markup", 1.0),))
    decision = recognise_customer(read, _AsKept(SOLD_KEYED.profiles([1, 2])))
    assert decision.certain == certain
    assert not certain or decision.customer_id == (1 if name.startswith("Nora") else 2)


INQUIRIES = {
    "with whom there is a contract": (
        "Межрайонная прокуратура\nг. Бологое\n\nСообщите, заключён ли договор с Щербининой Ульяной Марковной,\nлицевой счёт 70555667788."
        "\n\nПомощник прокурора Лыков Д.Е.", 5),
    "who lives there": (
        "Районный суд\nДело 2-771\n\nНаправьте выписку по счёту 70512121212, адрес: г. Тверь, ул. Речная, д. 9, кв. 3."
        "\nРечь идёт о Смирнове Иване Петровиче, проживающем там же.\n\nСудья\nА.Л. Чижов", 11),
    "a line that says whom it concerns": (
        "Отдел полиции\n\nКасается: Щербинина Ульяна Марковна\nЛицевой счёт 70555667788\nСообщите сведения.\n\nмайор Д.Е. Лыков", 5),
    "English, by residence": (
        "County Court\n\nWe need the bills of Megan Ashdown, residing at 8 Quarry Lane, Ludlow, SY8 9ZY, account 20344455566.\n\nA. Hill\nClerk", 10),
}  # fmt: skip


@pytest.mark.parametrize("case", INQUIRIES)
def test_whom_an_authority_names_within_a_sentence_is_whom_it_is_about(case: str) -> None:
    text, customer = INQUIRIES[case]
    decision = decided(text)
    assert (decision.customer_id, decision.certain) == (customer, True)


def test_who_is_mentioned_by_nobody_official_is_not_the_customer() -> None:
    text = "Купила дом, договор с Щербининой Ульяной Марковной, лицевой счёт 70555667788. Прошу переоформить."
    assert (decided(text).customer_id, decided(text).reason) == (5, "name_missing")


def test_an_authority_that_names_another_person_with_the_account_is_for_a_person() -> None:
    text = "Районный суд\n\nСообщите, есть ли договор с Лыковым Денисом Егоровичем, лицевой счёт 70555667788."
    assert not decided(text).certain


@pytest.mark.parametrize(
    ("written", "held"),
    [("Юрием", "Юрий"), ("Марией", "Мария"), ("Сергея", "Сергей"), ("Андрее", "Андрей"), ("Павла", "Павел"), ("Львом", "Лев"),
     ("Юлию", "Юлия"), ("Дмитрием", "Дмитрий"), ("Кузьмичом", "Кузьмич")],
)  # fmt: skip
def test_given_names_in_every_case_are_the_same_name(written: str, held: str) -> None:
    assert compare_words(written, held) == Word.INFLECTED
