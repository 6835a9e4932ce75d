"""A text layer is believed only where its words look like words."""

from __future__ import annotations

import random

import pytest

from intake.ocr.text_layer import judge_text_layer

RUSSIAN = (
    "Уважаемый руководитель! Сообщаю, что 12.03.2025 в нашем подъезде погас свет, и соседи до сих пор сидят "
    "в темноте. Лицевой счёт № 4407-118. Прошу прислать мастера и ответить по адресу sosed@pochta.example или "
    "по телефону +7 900 555-01-02. С уважением, Иван Петрович."
)
ENGLISH = (
    "Dear Sir, the second bill for the workshop shows 1,240.50 although the meter was changed on 3 May 2025. "
    "Kindly check the reading, correct the account (ref. WS/118-7) and write to me at the address above. "
    "I remain at your service, Thomas Fielding."
)


def shifted(text: str, by: int) -> str:
    rows = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz")
    table = {ord(a): row[(at + by) % len(row)] for row in rows for at, a in enumerate(row)}
    return text.lower().translate(table)


def scribble(length: int) -> str:
    return "".join(random.Random(5).choices("þÿ^~|#1Il!?·ab`´% ", k=length))


@pytest.mark.parametrize("text", [RUSSIAN, ENGLISH, RUSSIAN + "\n" + ENGLISH])
def test_born_digital_text_is_good(text: str) -> None:
    judgement = judge_text_layer(text, ())
    assert judgement.good, judgement
    assert judgement.reason is None


def test_a_table_of_figures_is_good() -> None:
    rows = "\n".join(f"Energy {n} kWh {n}.50 {3 * n},00" for n in range(10, 30))
    assert judge_text_layer(rows).good


def test_a_table_of_contents_with_leaders_is_good() -> None:
    assert judge_text_layer("Table of Contents\n" + "\n".join(f"Heading{'.' * 60}{n}" for n in range(9))).good


@pytest.mark.parametrize(
    "spoiled",
    [
        RUSSIAN.encode("cp1251").decode("latin-1"),
        RUSSIAN.replace("№", "N").encode("koi8-r").decode("cp1251"),
        RUSSIAN.encode("utf-8").decode("cp1251", "replace"),
        RUSSIAN.encode("utf-8").decode("latin-1"),
        shifted(RUSSIAN, 3),
        shifted(ENGLISH, 5),
        scribble(900),
        "".join("?" if char.isalpha() else char for char in RUSSIAN),
        "".join(f"(cid:{ord(char) % 90})" for char in ENGLISH),
        "".join(chr(0xE000 + ord(char) % 90) if char.isalpha() else char for char in ENGLISH),
        " ".join(ENGLISH.replace(" ", "")),
        ENGLISH.replace(" ", ""),
        "Scanned by OfficeScan 3000",
        "",
    ],
    ids=[
        "cp1251 as latin-1", "koi8 as cp1251", "utf-8 as cp1251", "utf-8 as latin-1", "shifted russian",
        "shifted english", "scribble", "question marks", "glyph numbers", "private letters", "spelled out",
        "no blanks", "a stamp only", "nothing",
    ],
)  # fmt: skip
def test_garbage_is_read_anew(spoiled: str) -> None:
    judgement = judge_text_layer(spoiled)
    assert not judgement.good
    assert judgement.reason
