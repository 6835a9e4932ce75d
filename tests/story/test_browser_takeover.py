"""Another takes a supply over, by keyboard in a real browser: a known customer, a new one, and who held it on a day."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.story.browsing import browser, has_browser
from tests.story.stocked import CLERK, STAFF, Stock
from tests.story.test_browser_customer_form import fill, go_on, press
from tests.story.test_browser_desk import refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]
ACCOUNT = "5510077001"


def begin(page: Chrome, base: str, customer: int, login: str = CLERK) -> None:
    """From the customer's page to the form, with one key."""
    sign_in(page, base, login)
    page.get(f"{base}/customers/{customer}")
    page.find_element(By.TAG_NAME, "h1").click()
    press(page, "t")
    wait_for(page, "passes to another")
    WebDriverWait(page, 15).until(lambda one: one.switch_to.active_element.get_attribute("name") == "q")


def test_a_known_customer_takes_over_by_keyboard(base: str, stocked: Stock) -> None:
    with browser() as page:
        begin(page, base, stocked.customers["B-3"])
        press(page, "okafor")
        WebDriverWait(page, 15).until(lambda one: "Okafor Daniel" in text_of(one, "#found"))
        chosen = page.find_element(By.CSS_SELECTOR, "#found input")
        assert chosen.is_selected()  # there is no other
        assert "88100231" in text_of(page, ".supply")
        fill(page, day="01/03/2026", contract="N-77", reason="bought the house")
        go_on(page, "reason")
        wait_for(page, "passed over: Okafor Daniel holds it from 1 Mar 2026 on")
        held = text_of(page, "table.list")
        assert "Okafor Daniel" in held and "Whitlock Margaret" in held and "1 Mar 2026" in held
        # A letter that was filed to the holder before, of a day after: for a person to look at.
        assert "Later letters lie with somebody" in text_of(page, "main")
        fill(page, on="28/02/2026")
        go_on(page, "on")
        wait_for(page, "On 28 Feb 2026:")
        assert text_of(page, ".held-on").endswith("Whitlock Margaret")
        page.get(f"{base}/customers/{stocked.customers['B-5']}")
        assert "N-77" in text_of(page, "#held")
        assert ACCOUNT in text_of(page, "#held") and "Whitlock Margaret" in text_of(page, "#held")
        page.get(f"{base}/customers/{stocked.customers['B-3']}")
        assert "Meter reading" in text_of(page, "#timeline")  # letters stay
        assert not refused_by_policy(page)


def test_who_is_new_is_made_by_the_guarded_form_and_nothing_typed_is_lost(base: str, stocked: Stock) -> None:
    with browser() as page:
        begin(page, base, stocked.customers["B-3"])
        fill(page, day="01/03/2026", reason="moved in")
        page.find_element(By.TAG_NAME, "h1").click()
        press(page, "n")
        WebDriverWait(page, 15).until(lambda one: one.switch_to.active_element.get_attribute("name") == "surname")
        press(page, "Tregear", Keys.TAB, "Nora", Keys.ENTER)
        wait_for(page, "passes to another")
        assert "Tregear Nora" in text_of(page, "#found")
        assert page.find_element(By.CSS_SELECTOR, "#found input").is_selected()
        assert page.find_element(By.NAME, "day").get_attribute("value") == "01/03/2026"
        go_on(page, "reason")
        wait_for(page, "passed over: Tregear Nora")


def test_the_guard_speaks_and_a_known_double_can_be_taken_instead(base: str, stocked: Stock) -> None:
    with browser() as page:
        begin(page, base, stocked.customers["B-4"])
        page.find_element(By.TAG_NAME, "h1").click()
        press(page, "n")
        wait_for(page, "New customer")
        fill(page, surname="Whitlock", given_name="Margaret", birth_date="23/02/1971", phones="+44 20 7946 0011")
        go_on(page)
        wait_for(page, "Take this customer")
        page.find_element(By.LINK_TEXT, "Take this customer").click()
        wait_for(page, "passes to another")
        assert "Whitlock Margaret" in text_of(page, "#found")
        fill(page, day="31/02/2026")
        go_on(page, "day")
        wait_for(page, "31/02/2026 is no day")
        fill(page, day="01/03/2026")
        go_on(page, "day")
        wait_for(page, "passed over: Whitlock Margaret")


def test_staff_can_ask_who_held_it_and_hand_nothing_over(base: str, stocked: Stock) -> None:
    with browser(language="ru") as page:
        sign_in(page, base, STAFF)
        customer = stocked.customers["B-3"]
        page.get(f"{base}/customers/{customer}")
        assert "Передать другому" not in text_of(page, "main")
        page.get(f"{base}/customers/{customer}/takeover")
        wait_for(page, "роль")
        page.get(f"{base}/holders?number={ACCOUNT}&on=2020-01-01")
        wait_for(page, "На 1 янв. 2020")
        assert text_of(page, ".held-on").endswith("Whitlock Margaret")
