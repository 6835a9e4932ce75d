"""A clerk at the desk, in a real browser: one key accepts, another corrects, and the letters are where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from sqlalchemy import select

from archive import employees
from archive.access import Role
from archive.schema import label, outbox
from tests.story.browsing import browser, has_browser
from tests.story.stocked import CLERK, OTHER_CLERK, PASSWORD, Stock

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]
_WAIT_S = 15


@pytest.fixture
def page(base: str) -> Iterator[Chrome]:
    """A browser in which the clerk is signed in."""
    with browser() as driver:
        sign_in(driver, base, CLERK)
        yield driver


def sign_in(driver: Chrome, base: str, login: str) -> None:
    driver.get(f"{base}/sign-in")
    driver.find_element(By.NAME, "login").send_keys(login)
    driver.find_element(By.NAME, "password").send_keys(PASSWORD + Keys.ENTER)
    WebDriverWait(driver, _WAIT_S).until(lambda d: "/sign-in" not in d.current_url)


def press(driver: Chrome, keys: str) -> None:
    driver.find_element(By.TAG_NAME, "body").send_keys(keys)


def text_of(driver: Chrome, css: str) -> str:
    return driver.find_element(By.CSS_SELECTOR, css).text


def wait_for(driver: Chrome, words: str, css: str = "body") -> None:
    WebDriverWait(driver, _WAIT_S, ignored_exceptions=[Exception]).until(lambda d: words in text_of(d, css))


def refused_by_policy(driver: Chrome) -> list[str]:
    return [line["message"] for line in driver.get_log("browser") if "Content Security Policy" in line["message"]]


def test_clerk_accepts_with_one_key_corrects_another_and_finds_both(page: Chrome, base: str, stocked: Stock) -> None:
    press(page, "gd")
    wait_for(page, "4 letters wait")
    assert "Complaint about quality" in text_of(page, ".proposal")
    assert len(page.find_elements(By.CSS_SELECTOR, ".sheet svg rect.for")) == 3

    press(page, "a")
    wait_for(page, "3 letters wait")
    assert "IN-63-2026-0000002" in text_of(page, ".done")
    assert "Zarechny" in text_of(page, ".about"), "the next letter is there already"

    press(page, "e")
    field = page.switch_to.active_element
    assert field.get_attribute("id") == "cq"
    field.send_keys("bakery")
    wait_for(page, "Northbridge Bakery Ltd", "#candidates")
    page.find_element(By.CSS_SELECTOR, "#candidates input").click()
    Select(page.find_element(By.NAME, "document_type")).select_by_value("invoice")
    page.find_element(By.CSS_SELECTOR, "#correct button.first").click()
    wait_for(page, "2 letters wait")

    stocked.opened.feed_all()
    page.get(f"{base}/?q=lamps")
    wait_for(page, "Complaint about quality")
    assert "filed" in text_of(page, ".documents .state")
    page.get(f"{base}/customers/{stocked.customers['B-4']}?folder=billing")
    assert "IN-63-2026-0000003" in text_of(page, "#timeline")
    with stocked.opened.catalogue.reading() as connection:
        kept = connection.execute(select(label.c.kind, label.c.after).order_by(label.c.id)).all()
    assert [tuple(row) for row in kept] == [("type", "invoice"), ("customer", str(stocked.customers["B-4"]))]
    assert not refused_by_policy(page)


def test_undo_brings_the_letter_back_as_it_was(page: Chrome, stocked: Stock) -> None:
    press(page, "gd")
    wait_for(page, "4 letters wait")
    press(page, "a")
    wait_for(page, "3 letters wait")
    press(page, "u")
    wait_for(page, "4 letters wait")
    assert "Complaint about quality" in text_of(page, ".proposal")
    with stocked.opened.catalogue.reading() as connection:
        assert connection.execute(select(outbox)).first() is not None, "the index is told"


def test_typing_in_a_field_never_triggers_a_key(page: Chrome, base: str) -> None:
    page.get(f"{base}/desk")
    press(page, "e")
    page.switch_to.active_element.send_keys("a whitlock")
    wait_for(page, "Whitlock Margaret", "#candidates")
    assert "4 letters wait" in text_of(page, ".bar")


def test_keys_work_on_a_russian_keyboard(page: Chrome, base: str) -> None:
    page.get(f"{base}/")
    page.execute_script("document.activeElement.blur()")
    for kind in ("keyDown", "keyUp"):
        page.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": "о", "code": "KeyJ", "text": "о"})
    assert page.switch_to.active_element.get_attribute("data-row") is not None


def test_question_mark_shows_the_keys(page: Chrome, base: str) -> None:
    page.get(f"{base}/ledger")
    shown = page.find_element(By.ID, "keys")
    assert not shown.is_displayed()
    press(page, "?")
    WebDriverWait(page, _WAIT_S).until(lambda d: shown.is_displayed())
    told = {row.text for row in shown.find_elements(By.CSS_SELECTOR, "dt")}
    assert told >= {"a", "e", "s", "m", "r", "x", "b", "p", "t", "u", "j k", "g d", "?"}
    assert "file as proposed" in shown.text
    press(page, Keys.ESCAPE)
    WebDriverWait(page, _WAIT_S).until(lambda d: not shown.is_displayed())


def test_a_letter_is_held_by_one_clerk_and_the_second_decision_is_refused(
    page: Chrome, base: str, stocked: Stock
) -> None:
    with stocked.opened.catalogue.writing() as connection:
        employees.add(connection, "second", "Second Clerk", PASSWORD, [(Role.CLERK, "63")])
    page.get(f"{base}/desk")
    first = text_of(page, ".proposal .code")
    with browser() as other:
        sign_in(other, base, "second")
        other.get(f"{base}/desk")
        assert text_of(other, ".proposal .code") != first
        other.get(f"{base}/desk?doc={stocked.documents['proposed complaint']}")
        assert f"{CLERK} is working on this letter" in text_of(other, ".about")
        assert not other.find_elements(By.ID, "accept")


def test_search_answers_as_one_types_and_the_address_holds_the_question(page: Chrome, base: str) -> None:
    page.get(f"{base}/")
    page.find_element(By.ID, "q").send_keys("flick")
    wait_for(page, "1 document", "#found")
    assert "flicker" in text_of(page, ".sentence mark")
    WebDriverWait(page, _WAIT_S).until(lambda d: "q=flick" in d.current_url)
    page.refresh()
    assert "1 document" in text_of(page, "#found")


def test_pages_work_without_script(base: str) -> None:
    with browser() as driver:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        sign_in(driver, base, CLERK)
        driver.get(f"{base}/desk")
        assert "4 letters wait" in text_of(driver, ".bar")
        driver.find_element(By.CSS_SELECTOR, "#accept button").click()
        wait_for(driver, "3 letters wait")


def test_other_branch_sees_its_own_queue_only(base: str) -> None:
    with browser() as driver:
        sign_in(driver, base, OTHER_CLERK)
        driver.get(f"{base}/desk")
        assert "1 letter waits" in text_of(driver, ".bar")
        assert "Whitlock" not in driver.page_source
