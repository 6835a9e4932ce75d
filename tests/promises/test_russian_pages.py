"""Read in Russian, no page speaks English: neither in what is seen, nor in what a screen reader or a tooltip says.

Letters, names and files are as people wrote them: their words are taken out before a page is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from api.http.app import create_app
from api.signing_in import COOKIE
from tests.story.browsing import serving
from tests.story.pairs import a_pair
from tests.story.stocked import ADMIN, CLERK, PASSWORD, SHEETS, Stock, stock

_SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-lost", "data-ended", "data-refused")
_ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?:[ ,;:'’-]+[A-Za-z]{2,}){2,}")
_OTHERS_WORDS = {"code", "script", "style", "kbd", "del", "mark"}


class _Said(HTMLParser):
    """Everything that a page says, piece by piece; `others` classes hold what somebody else wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.within: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        theirs = set((told.get("class") or "").split()) & {"page-text", "sheet", "value", "sentence"}
        if tag not in {"img", "input", "br", "meta", "link"}:
            self.within.append(bool(theirs) or tag in _OTHERS_WORDS or told.get("lang") == "en")
        self.pieces += [told[name] or "" for name in _SPOKEN if told.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if self.within and tag not in {"img", "input", "br", "meta", "link"}:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.within):
            self.pieces.append(" ".join(data.split()))


def _english(page: str) -> list[str]:
    said = _Said()
    said.feed(page)
    theirs = [" ".join(sheet.lines) for sheet in SHEETS] + [f"{sheet.name}.png" for sheet in SHEETS]
    theirs += [value for sheet in SHEETS for _datum, value, _words, _bits in sheet.evidence]
    found = []
    for piece in said.pieces:
        piece = re.sub(r"\S*/\S*", " ", piece)  # an address of a file or of the machine's
        for words in sorted({*theirs, *_NAMES}, key=len, reverse=True):
            piece = piece.replace(words, " ")
        found += _ENGLISH.findall(piece)
    return found


_NAMES = ("Northbridge Bakery Ltd", "Mill Lane, Northbridge", "Tanner Row, Northbridge", "Quay Street, Southport")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("russian"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


def _reader(base: str, login: str) -> httpx.Client:
    entered = httpx.post(f"{base}/sign-in", data={"login": login, "password": PASSWORD}, timeout=20)
    asked, cookies = {"Accept-Language": "ru"}, {COOKIE: entered.cookies[COOKIE]}
    return httpx.Client(base_url=base, headers=asked, cookies=cookies, timeout=20, follow_redirects=True)


def _paths(made: Stock) -> list[str]:
    return [
        *(f"/documents/{key}" for key in made.documents.values()),
        *(f"/desk?doc={key}" for key in made.documents.values()),
        *(f"/customers/{key}" for key in made.customers.values()),
        *(f"/customers/{key}/takeover?q=whitlock" for key in made.customers.values()),
        *("/holders", "/holders?number=5510077001&on=2026-01-01", "/holders?number=none"),
        *(f"/cases/{number}" for number in made.cases.values()),
        *(f"/arrivals/{number}" for number in made.receipts.values()),
        *("/", "/?q=lamps", "/?q=никого", "/?in=customers", "/desk", "/ledger", "/ledger/letters", "/health"),
        "/ledger/arrivals",
        "/looks",
        f"/looks?customer={made.customers['B-3']}&since=2001-01-01",
        "/looks?employee=nobody",
        f"/doubles?pair={a_pair(made)}",
        *("/doubles?state=later", "/doubles/list", "/doubles/list?state=same"),
        "/upload?" + "&".join(f"r={number}" for number in made.receipts.values()),
    ]


def test_no_page_speaks_english_to_a_russian_reader(base: str, made: Stock) -> None:
    with _reader(base, ADMIN) as reader:
        spoken = {path: _english(reader.get(path).text) for path in _paths(made)}
    assert {path: words for path, words in spoken.items() if words} == {}


@pytest.mark.parametrize(
    "path", ["/documents/999999", "/cases/none", "/arrivals/none", "/customers/999999", "/nowhere", "/documents/x"]
)
def test_no_refusal_speaks_english_to_a_russian_reader(base: str, path: str) -> None:
    with _reader(base, CLERK) as reader:
        answer = reader.get(path)
    assert answer.status_code in (404, 422)
    assert _english(answer.text) == []


def test_a_decision_refused_is_explained_in_russian(base: str, made: Stock) -> None:
    key = made.documents["nobody known"]
    with _reader(base, CLERK) as reader:
        token = re.search(r'name="form_token" value="([^"]+)"', reader.get("/desk").text)
        assert token is not None
        form = {"form_token": token[1], "version": "99"}
        answer = reader.post(f"/desk/{key}/accept", data=form)
    assert "тем временем изменил" in answer.text
    assert _english(answer.text) == []


def test_the_check_itself_finds_english() -> None:
    assert _english("<p>Some page speaks like this</p>") == ["Some page speaks like this"]
    assert _english('<p title="account 5 is theirs alone now">да</p>') == ["is theirs alone now"]
    assert _english('<div class="sheet">Dear Sirs, we write</div><b lang="en">as is in English</b>') == []
