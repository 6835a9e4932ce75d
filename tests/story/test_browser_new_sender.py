"""A letter from somebody whom the directory does not know, in a real browser: one key, what the letter says, saved and filed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from sqlalchemy import select

from archive.schema import customer, document
from tests.story.browsing import browser, has_browser
from tests.story.stocked import CLERK, Stock
from tests.story.test_browser_desk import press, refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]


@pytest.fixture
def page(base: str) -> Iterator[Chrome]:
    """A browser in which the clerk is signed in."""
    with browser() as driver:
        sign_in(driver, base, CLERK)
        yield driver


def field(driver: Chrome, name: str) -> str:
    return str(driver.find_element(By.CSS_SELECTOR, f"#customer-form [name={name}]").get_property("value"))


def test_the_unknown_sender_is_made_a_customer_and_the_letter_goes_with_it(
    page: Chrome, base: str, stocked: Stock
) -> None:
    key = stocked.documents["nobody known"]
    page.get(f"{base}/desk?doc={key}")
    wait_for(page, "Payment", ".proposal")
    press(page, "n")
    wait_for(page, "Save and file the letter")
    assert Select(page.find_element(By.NAME, "document_type")).first_selected_option.get_attribute("value") == (
        "payment_dispute"
    )
    page.find_element(By.NAME, "surname").send_keys("Thistlewood")
    page.find_element(By.NAME, "given_name").send_keys("Agnes")
    page.find_element(By.CSS_SELECTOR, ".saving button.first").click()
    wait_for(page, "Thistlewood Agnes", ".done")
    with stocked.opened.catalogue.reading() as connection:
        whose = select(document.c.state, customer.c.display_name).join(
            customer, customer.c.id == document.c.customer_id
        )
        assert tuple(connection.execute(whose.where(document.c.id == key)).one()) == ("filed", "Thistlewood Agnes")
    assert not refused_by_policy(page)


def test_the_form_is_filled_with_what_the_letter_says_and_tells_at_once_who_is_there_already(
    page: Chrome, base: str, stocked: Stock
) -> None:
    page.get(f"{base}/desk?doc={stocked.documents['proposed complaint']}")
    wait_for(page, "Complaint about quality", ".proposal")
    press(page, "n")
    wait_for(page, "Save and file the letter")
    assert field(page, "accounts") == "5510077001"
    assert field(page, "emails") == "m.whitlock@mail.example"
    wait_for(page, "Margaret", "#likely")
    page.find_element(By.CSS_SELECTOR, "#likely a.button").click()
    wait_for(page, "Whitlock", "#candidates")
    assert page.find_element(By.CSS_SELECTOR, "#candidates input:checked").get_attribute("value") == str(
        stocked.customers["B-3"]
    )
    assert "Complaint about quality" in text_of(page, ".proposal")
