"""A supervisor puts a letter on legal hold and lifts it, by keyboard alone, in a real browser."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.story.browsing import browser, has_browser
from tests.story.stocked import ADMIN, Stock
from tests.story.test_browser_desk import refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]
_MOST_TABS = 60


def test_a_letter_is_held_and_lifted_by_keyboard(base: str, stocked: Stock) -> None:
    with browser() as page:
        sign_in(page, base, ADMIN)
        page.get(f"{base}/documents/{stocked.documents['filed reading']}")
        say_why(page, "Put on legal hold", "court case 17/26")
        wait_for(page, "On legal hold since")
        assert "court case 17/26" in text_of(page, ".about")
        say_why(page, "Lift the hold", "settled")
        wait_for(page, "Put on legal hold")
        assert "On legal hold since" not in text_of(page, ".about")
        assert not refused_by_policy(page)


def say_why(page: Chrome, button: str, reason: str) -> None:
    """Go to the button by Tab, open it, give the reason and send it, without a mouse."""
    page.find_element(By.TAG_NAME, "h1").click()
    for _ in range(_MOST_TABS):
        ActionChains(page).send_keys(Keys.TAB).perform()
        if button in page.switch_to.active_element.text:
            break
    assert button in page.switch_to.active_element.text, "reached by Tab"
    ActionChains(page).send_keys(Keys.ENTER).perform()
    WebDriverWait(page, 15).until(lambda one: one.switch_to.active_element.get_attribute("name") == "reason")
    ActionChains(page).send_keys(reason).send_keys(Keys.ENTER).perform()
