"""Staff hand files in by the browser, several at once, and watch each until it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from sqlalchemy import select

from archive import arrivals, documents
from archive.documents import NewLetter, unsettled
from archive.schema import arrival
from tests.story.browsing import browser, has_browser
from tests.story.stocked import STAFF, Stock
from tests.story.test_browser_desk import press, refused_by_policy, sign_in, text_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not has_browser(), reason="chromium is not installed")]


@pytest.fixture
def page(base: str) -> Iterator[Chrome]:
    """A browser in which somebody of the staff is signed in."""
    with browser() as driver:
        sign_in(driver, base, STAFF)
        yield driver


def open_and_settle(stocked: Stock, name: str) -> int:
    """What the workers would do with this arrival: one letter, which waits for a person."""
    with stocked.opened.catalogue.writing() as connection:
        came = connection.execute(select(arrival).where(arrival.c.name == name)).one()
        size = len(name)
        letter = NewLetter(1, None, None, name, "text/plain", came.digest, size, ())
        document_id = documents.enter(connection, came.id, letter)
        arrivals.mark_opened(connection, came.id, "text/plain", 0, (), ())
        documents.settle(connection, document_id, unsettled("review", "nobody_known", ()), "test")
    return document_id


def test_files_handed_in_are_followed_to_their_outcome(page: Chrome, stocked: Stock, tmp_path: Path) -> None:
    for name in ("first.txt", "second.txt"):
        (tmp_path / name).write_text(f"The letter {name}", encoding="utf-8")
    press(page, "gu")
    wait_for(page, "Nothing handed in yet")
    Select(page.find_element(By.NAME, "channel")).select_by_value("post")
    field = page.find_element(By.NAME, "file")
    field.send_keys(f"{tmp_path / 'first.txt'}\n{tmp_path / 'second.txt'}")
    wait_for(page, "handed in 2 of 2, 100 %")
    WebDriverWait(page, 15).until(lambda d: len(d.find_elements(By.CSS_SELECTOR, "#outcomes .code")) == 2)
    assert text_of(page, "#outcomes").count("waiting") == 2
    assert page.find_elements(By.CSS_SELECTOR, "#sending li") == []

    document_id = open_and_settle(stocked, "first.txt")
    wait_for(page, "No customer that we know is named", "#outcomes")
    assert page.find_elements(By.CSS_SELECTOR, f'#outcomes a[href="/documents/{document_id}"]')
    with stocked.opened.catalogue.reading() as connection:
        rows = connection.execute(select(arrival).where(arrival.c.name.in_(["first.txt", "second.txt"]))).all()
    assert {(row.channel, row.branch) for row in rows} == {("post", "63")}

    page.refresh()
    WebDriverWait(page, 15).until(lambda d: len(d.find_elements(By.CSS_SELECTOR, "#outcomes .code")) == 2)
    assert refused_by_policy(page) == []


def test_a_refused_file_is_told_and_the_others_go_on(page: Chrome, base: str, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A letter", encoding="utf-8")
    page.get(f"{base}/upload")
    branch = page.find_element(By.NAME, "branch")
    page.execute_script("arguments[0].add(new Option('64', '64'))", branch)
    Select(branch).select_by_value("64")
    field = page.find_element(By.NAME, "file")
    field.send_keys(str(tmp_path / "good.txt"))
    wait_for(page, "Refused. Nothing of this file was kept.", "#sending")
    Select(branch).select_by_value("63")
    field.send_keys(str(tmp_path / "good.txt"))
    WebDriverWait(page, 15).until(lambda d: len(d.find_elements(By.CSS_SELECTOR, "#outcomes .code")) == 1)
