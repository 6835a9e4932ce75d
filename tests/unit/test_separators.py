"""Separator sheets are found however they are fed and scanned; codes on letters are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from intake.opening import blanks, page_ink, separators
from tests.unit import batch_making as making

SETTINGS = separators.settings()
Page = Image.Image


def code_on(page: Page, dpi: float = 200, dpi_down: float | None = None) -> str | None:
    gray = page_ink.from_far(page, dpi, dpi_down)
    found = separators.find_code(page, gray, page_ink.ink_of(gray), SETTINGS)
    return None if found is None else found.payload


def is_blank(page: Page, dpi: float = 200, dpi_down: float | None = None) -> bool:
    return blanks.is_blank(page_ink.ink_of(page_ink.from_far(page, dpi, dpi_down)))


SCANNED: list[tuple[str, Callable[[Page], Page]]] = [
    ("clean", lambda page: page),
    ("three degrees", lambda page: making.turned(page, 3)),
    ("five degrees back", lambda page: making.turned(page, -5)),
    ("upside down", lambda page: page.rotate(180)),
    ("sideways", lambda page: page.rotate(90, expand=True)),
    ("skewed and noisy", lambda page: making.speckled(making.turned(page, 3), 0.02)),
    ("very noisy", lambda page: making.speckled(page, 0.04)),
    ("bitonal", lambda page: making.bitonal(making.speckled(making.turned(page, 2), 0.02))),
    ("in a shadow", making.shadowed),
]


@pytest.mark.parametrize("scan", [scan for _, scan in SCANNED], ids=[name for name, _ in SCANNED])
@pytest.mark.parametrize("kind", ["QRCode", "Code128"])
def test_a_separator_is_read(kind: str, scan: Callable[[Page], Page]) -> None:
    assert code_on(scan(making.separator("ARCHIVE-SEPARATOR-007-003", kind))) == "ARCHIVE-SEPARATOR-007-003"


@pytest.mark.parametrize("scan", [scan for _, scan in SCANNED], ids=[name for name, _ in SCANNED])
def test_a_patch_sheet_is_read(scan: Callable[[Page], Page]) -> None:
    assert code_on(scan(making.patch("T"))) in ("PATCH-T", "PATCH-3")


@pytest.mark.parametrize("name", list(making.PATCHES))
def test_the_six_patches_are_told_apart(name: str) -> None:
    assert code_on(making.patch(name)) == f"PATCH-{name}"
    assert code_on(making.patch(name, standing=True)) is not None
    assert code_on(making.patch(name, length_in=2.2)) == f"PATCH-{name}"


def test_separators_are_read_from_a_fax() -> None:
    assert code_on(making.faxed(making.separator()), 204, 98) == "ARCHIVE-SEPARATOR-001-001"
    assert code_on(making.faxed(making.patch("T")), 204, 98) == "PATCH-T"


def with_code(page: Page, payload: str, size_px: int = 300) -> Page:
    page.paste(making.code(payload, size_px=size_px), (1200, 1500))
    return page


@pytest.mark.parametrize(
    "page",
    [
        with_code(making.letter(lines=14), "ST00012|Name=Utility|Sum=120000"),
        with_code(making.letter(lines=3), "ST00012|Name=Utility|Sum=120000"),
        with_code(making.letter(lines=14), "ARCHIVE-SEPARATOR-001-001"),
        with_code(making.paper(), "https://example.org/pay"),
        making.letter(),
        making.paper(),
    ],
    ids=["a bill", "a short bill", "our code within a letter", "a foreign code alone", "a letter", "a blank"],
)
def test_codes_on_letters_are_no_separators(page: Page) -> None:
    assert code_on(page) is None


def test_a_table_with_rules_is_no_patch() -> None:
    page = making.letter(lines=4)
    for y in range(900, 1500, 60):
        page.paste(0, (200, y, 1450, y + 4))
    assert code_on(page) is None


BLANKS = {
    "white": making.paper(),
    "speckled": making.speckled(making.paper(), 0.01),
    "punched": making.punched(making.paper()),
    "shadowed": making.shadowed(making.paper()),
    "shining through": making.shining_through(making.letter()),
    "all of it": making.punched(making.shadowed(making.speckled(making.shining_through(making.letter()), 0.004))),
}


@pytest.mark.parametrize("page", BLANKS.values(), ids=BLANKS.keys())
def test_blank_backs_are_blank(page: Page) -> None:
    assert is_blank(page)


WRITTEN = {
    "a letter": making.letter(),
    "one line": making.letter(lines=1),
    "noisy": making.speckled(making.letter(lines=2), 0.02),
    "faint": making.letter(lines=2).point(lambda value: 255 - (255 - value) // 3),
    "shadowed": making.shadowed(making.letter(lines=1)),
}


@pytest.mark.parametrize("page", WRITTEN.values(), ids=WRITTEN.keys())
def test_pages_that_say_something_are_not(page: Page) -> None:
    assert not is_blank(page)


def test_a_fax_of_a_letter_is_not_blank_and_an_empty_fax_is() -> None:
    assert not is_blank(making.faxed(making.letter(lines=2)), 204, 98)
    assert is_blank(making.faxed(making.paper()), 204, 98)
