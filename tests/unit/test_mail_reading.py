"""Mail as it is met: the new text first, what it repeats beside it, enclosures kept, robots refused."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import LimitExceeded, Unreadable
from intake.limits import DEFAULT_LIMITS, Limits
from intake.readers import mail, quotations
from intake.readers.results import Contents
from tests.unit import document_making as making

Read = Callable[..., Contents]
FROM = "From: Ann Lee <ann@example.org>\nTo: office@utility.example\nSubject: meter\nMIME-Version: 1.0\n"


@pytest.fixture
def reading(tmp_path: Path) -> Read:
    def read(content: bytes, limits: Limits = DEFAULT_LIMITS) -> Contents:
        (tmp_path / "source").write_bytes(content)
        return mail.read(tmp_path / "source", tmp_path, limits)

    return read


def said(contents: Contents) -> str:
    return contents.parts[0].pages[0].text or ""


def mixed(*parts: str, boundary: str = "bb", kind: str = "mixed") -> bytes:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return making.mail(FROM + f'Content-Type: multipart/{kind}; boundary="{boundary}"', body)


def attached(
    content: bytes, name: str, kind: str = "application/pdf", more: str = "Content-Disposition: attachment"
) -> str:
    encoded = base64.encodebytes(content).decode()
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}; {name}\r\n\r\n{encoded}"


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nPlease read the enclosed."


def test_a_plain_mail_gives_text_and_facts(reading: Read) -> None:
    contents = reading(
        making.mail(FROM + "Date: Wed, 14 Jan 2026 15:45:19 +0100\nMessage-ID: <1@example.org>", "Hello\r\nthere")
    )
    assert said(contents) == "Hello\nthere"
    assert contents.facts["from_address"] == "ann@example.org"
    assert contents.facts["date"] == "2026-01-14T15:45:19+01:00"
    assert contents.facts["message_id"] == "<1@example.org>"
    assert contents.parts[0].role == "body"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("koi8-r", "koi8-r"),
        ("windows-1251", "cp1251"),
        ("us-ascii", "cp1251"),
        ("iso-8859-1", "koi8-r"),
        ("x-made-up", "utf-8"),
    ],
)
def test_charsets_are_repaired(reading: Read, declared: str, encoding: str) -> None:
    letter = "Прошу проверить счётчик, показания передаю вовремя"
    headers = FROM + f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit"
    assert said(reading(making.mail(headers, letter.encode(encoding)))) == letter


def test_raw_and_encoded_names_in_headers_are_read(reading: Read) -> None:
    raw = "From: Иванов <i@example.org>\r\nSubject: =?koi8-r?B?8NLJ18XU?= =?utf-8?q?_=D0=BC?=\r\n =?utf-8?q?=D0=B8=D1=80?=\r\n\r\nтекст".encode(
        "cp1251"
    )
    facts = reading(raw).facts
    assert facts["from_name"] == "Иванов"
    assert facts["subject"].replace(" ", "") == "Приветмир"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("filename*0*=utf-8''%D0%90%D0%BA; filename*1*=%D1%82.pdf", "Акт.pdf"),
        ('filename="=?utf-8?b?0JDQutGCLnBkZg==?="', "Акт.pdf"),
        ('filename="../../evil.pdf"', "evil.pdf"),
        ("filename=plain.pdf", "plain.pdf"),
    ],
)
def test_enclosures_keep_their_names_and_bytes(reading: Read, tmp_path: Path, name: str, shown: str) -> None:
    for more in ("Content-Disposition: attachment", "Content-Disposition: inline"):
        body, enclosure = reading(mixed(PLAIN, attached(b"%PDF-1.4 x", name, more=more))).parts
        assert body.pages[0].text == "Please read the enclosed."
        assert (enclosure.role, enclosure.name, enclosure.substantive) == ("enclosure", shown, True)
        assert (tmp_path / str(enclosure.file)).read_bytes() == b"%PDF-1.4 x"


def test_of_alternatives_the_plain_text_is_taken_unless_the_other_says_more(reading: Read) -> None:
    html = "Content-Type: text/html\r\n\r\n<p>The same text.</p>"
    same = mixed("Content-Type: text/plain\r\n\r\nThe same text.", html, kind="alternative")
    assert [part.media_type for part in reading(same).parts] == ["text/plain"]
    poor = mixed(
        "Content-Type: text/plain\r\n\r\nHTML only.", html.replace("same", "same long " * 20), kind="alternative"
    )
    assert "long" in said(reading(poor))


def test_a_logo_shown_inline_is_not_of_substance_and_a_photographed_letter_is(reading: Read) -> None:
    inline = "Content-ID: <logo>\r\nContent-Disposition: inline"
    logo = attached(making.picture("PNG", (200, 80)), "filename=logo.png", "image/png", inline)
    photo = attached(making.picture("PNG", (1200, 1600)), "filename=letter.png", "image/png", inline)
    parts = reading(mixed(PLAIN, logo, photo, kind="related")).parts
    assert [part.substantive for part in parts] == [True, False, True]


def test_a_forwarded_message_brings_its_own_text_facts_and_enclosures(reading: Read) -> None:
    inner = mixed(
        "Content-Type: text/plain\r\n\r\nInner text", attached(b"%PDF-1.4 y", "filename=in.pdf"), boundary="inner"
    ).decode()
    contents = reading(mixed(PLAIN, "Content-Type: message/rfc822\r\n\r\n" + inner.replace("ann@", "bob@")))
    assert [part.role for part in contents.parts] == ["body", "body", "enclosure"]
    assert contents.parts[1].pages[0].text == "Inner text"
    assert contents.facts["from_address"] == "ann@example.org"
    assert contents.facts["inner_from_address"] == "bob@example.org"


REPLIES = [
    ("New.\n\nOn Tue, 3 Mar 2026 at 10:00, Office <o@u.example> wrote:\n> old\n> older", "New.", "old"),
    ("Новое.\n\n03.03.2026 Отдел <o@u.example> писал(а):\n> старое", "Новое.", "старое"),
    (
        "New.\n\n-----Original Message-----\nFrom: Office [mailto:o@u.example]\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: x\n\nold",
        "New.",
        "old",
    ),
    ("Новое.\n\nОт: Отдел\nОтправлено: 3 марта 2026 г. 10:00\nКому: Анна\nТема: счёт\n\nстарое", "Новое.", "старое"),
    ("> asked one\nanswer one\n> asked two\nanswer two", "answer one\nanswer two", "asked two"),
]


@pytest.mark.parametrize(("text", "new", "old"), REPLIES)
def test_what_is_new_is_parted_from_what_is_repeated(text: str, new: str, old: str) -> None:
    fresh, repeated = quotations.parted(text)
    assert fresh.strip() == new
    assert old in repeated
    assert old not in fresh


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sirs,\nmy readings are as follows:\nday: 120\nnight: 80\nmeter: 4411\nThank you",
        "From: Ann Lee\nAddress: 4 Mill Lane\nAccount: 12345678\nPlease call me.",
        "Заявитель: Лыткин Егор\nАдрес: Садовая, 5\nДата: 03.05.2026\nПрошу перезвонить.",
        "On 3 March 2026 you wrote to me that:\nthe bill is wrong. It is.",
    ],
)
def test_a_letter_that_lists_things_is_all_new(text: str) -> None:
    assert quotations.parted(text) == (text, "")


def test_a_bare_forward_is_read_as_new() -> None:
    assert quotations.parted("> all\n> of it")[0].replace("> ", "") == "all\nof it"


def test_a_quoted_html_mail_is_parted_too(reading: Read) -> None:
    html = "<div>New words</div><blockquote type=cite>Old words</blockquote><p>More new</p>"
    contents = reading(making.mail(FROM + "Content-Type: text/html", html))
    assert said(contents).split() == ["New", "words", "More", "new"]
    assert "Old words" in contents.parts[0].quoted


ROBOTS = [
    ("Auto-Submitted: auto-replied", "auto_reply"),
    ("Auto-Submitted: auto-generated (rule)", "auto_reply"),
    ("X-Autoreply: yes", "auto_reply"),
    ("Precedence: auto_reply", "auto_reply"),
    ("X-Failed-Recipients: x@y.example", "bounce"),
    ('Content-Type: multipart/report; report-type=delivery-status; boundary="q"', "bounce"),
    ('Content-Type: multipart/report; report-type=disposition-notification; boundary="q"', "auto_reply"),
]


@pytest.mark.parametrize(("header", "reason"), ROBOTS)
def test_robots_are_refused(reading: Read, header: str, reason: str) -> None:
    verdict = reading(making.mail(FROM + header, "text")).verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("rejected", reason)


def test_a_person_who_writes_about_robots_is_not_one(reading: Read) -> None:
    content = making.mail(
        FROM.replace("meter", "Your automatic reply: undelivered bill") + "Auto-Submitted: no",
        "My bill was not delivered.",
    )
    assert reading(content).verdict is None


def test_depth_and_number_of_parts_are_limited(reading: Read) -> None:
    deep = FROM
    for level in range(60):
        deep += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'
    with pytest.raises(LimitExceeded) as caught:
        reading(deep.encode() + b"Content-Type: text/plain\n\nx")
    assert caught.value.reason == "nested_parts"
    with pytest.raises(LimitExceeded) as caught:
        reading(mixed(*["Content-Type: text/plain\r\n\r\nx"] * 5000))
    assert caught.value.reason == "too_many_parts"
    with pytest.raises(LimitExceeded) as caught:
        reading(mixed(PLAIN, *[attached(b"x", "filename=a.txt", "text/plain")] * 12), replace(DEFAULT_LIMITS, parts=10))
    assert caught.value.reason == "too_many_parts"


def test_a_mail_that_says_nothing_is_empty_and_a_subject_alone_is_read(reading: Read) -> None:
    assert said(reading(making.mail(FROM, ""))) == "meter"
    with pytest.raises(Unreadable) as caught:
        reading(making.mail("From: a@example.org", ""))
    assert caught.value.reason == "empty"
