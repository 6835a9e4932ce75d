"""Which letters arrive, in what form, and how each sender names himself. The mailbag is this table."""

from __future__ import annotations

from typing import Literal, NamedTuple

from letters import Mode

Form = Literal[
    "scan", "skew_left", "skew_right", "upside_down", "duplex", "garbage_layer", "coarse", "g4_in_pdf", "two_sheets",
    "tiff", "tiff_right", "tiff_left", "tiff_duplex", "tiff_two_sheets", "fax", "photo",
    "born_pdf", "docx", "html", "text", "text_cp1251",
]  # fmt: skip


class Arrival(NamedTuple):
    """One file with one letter."""

    file: str
    form: Form
    key: str
    mode: Mode


class Batch(NamedTuple):
    """One scan of many letters; `sheets` says what goes with each letter, `missing` which separator was forgotten."""

    file: str
    separator: Literal["qr", "code128", "patch"]
    letters: tuple[tuple[str, Mode, Literal["", "enclosure", "blank_back"]], ...]
    missing: int | None = None


FIRMS = {
    "ru_power_firm": "ООО «Пекарня у моста»",
    "ru_takeover_firm": "ООО «Аптека Липа»",
    "ru_reading_firm": "ООО «Станкоремонт»",
    "ru_new_firm": "ООО «Мельница-Сервис»",
    "ru_debt_firm": "МБДОУ «Детский сад № 4 Ивушка»",
    "en_reading_farm": "Underhill Farm Partners",
    "en_flicker": "Weirside Bakery Ltd",
    "en_power_firm": "Foundry Row Joinery Ltd",
    "en_payment_claim": "Canalside Dental Practice",
    "en_debt_paid": "Tanner & Rudd Solicitors LLP",
    "en_other_visit": "Beacon Hill Primary School",
}
"""Letters that only a certain firm would write."""

ARRIVALS = (
    Arrival("post/001.pdf", "scan", "ru_reading", "account"),
    Arrival("post/002.pdf", "skew_left", "ru_cold", "name_address"),
    Arrival("post/003.tif", "tiff", "ru_voltage", "contract"),
    Arrival("post/004.jpg", "photo", "ru_new", "account"),
    Arrival("post/005.tif", "tiff_right", "ru_power", "meter"),
    Arrival("post/006.pdf", "upside_down", "ru_takeover", "name_address"),
    Arrival("post/007.pdf", "garbage_layer", "ru_recalc", "typo_account"),
    Arrival("post/008.tif", "fax", "ru_payment", "account"),
    Arrival("post/009.pdf", "scan", "ru_debt", "wrong_account"),
    Arrival("post/010.pdf", "duplex", "ru_authority", "account"),
    Arrival("post/011.tif", "tiff_two_sheets", "ru_contract", "contract"),
    Arrival("post/012.pdf", "g4_in_pdf", "ru_act", "account"),
    Arrival("post/013.tif", "tiff", "ru_attorney", "name_only"),
    Arrival("post/014.jpg", "photo", "ru_invoice", "account"),
    Arrival("post/015.jpg", "photo", "en_reading", "account"),
    Arrival("post/016.pdf", "skew_right", "en_outages", "name_address"),
    Arrival("post/017.pdf", "scan", "en_new", "contract"),
    Arrival("post/018.tif", "tiff_left", "en_power", "account"),
    Arrival("post/019.jpg", "photo", "en_takeover", "typo_account"),
    Arrival("post/020.pdf", "garbage_layer", "en_recalc", "account"),
    Arrival("post/021.tif", "fax", "en_payment", "wrong_account"),
    Arrival("post/022.pdf", "coarse", "en_debt", "account"),
    Arrival("post/023.tif", "tiff_duplex", "en_authority", "name_address"),
    Arrival("post/024.pdf", "two_sheets", "en_contract", "account"),
    Arrival("post/025.pdf", "scan", "en_act", "meter"),
    Arrival("post/026.pdf", "g4_in_pdf", "en_attorney", "account"),
    Arrival("post/027.jpg", "photo", "en_other", "unknown"),
    Arrival("post/028.pdf", "scan", "ru_recalc_tariff", "two_namesakes"),
    Arrival("post/029.tif", "tiff", "en_reading_card", "namesake"),
    Arrival("upload/power.pdf", "born_pdf", "ru_power_firm", "account"),
    Arrival("upload/bill.pdf", "born_pdf", "en_invoice", "account"),
    Arrival("upload/арендатор.docx", "docx", "ru_takeover_firm", "contract"),
    Arrival("upload/claim.docx", "docx", "en_payment_claim", "account"),
    Arrival("upload/ведомость.html", "html", "ru_reading_firm", "tax_id"),
    Arrival("upload/readings.html", "html", "en_reading_farm", "contract"),
    Arrival("upload/возврат.txt", "text_cp1251", "ru_payment_twice", "account"),
    Arrival("upload/reply.txt", "text", "en_debt_paid", "name_address"),
    Arrival("upload/склад.txt", "text", "ru_new_firm", "contract"),
)

BATCHES = (
    Batch(
        "post/batch_qr.tif",
        "qr",
        (
            ("ru_recalc_tariff", "account", ""),
            ("en_outages", "account", "enclosure"),
            ("ru_other", "name_only", "blank_back"),
            ("en_act", "account", ""),
        ),
    ),
    Batch(
        "post/batch_code128.pdf",
        "code128",
        (("en_debt", "contract", ""), ("ru_cold", "account", "blank_back"), ("ru_act", "name_address", "")),
    ),
    Batch(
        "post/batch_patch.tif",
        "patch",
        (("ru_debt", "account", "enclosure"), ("en_payment", "account", ""), ("ru_power", "account", "")),
    ),
    Batch(
        "post/batch_missing.pdf",
        "qr",
        (("en_new", "account", ""), ("ru_voltage", "account", ""), ("en_invoice", "account", "")),
        missing=2,
    ),
)
