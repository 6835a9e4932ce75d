"""A supervisor works through the doubles by keyboard alone, in a real browser; a customer's page merges and parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlalchemy import select

from archive import doubles, pair_words
from archive.doubles import Part
from archive.schema import customer, pair_label, source_record
from tests.story.browsing import browser, has_browser
from tests.story.pairs import with_pairs
from tests.story.stocked import ADMIN, CLERK, PASSWORD, STAFF, Stock
from tests.story.test_browser_desk import press, refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]


@pytest.fixture
def pairs(stocked: Stock, tmp_path: Path) -> list[int]:
    """Four pairs that wait, the most valuable first: Whitlock, the bakery, Полина twice, Полина and Игорь."""
    return with_pairs(stocked, tmp_path)


@pytest.fixture
def page(base: str, pairs: list[int]) -> Iterator[Chrome]:
    """A browser in which the admin is signed in."""
    with browser() as driver:
        sign_in(driver, base, ADMIN)
        yield driver


def states(stocked: Stock) -> dict[int, str]:
    with stocked.opened.catalogue.reading() as connection:
        return {one.id: one.state for one in doubles.entries(connection, Part(""))}


def roots(stocked: Stock) -> dict[str, int]:
    with stocked.opened.catalogue.reading() as connection:
        query = select(source_record.c.source_id, customer.c.survivor_id, customer.c.id).join_from(
            source_record, customer
        )
        return {row.source_id: row.survivor_id or row.id for row in connection.execute(query)}


def test_each_answer_is_one_key_and_the_last_is_taken_back_by_another(
    page: Chrome, stocked: Stock, pairs: list[int]
) -> None:
    press(page, "gp")
    wait_for(page, "4 pairs wait")
    assert "Whitlock Peggy" in text_of(page, ".sides")
    assert [one.text for one in page.find_elements(By.CSS_SELECTOR, "tr.differs td:nth-child(3)")] == [
        "Peggy",
        "23 Mar 1971",
        "14 Tanner Rw, Northbridge",
    ]
    assert "The given name is another one" in text_of(page, ".compare")
    press(page, "x")
    wait_for(page, "3 pairs wait")
    assert "Bakeries" in text_of(page, ".sides") and "Different people" in text_of(page, ".done")
    press(page, "a")
    wait_for(page, "2 pairs wait")
    assert roots(stocked)["C-3"] == roots(stocked)["B-4"]
    press(page, "u")
    wait_for(page, "3 pairs wait")
    assert "Bakeries" in text_of(page, ".sides"), "the pair taken back is shown again"
    assert roots(stocked)["C-3"] != roots(stocked)["B-4"]
    press(page, "l")
    wait_for(page, "2 pairs wait, 1 put off")
    press(page, "j")
    wait_for(page, "Заречный Игорь Львович", ".sides")
    press(page, "k")
    wait_for(page, "Заречная Полина", ".sides section:nth-child(2)")
    press(page, "j")
    wait_for(page, "Заречный Игорь Львович", ".sides")
    press(page, "f")
    press(page, "2")
    wait_for(page, "1 pair waits")
    assert "Relatives (parent and child)" in text_of(page, ".done")
    press(page, "e")
    reason = page.switch_to.active_element
    reason.send_keys("axl, the same telephone" + Keys.ENTER)
    assert "1 pair waits" in text_of(page, ".bar"), "Enter in the field decides nothing"
    reason.send_keys(Keys.ESCAPE)
    press(page, "a")
    wait_for(page, "No pair waits")
    assert states(stocked) == dict(zip(pairs, ("different", "later", "same", "relatives"), strict=True))
    with stocked.opened.catalogue.reading() as connection:
        words = {(word.word, word.kind) for word in pair_words.words(connection, list(roots(stocked).values()))}
        kept = {one.reason for one in doubles.entries(connection, Part("same"))}
    assert words == {("distinct", ""), ("later", ""), ("relatives", "parent_and_child")}
    assert kept == {"axl, the same telephone"}
    assert not refused_by_policy(page)


def test_the_next_pair_is_there_before_the_answer_is(page: Chrome, base: str) -> None:
    page.get(f"{base}/doubles")
    page.execute_cdp_cmd("Network.enable", {})
    slow = {"offline": False, "latency": 4000, "downloadThroughput": -1, "uploadThroughput": -1}
    page.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    press(page, "x")
    assert "Bakeries" in text_of(page, ".sides")
    assert not page.find_element(By.CSS_SELECTOR, "[value=same]").is_enabled(), (
        "no second answer before the first is taken"
    )
    wait_for(page, "3 pairs wait")
    page.execute_cdp_cmd("Network.emulateNetworkConditions", slow | {"latency": 0, "offline": True})
    press(page, "x")
    wait_for(page, "does not answer", "#said")
    assert "Bakeries" in text_of(page, ".sides")


def test_what_changed_meanwhile_is_refused_and_shown_again(page: Chrome, base: str, stocked: Stock) -> None:
    page.get(f"{base}/doubles")
    with stocked.opened.catalogue.writing() as connection:
        connection.execute(
            customer.update().where(customer.c.id == stocked.customers["B-3"]).values(version=customer.c.version + 1)
        )
    press(page, "a")
    wait_for(page, "changed meanwhile", ".trouble")
    assert "Whitlock Peggy" in text_of(page, ".sides")
    assert "4 pairs wait" in text_of(page, ".bar")


def test_a_customer_is_merged_from_its_page_with_a_reason_and_parted_again(
    page: Chrome, base: str, stocked: Stock
) -> None:
    ids = roots(stocked)
    page.get(f"{base}/customers/{ids['C-1']}")
    assert "possible double" in text_of(page, "#same") and "93%" in text_of(page, "#same")
    page.find_element(By.CSS_SELECTOR, "#same > details > summary").click()
    page.find_element(By.CSS_SELECTOR, "#same [name=into]").send_keys(str(ids["B-1"]))
    page.find_element(By.CSS_SELECTOR, "#same > details [name=reason]").send_keys("one passport" + Keys.ENTER)
    wait_for(page, "Stands for", "#same")
    assert "one passport" in text_of(page, "#same") and roots(stocked)["C-1"] == ids["B-1"]
    page.find_element(By.CSS_SELECTOR, "#same li details summary").click()
    ActionChains(page).pause(0.3).send_keys("two after all", Keys.ENTER).perform()
    wait_for(page, "possible double", "#same")
    assert roots(stocked) == ids
    assert not refused_by_policy(page)


def test_a_clerk_may_put_off_and_staff_may_not_look(base: str, pairs: list[int], stocked: Stock) -> None:
    with browser() as page:
        sign_in(page, base, CLERK)
        press(page, "gp")
        wait_for(page, "4 pairs wait")
        press(page, "a")
        press(page, "x")
        assert set(states(stocked).values()) == {"waiting"}
        press(page, "l")
        wait_for(page, "3 pairs wait, 1 put off")
    with httpx.Client(base_url=base) as client:
        client.post("/sign-in", data={"login": STAFF, "password": PASSWORD})
        assert client.get("/doubles").status_code == 403
        assert client.get("/doubles/list").status_code == 403


def test_without_script_every_answer_is_a_button(base: str, pairs: list[int], stocked: Stock) -> None:
    with httpx.Client(base_url=base, follow_redirects=True) as client:
        client.post("/sign-in", data={"login": ADMIN, "password": PASSWORD})
        shown = client.get("/doubles").text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.split("data-decides")[1]))
        answered = client.post(f"/doubles/{pairs[0]}/decide", data=fields | {"verdict": "relatives:siblings"})
        assert answered.status_code == 200 and "Bakeries" in answered.text
        assert states(stocked)[pairs[0]] == "relatives"
        assert client.post(f"/doubles/{pairs[1]}/decide", data=fields | {"verdict": "perhaps"}).status_code == 422
        listed = client.get("/doubles/list").text
        assert listed.count("data-row") == 3


def test_a_customer_is_told_apart_from_another_on_its_page_by_keyboard(page: Chrome, base: str, stocked: Stock) -> None:
    ids = roots(stocked)
    page.get(f"{base}/customers/{ids['B-1']}")
    page.find_element(By.CSS_SELECTOR, "#same > details:last-of-type > summary").send_keys(Keys.ENTER)
    ActionChains(page).pause(0.3).send_keys(
        str(ids["B-2"]), Keys.TAB, "par", Keys.TAB, "both came", Keys.ENTER
    ).perform()
    wait_for(page, "relatives: parent and child", "#same")
    assert "both came" in text_of(page, "#same")
    with stocked.opened.catalogue.reading() as connection:
        (label,) = connection.execute(select(pair_label)).all()
    assert (label.verdict, label.kind, label.source) == ("relatives", "parent_and_child", "desk")
    assert not refused_by_policy(page)
