"""The type of a letter: what is shipped, what is read, what is shown. The letters here are in no training file."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intake.classifying import decide
from intake.classifying.concepts import hits
from intake.classifying.features import BUCKETS, MAX_LETTERS, see
from intake.classifying.kinds import codes, kinds
from intake.classifying.letters import LetterWriter
from intake.classifying.model import load, save, sources_digest
from intake.classifying.wordings import LANGUAGES, Filler, Wording, surroundings, wordings
from intake.classifying.zones import tokens, zones

UNSEEN = [
    (
        "authority_inquiry",
        "Отдел дознания просит представить справку о собственнике счётчика в рамках уголовного дела.",
    ),
    ("contract_copy", "Стороны, именуемые Продавец и Покупатель, заключили настоящий договор о продаже энергии."),
    ("debt_answer", "На ваше предупреждение: долг признаю, прошу рассрочку, буду гасить с каждой пенсии."),
    ("invoice", "Отопление 2 300,15\nВодоотведение 410,20\nИтого к оплате за май 2 710,35 руб."),
    ("meter_reading", "Сообщаю, что на счётчике на первое июня 04518 киловатт-часов, внесите в базу."),
    (
        "meter_replacement_act",
        "Старый счётчик демонтирован, смонтирован новый, пломба наложена, стороны подписали акт.",
    ),
    ("new_connection", "Возводим дачный домик, линии нет, просим подключить участок к электросети, 8 кВт."),
    ("other", "Приглашаем ваших инженеров на ежегодную выставку светильников, вход свободный."),
    ("payment_dispute", "Банк списал оплату два раза, прошу вернуть лишнюю сумму на мою карту."),
    ("power_increase", "Разрешённых 6 кВт не хватает, поставили котёл, прошу увеличить мощность до 15 кВт."),
    ("power_of_attorney", "Доверяю сыну подписывать документы от моего имени и получать справки."),
    ("quality_complaint", "Свет мигает, напряжение скачет, сгорел холодильник. Примите меры!"),
    ("recalculation_request", "Два месяца никого не было дома, прошу сделать перерасчёт платы за воду."),
    ("takeover_application", "Купил дом, прошу переоформить договор со старого владельца на меня."),
    ("authority_inquiry", "The District Court requires you to furnish records of the account under section 12."),
    ("contract_copy", "This agreement is made between the Supplier and the Customer. The Supplier shall deliver."),
    ("debt_answer", "I received your final demand. I admit the arrears and ask to pay in instalments."),
    ("meter_reading", "My meter reads 48210 today, please record this reading for March."),
    ("new_connection", "We are building a house on a bare plot and need a new connection, no supply there so far."),
    ("payment_dispute", "The bank took my payment twice; please refund the second amount to my card."),
    ("power_increase", "The present 7 kW is not enough for our new ovens; please increase our capacity to 20 kW."),
    ("power_of_attorney", "I authorise my daughter to act on my behalf and to sign all documents for me."),
    ("quality_complaint", "The lights flicker every night and the voltage drops; send an engineer."),
    ("takeover_application", "I bought the flat from the previous owner, please transfer the account to my name."),
]
TAKEOVER = UNSEEN[13][1]


@pytest.mark.parametrize(("code", "text"), UNSEEN)
def test_a_letter_in_words_never_met_gets_its_type(code: str, text: str) -> None:
    assert decide(text).document_type == code


def test_the_shipped_model_knows_exactly_the_configured_types() -> None:
    assert load().codes == codes()
    assert len(set(codes())) == 14


def test_the_shipped_model_was_trained_on_the_texts_beside_it() -> None:
    assert load().trained_on == sources_digest(), "run python -m intake.classifying.train"


def test_every_type_has_names_titles_and_many_wordings_in_both_languages() -> None:
    for kind in kinds():
        for language in LANGUAGES:
            assert kind.names[language] and kind.titles[language]
            mine = [w for w in wordings() if w.code == kind.code and w.language == language]
            assert len(mine) >= 40, (kind.code, language)


def test_every_slot_in_the_training_texts_is_one_the_filler_knows() -> None:
    for language in LANGUAGES:
        known = Filler(language, random.Random(1)).slots
        texts = [w.text for w in wordings() if w.language == language]
        texts += [text for part, held in surroundings(language).items() if part != "values" for text in held]
        assert set(re.findall(r"\{(\w+)\}", "\n".join(texts))) <= known


def test_the_same_text_gives_the_same_decision() -> None:
    assert decide(TAKEOVER) == decide(TAKEOVER)


def test_confidence_margin_and_runner_up_belong_together() -> None:
    decision = decide(TAKEOVER)
    assert decision.runner_up != decision.document_type
    assert 0 < decision.margin <= decision.confidence <= 1
    assert decision.certain


def test_evidence_quotes_the_letter_heaviest_first_and_names_its_page() -> None:
    text = "Здравствуйте.\f" + TAKEOVER
    evidence = decide(text).evidence
    assert any("переоформить" in one.value for one in evidence)
    assert all(one.value in text and one.page == 2 for one in evidence if one.weight_bits > 1)
    weights = [abs(one.weight_bits) for one in evidence]
    assert weights == sorted(weights, reverse=True)
    assert all(("speaks for" in str(one.words)) == (one.weight_bits > 0) for one in evidence)


@pytest.mark.parametrize("text", ["", "\f\n", "0000 1111", "ъъъъ"])
def test_nothing_said_is_never_certain(text: str) -> None:
    assert not decide(text).certain


def test_words_that_speak_for_two_types_alike_are_left_to_a_person() -> None:
    model = load()
    twin, mine = codes().index("other"), codes().index("takeover_application")
    weights, bias = model.weights.copy(), model.bias.copy()
    weights[:, twin] = weights[:, mine] * 0.8
    scores = replace(model, weights=weights).scores(see(TAKEOVER))
    bias[twin] += (scores[mine] - scores[twin] - 0.02) * model.temperature
    decision = decide(TAKEOVER, replace(model, weights=weights, bias=bias))
    assert decision.confidence > 0.4
    assert any(one.weight_bits > 0 for one in decision.evidence)
    assert decision.margin < 0.02
    assert not decision.certain


def test_appended_conditions_do_not_turn_a_letter_into_a_contract() -> None:
    clauses = "\n".join(
        f"{n}) Поставщик обязуется, абонент оплачивает, стороны отвечают по договору." for n in range(1, 12)
    )
    assert decide(f"{TAKEOVER}\nПриложение № 1. Условия\n{clauses}").document_type == "takeover_application"


def test_what_a_reply_quotes_is_not_the_letter() -> None:
    quoted = "> Долг признаю, прошу рассрочку.\n> Не отключайте свет, погашу задолженность."
    body = "Передаю показания счётчика за март, на табло 04518, прошу записать их в базу."
    assert decide(f"{body}\n{quoted}").document_type == "meter_reading"


def test_capitals_and_look_alike_letters_and_broken_words_change_no_word() -> None:
    latin = str.maketrans("аеорсх", "aeopcx")
    assert [t.form for t in tokens("ПЕРЕОФОРМИТЬ Счёт".translate(latin))] == ["переоформить", "счет"]
    assert [t.form for t in tokens("переофор-\nмить".translate(latin))] == ["переоформить"]


def test_little_before_a_quotation_leaves_the_quotation_in() -> None:
    text = "См. ниже.\n> Доверяю сыну подписывать документы."
    assert zones(text).body_end == len(text)


def test_a_concept_is_met_across_two_words_but_not_three() -> None:
    near = {hit.concept for hit in hits(tokens("прошу принять новые месячные показания"))}
    far = {hit.concept for hit in hits(tokens("прошу принять раз два три показания"))}
    assert "send_reading" in near
    assert "send_reading" not in far


def test_only_the_first_pages_are_read() -> None:
    start = ("слово " * MAX_LETTERS)[:MAX_LETTERS]
    assert np.array_equal(see(start + TAKEOVER).buckets, see(start).buckets)


def test_buckets_are_in_order_once_each_and_in_range() -> None:
    seen = see(TAKEOVER)
    assert np.all(np.diff(seen.buckets) > 0)
    assert seen.buckets[0] >= 0 and seen.buckets[-1] < BUCKETS
    assert np.all(seen.values >= 1)


def test_a_saved_model_decides_as_before(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save(load(), path)
    assert decide(TAKEOVER, load(path)).document_type == "takeover_application"
    assert decide(TAKEOVER, load(path)).confidence == pytest.approx(decide(TAKEOVER).confidence, abs=0.02)


def test_one_seed_writes_one_letter() -> None:
    wording = Wording("ru", "other", "[Спасибо|Благодарю] вас, {name}, за {month}.")
    first, second = (LetterWriter("ru", random.Random(7)).write(wording) for _ in range(2))
    assert first == second
    assert "{" not in first and "|" not in first
