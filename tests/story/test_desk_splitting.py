"""What cannot be cut in two at the desk says so: in the page, in the refusal, in both languages."""

from __future__ import annotations

import httpx
import pytest

from api.signing_in import COOKIE, FORM_TOKEN, FORM_TOKEN_HEADER, form_token_of
from tests.story.paper import ANOTHER, COMPLAINT, pile
from tests.story.stocked import CLERK, PASSWORD, Stock

SENTENCES = {
    "en": "only a PDF or TIFF file without enclosures can",
    "ru": "делятся только файлы PDF и TIFF без приложений",
}


def clerk(base: str, language: str) -> httpx.Client:
    entered = httpx.post(f"{base}/sign-in", data={"login": CLERK, "password": PASSWORD}, timeout=20)
    asked, cookies = {"Accept-Language": language}, {COOKIE: entered.cookies[COOKIE]}
    return httpx.Client(base_url=base, headers=asked, cookies=cookies, timeout=20)


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_an_email_cannot_be_cut_and_the_desk_says_why(language: str, base: str, stocked: Stock) -> None:
    mail = stocked.documents["mail"]
    with clerk(base, language) as client:
        token = form_token_of(client.cookies[COOKIE])
        shown = client.get("/desk", params={"doc": mail}).text
        form = {FORM_TOKEN: token, "version": "2", "page": "2"}
        refused = client.post(f"/desk/{mail}/split", data=form)
        problem = client.post(
            f"/api/documents/{mail}/split", json={"page": 2}, headers={FORM_TOKEN_HEADER: token, "If-Match": '"2"'}
        )
    assert SENTENCES[language] in shown and f"/desk/{mail}/split" not in shown
    assert refused.status_code == problem.status_code == 422
    assert SENTENCES[language] in refused.text.split('role="alert"')[1].split("</p>")[0]
    assert SENTENCES["en"] in problem.json()["detail"]


def test_a_file_of_pages_is_offered_to_be_cut_and_told_nothing_else(base: str, stocked: Stock) -> None:
    (pages,) = pile(stocked, "two letters", [[COMPLAINT, ANOTHER]])
    (single,) = pile(stocked, "one page", [[COMPLAINT]])
    with clerk(base, "en") as client:
        whole, one = (client.get("/desk", params={"doc": key}).text for key in (pages, single))
    assert f"/desk/{pages}/split" in whole and f"/desk/{single}/split" not in one
    assert SENTENCES["en"] not in whole + one
