"""A clerk makes and changes a customer by keyboard, and the form tells who is here already, in a real browser."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.story.browsing import browser, has_browser
from tests.story.stocked import ADMIN, CLERK, Stock
from tests.story.test_browser_desk import refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]


def fill(page: Chrome, **values: str) -> None:
    for name, value in values.items():
        field = page.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)


def press(page: Chrome, *keys: str) -> None:
    ActionChains(page).send_keys(*keys).perform()


def go_on(page: Chrome, name: str = "surname") -> None:
    page.find_element(By.NAME, name).send_keys(Keys.ENTER)


def test_a_customer_is_made_by_keyboard_and_changed_with_one_key(base: str, stocked: Stock) -> None:
    with browser() as page:
        sign_in(page, base, CLERK)
        page.get(f"{base}/?in=customers")
        press(page, Keys.ESCAPE)  # out of the search box
        press(page, "n")
        WebDriverWait(page, 15).until(lambda one: one.switch_to.active_element.get_attribute("name") == "surname")
        press(page, "Tregear", Keys.TAB, "Nora", Keys.TAB, Keys.TAB, "12/05/1971", Keys.ENTER)
        wait_for(page, "Tregear Nora")
        assert "12 May 1971" in text_of(page, ".facts") and "by hand" in text_of(page, ".facts")
        page.find_element(By.TAG_NAME, "h1").click()
        press(page, "e")
        wait_for(page, "Change Tregear Nora")
        fill(page, phones="07700900471\n07700900472", valid_from="01/02/2026")
        go_on(page)
        wait_for(page, "07700900472")
        page.find_element(By.LINK_TEXT, "History").click()
        wait_for(page, "History of Tregear Nora")
        fill(page, on="31/01/2026")
        go_on(page, "on")
        wait_for(page, "On 31/01/2026")
        assert "0770" not in text_of(page, ".facts") and "07700900472" in text_of(page, ".list")
        assert not refused_by_policy(page)


def test_who_is_here_already_is_shown_while_one_types_and_refused_with_what_agrees(base: str, stocked: Stock) -> None:
    with browser() as page:
        sign_in(page, base, CLERK)
        page.get(f"{base}/customers/new")
        fill(page, surname="Whitlock", given_name="Margaret", birth_date="23/02/1971")
        WebDriverWait(page, 15).until(lambda one: "Whitlock Margaret" in text_of(one, "#likely"))
        assert "The birth date is the same" in text_of(page, "#likely")
        fill(page, accounts="5510077001", phones="+44 20 7946 0011", passport="AB 123456")
        go_on(page)
        wait_for(page, "this will not be saved")
        assert "speaks strongly for it" in text_of(page, "#likely")
        assert "admin can save it nevertheless" in text_of(page, "aside")
        # Nothing that was typed is lost.
        assert page.find_element(By.NAME, "passport").get_attribute("value") == "AB 123456"
        page.find_element(By.CSS_SELECTOR, ".known a").click()
        wait_for(page, "m.whitlock@mail.example")


def test_an_admin_saves_what_is_refused_with_a_reason_and_a_clerk_what_is_warned_of(base: str, stocked: Stock) -> None:
    with browser() as page:
        sign_in(page, base, ADMIN)
        page.get(f"{base}/customers/new")
        fill(page, surname="Whitlock", given_name="Margaret", birth_date="23/02/1971")
        fill(page, accounts="5510077001", phones="+44 20 7946 0011")
        go_on(page)
        wait_for(page, "this will not be saved")
        fill(page, reason="aunt and niece, both came")
        page.find_element(By.NAME, "nevertheless").click()
        wait_for(page, "aunt and niece, both came")
        page.get(f"{base}/customers/new")
        fill(page, surname="Hosking", given_name="Jago", phones="+44 20 7946 0055")
        go_on(page)
        wait_for(page, "shares a contact")
        page.find_element(By.NAME, "nevertheless").click()
        wait_for(page, "Hosking Jago")
        assert page.current_url.rsplit("/", 1)[-1].isdecimal()


def test_a_firm_has_a_firms_fields_and_a_change_made_meanwhile_is_not_written_over(base: str, stocked: Stock) -> None:
    with browser(language="ru") as page:
        sign_in(page, base, CLERK)
        firm = stocked.customers["B-4"]
        page.get(f"{base}/customers/{firm}/change")
        shown = [
            one.get_attribute("name")
            for one in page.find_elements(By.CSS_SELECTOR, "fieldset input")
            if one.is_displayed()
        ]
        assert "full_name" in shown and "registration_number" in shown and "surname" not in shown
        fill(page, registration_number="1026300001234")
        page.execute_script("document.querySelector('[name=version]').value = '77'")
        go_on(page, "full_name")
        wait_for(page, "тем временем изменён")
        assert page.find_element(By.NAME, "registration_number").get_attribute("value") == "1026300001234"
        page.get(f"{base}/customers/{firm}/change")
        fill(page, registration_number="1026300001234")
        go_on(page, "full_name")
        wait_for(page, "1026300001234")


def test_an_address_is_typed_in_parts_by_keyboard_and_what_nobody_touched_stays_as_given(
    base: str, stocked: Stock
) -> None:
    with browser() as page:
        sign_in(page, base, CLERK)
        page.get(f"{base}/customers/new")
        fill(page, surname="Tregear", given_name="Nora", birth_date="12/05/1971", address="7 Quay St, Wells")
        ActionChains(page).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        press(page, Keys.ARROW_RIGHT)
        # In one step, for the fields are put in place of those before.
        street = "return document.querySelector('[name=street]').value"
        WebDriverWait(page, 15).until(lambda one: one.execute_script(street))
        assert page.find_element(By.NAME, "settlement").get_attribute("value") == "Wells", "as the line was read"
        assert not page.find_element(By.NAME, "address").is_displayed()
        fill(page, flat="3", region="Somerset")
        go_on(page, "region")
        wait_for(page, "Flat 3, 7 Quay St, Wells, Somerset")
        page.find_element(By.CSS_SELECTOR, "details.parts summary").click()
        assert "Somerset" in text_of(page, "details.parts")
        whitlock = stocked.customers["B-3"]
        page.get(f"{base}/customers/{whitlock}/change")
        page.find_element(By.CSS_SELECTOR, "[name=address_as][value=parts]").click()
        assert page.find_element(By.NAME, "house").get_attribute("value") == "14"
        fill(page, phones="07700900471")
        go_on(page, "house")
        wait_for(page, "07700900471")
        assert "14 Tanner Row, Northbridge" in text_of(page, ".facts")
        assert "by hand" not in page.find_element(By.XPATH, "//tr[th='address' or th='Address']").text
        assert not refused_by_policy(page)
