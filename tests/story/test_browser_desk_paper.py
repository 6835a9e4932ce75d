"""The paper at the desk, in a real browser: joined, split, sent back to the scanner, and many decided with one key."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.print_page_options import PrintOptions
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import select

from archive.schema import document
from intake.limits import DEFAULT_LIMITS
from intake.opening.arrival import look_at_pages
from intake.rescan_slip import code_of
from tests.story.browsing import browser, has_browser
from tests.story.paper import ANOTHER, COMPLAINT, GOES_ON, pile
from tests.story.stocked import CLERK, Stock
from tests.story.test_browser_desk import press, refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]
_WAIT_S = 15


@pytest.fixture
def page(base: str) -> Iterator[Chrome]:
    """A browser in which the clerk is signed in."""
    with browser() as driver:
        sign_in(driver, base, CLERK)
        yield driver


def state_of(stocked: Stock, key: int) -> tuple[str, str, int | None, int | None]:
    with stocked.opened.catalogue.reading() as connection:
        row = connection.execute(select(document).where(document.c.id == key)).one()
    return row.state, row.reason, row.customer_id, row.parent_id


def test_m_makes_the_letter_a_part_of_the_one_before_and_u_parts_them(page: Chrome, base: str, stocked: Stock) -> None:
    first, second = pile(stocked, "cut apart", [[COMPLAINT], [GOES_ON]])
    page.get(f"{base}/desk?doc={second}")
    assert len(page.find_elements(By.CSS_SELECTOR, "figure.page")) == 1
    press(page, "m")
    wait_for(page, "belongs to", ".done")
    assert len(page.find_elements(By.CSS_SELECTOR, "figure.page")) == 2, (
        "the letter before is on the desk, with both pages"
    )
    assert state_of(stocked, second)[3] == first
    press(page, "u")
    WebDriverWait(page, _WAIT_S).until(lambda d: f"doc={second}" in d.current_url)
    assert state_of(stocked, second)[3] is None
    assert not refused_by_policy(page)


def test_s_splits_at_the_page_in_view_and_not_before_a_page_is_in_view(page: Chrome, base: str, stocked: Stock) -> None:
    (key,) = pile(stocked, "two in one", [[COMPLAINT, GOES_ON, ANOTHER]])
    page.get(f"{base}/desk?doc={key}")
    press(page, "s")
    assert not page.find_elements(By.CSS_SELECTOR, ".done"), "the first page cannot be split off"
    page.execute_script("document.activeElement.blur(); document.getElementById('page-3').scrollIntoView()")
    chosen = "return document.querySelector('select[data-page-in-view]').value"
    WebDriverWait(page, _WAIT_S).until(lambda d: d.execute_script(chosen) == "3")
    press(page, "s")
    wait_for(page, "is two letters now", ".done")
    assert len(page.find_elements(By.CSS_SELECTOR, "figure.page")) == 2
    assert "Whitlock" in text_of(page, ".proposal"), "each half has a proposal of its own"
    press(page, "u")
    WebDriverWait(page, _WAIT_S).until(lambda d: len(d.find_elements(By.CSS_SELECTOR, "figure.page")) == 3)


def test_b_files_with_the_sender_of_the_letter_before(page: Chrome, base: str, stocked: Stock) -> None:
    key = stocked.documents["two are close"]
    page.get(f"{base}/desk?doc={key}")
    assert "Whitlock Margaret" in text_of(page, ".paper")
    press(page, "b")
    wait_for(page, "Whitlock Margaret", ".done")
    assert state_of(stocked, key)[:3] == ("filed", "corrected", stocked.customers["B-3"])
    press(page, "u")
    WebDriverWait(page, _WAIT_S).until(lambda d: f"doc={key}" in d.current_url)
    assert state_of(stocked, key)[:3] == ("review", "two_are_close", stocked.customers["B-2"])


def test_p_prints_a_slip_that_the_intake_takes_for_a_separator(
    page: Chrome, base: str, stocked: Stock, tmp_path: Path
) -> None:
    key = stocked.documents["two are close"]
    page.get(f"{base}/desk?doc={key}")
    press(page, "p")
    wait_for(page, "IN-63-2026-0000003", ".slip")
    assert stocked.receipts["two are close"] in text_of(page, ".slip")
    assert "hard to read" in text_of(page, ".slip")
    paper = PrintOptions()
    paper.page_width, paper.page_height = 21.0, 29.7
    (tmp_path / "slip.pdf").write_bytes(base64.b64decode(page.print_page(paper)))
    seen = look_at_pages(stocked.opened.sandbox, tmp_path / "slip.pdf", tmp_path, "application/pdf", DEFAULT_LIMITS)
    assert [look.separator for look in seen] == [code_of("IN-63-2026-0000003")]
    press(page, "j")
    wait_for(page, "4 letters wait")
    assert state_of(stocked, key)[:2] == ("review", "to_be_scanned_again"), "it still waits, and is accounted for"
    press(page, "u")
    WebDriverWait(page, _WAIT_S).until(lambda d: f"doc={key}" in d.current_url)
    assert state_of(stocked, key)[1] == "two_are_close"


def test_t_does_the_same_for_all_that_look_alike_and_u_takes_all_back(page: Chrome, base: str, stocked: Stock) -> None:
    letters = [pile(stocked, f"scan {number}", [[GOES_ON]])[0] for number in range(4)]
    proposed = {"document_type": "payment_dispute", "customer_id": stocked.customers["B-3"], "reason": "name_missing"}
    with stocked.opened.catalogue.writing() as connection:
        connection.execute(document.update().where(document.c.id.in_(letters)).values(proposed))
        # One of another sender, one of another type: neither looks the same.
        other = document.update().where(document.c.id == letters[3])
        connection.execute(other.values(customer_id=stocked.customers["B-4"]))
    page.get(f"{base}/desk?doc={letters[0]}")
    press(page, "a")
    wait_for(page, "2 waiting letters look the same", ".alike")
    assert len(page.find_elements(By.CSS_SELECTOR, ".alike input[type=checkbox]:checked")) == 2
    press(page, "t")
    wait_for(page, "2 more decided the same way", ".done")
    assert [state_of(stocked, key)[0] for key in letters] == ["filed", "filed", "filed", "review"]
    press(page, "u")
    wait_for(page, "2 waiting letters look the same", ".alike")
    assert [state_of(stocked, key)[0] for key in letters] == ["filed", "review", "review", "review"]
    press(page, "u")
    wait_for(page, "Payment dispute", ".proposal")
    assert state_of(stocked, letters[0])[0] == "review"
    assert not refused_by_policy(page)
