"""Every page can be used by keyboard, by ear and with weak eyes: looked at in a real browser, in both languages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.story.browsing import browser, has_browser
from tests.story.pairs import a_pair
from tests.story.stocked import ADMIN, Stock
from tests.story.test_browser_desk import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]
_CHECK = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")


def paths(made: Stock) -> list[str]:
    """Each page, with something on it and empty."""
    return [
        *("/", "/?q=lamps", "/?q=zzz", "/?in=customers", "/ledger", "/ledger/letters", "/ledger/arrivals", "/health"),
        *(f"/documents/{made.documents[name]}" for name in ("two are close", "filed reading", "mail", "in work")),
        *(f"/desk?doc={made.documents[name]}" for name in ("proposed complaint", "nobody known", "filed reading")),
        f"/customers/{made.customers['B-3']}",
        f"/customers/{made.customers['B-1']}",
        "/customers/new",
        f"/customers/{made.customers['B-4']}/change",
        f"/customers/{made.customers['B-1']}/history?on=2026-01-01",
        *(f"/cases/{made.cases[name]}" for name in ("filed reading", "other filed")),
        *(f"/arrivals/{made.receipts[name]}" for name in ("mail", "nothing", "in work")),
        f"/doubles?pair={a_pair(made)}",
        *("/doubles?state=later", "/doubles/list", "/doubles/list?state=same"),
        "/upload?" + "&".join(f"r={number}" for number in made.receipts.values()),
        "/desk",
        "/looks",
        "/looks?employee=nobody",
        "/documents/999999",
    ]


def troubles(page: Chrome, address: str) -> list[str]:
    page.get(address)
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    found: list[str] = page.execute_script(_CHECK)
    return found


@pytest.mark.parametrize(
    ("language", "dark", "width_px"), [("en", False, 1280), ("ru", True, 1280), ("ru", False, 390)]
)
def test_nothing_keeps_people_from_using_a_page(
    base: str, stocked: Stock, language: str, dark: bool, width_px: int
) -> None:
    with browser(language, width_px=width_px, dark=dark) as page:
        found = {"/sign-in": troubles(page, f"{base}/sign-in")}
        sign_in(page, base, ADMIN)
        found |= {path: troubles(page, base + path) for path in paths(stocked)}
        assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
        sideways = [path for path in paths(stocked) if _scrolls_sideways(page, base + path)]
    assert {path: told for path, told in found.items() if told} == {}
    assert sideways == [], "a page is no wider than the screen"


def _scrolls_sideways(page: Chrome, address: str) -> bool:
    page.get(address)
    return bool(page.execute_script("return document.documentElement.scrollWidth > innerWidth"))


def test_the_check_finds_what_is_wrong() -> None:
    bad = (
        "<main><h1>One</h1><h3>Three</h3><input id='a'><button></button><img src='x.png'>"
        "<table><tr><td>1</td></tr></table><p style='color:#999;background:#fff'>pale</p>"
        "<a href='#' style='outline:none'>dark</a><i id='a'></i></main>"
    )
    with browser() as page:
        page.get("data:text/html;charset=utf-8," + quote(bad))
        page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        found = page.execute_script(_CHECK)
    for told in ("level 3", "no label", "no name", "no words", "no heads", "contrast 2.85", "not to be seen", "twice"):
        assert any(told in one for one in found), told
