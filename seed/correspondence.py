"""The e-mails, web forms and hostile files of the mailbag, each with what should come of it."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import containers
import hostile
import mail
import paper
from letters import Mode, SeedLetter, Truth
from mailbag import Mailbag

TURNED_AWAY = Truth("rejected", "", "")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class _Post:
    """Numbers the mails and puts them into the bag."""

    def __init__(self, bag: Mailbag) -> None:
        self.bag = bag
        self.number = 0

    def next(self, key: str, mode: Mode) -> tuple[SeedLetter, str, int]:
        """A letter, the From line of its sender, and the number of its mail."""
        self.number += 1
        letter = self.bag.letter(key, mode)
        ascii_name = letter.sheet.sender.isascii() and "&" not in letter.sheet.sender
        known = next((one.emails for one in self.bag.customers if one.source_id == letter.truth.source_id), [])
        address = known[0] if known else f"writer{self.number}@post.example"
        return letter, f"{letter.sheet.sender} <{address}>" if ascii_name else address, self.number

    def put(self, name: str, message: EmailMessage, truth: Truth, repeats: str = "") -> None:
        """The mail as a file, and what should come of it."""
        self.bag.put(f"email/{name}.eml", mail.as_bytes(message, self.number))
        self.bag.expect(f"email/{name}.eml", truth, repeats=repeats)


def write_mails(bag: Mailbag) -> None:
    """Mails of every make: charsets, HTML, enclosures, nesting, replies, robots, one that comes twice."""
    post = _Post(bag)
    _write_bodies(post)
    _write_enclosures(post)
    _write_repeats(post)
    post.number += 1
    post.put("auto_reply", mail.robot(post.number), TURNED_AWAY)
    post.number += 1
    bag.put("email/bounce.eml", mail.bounced(post.number))
    bag.expect("email/bounce.eml", TURNED_AWAY)


def _write_bodies(post: _Post) -> None:
    letter, sender, number = post.next("en_reading_card", "account")
    post.put("utf8_qp", mail.written(letter.sheet, sender, number), letter.truth)
    letter, sender, number = post.next("ru_reading_night", "account")
    post.put("koi8", mail.written(letter.sheet, sender, number, "koi8-r", "base64"), letter.truth)
    letter, sender, number = post.next("ru_other_offer", "unknown")
    post.put("cp1251_8bit", mail.written(letter.sheet, sender, number, "windows-1251", "8bit"), letter.truth)
    letter, sender, number = post.next("ru_recalc_tariff", "name_address")
    post.put("html_only", mail.web_only(letter.sheet, sender, number), letter.truth)
    letter, sender, number = post.next("en_takeover_widow", "account")
    post.put("alternative", mail.two_ways(letter.sheet, sender, number), letter.truth)
    letter, sender, number = post.next("en_recalc_empty", "contract")
    post.put("reply_chain", mail.answered(letter.sheet, sender, number), letter.truth)


def _write_enclosures(post: _Post) -> None:
    letter, sender, number = post.next("en_flicker", "account")
    content = containers.born_pdf(letter.sheet)
    post.put(
        "enclosed_pdf",
        mail.with_enclosure("Our letter is attached.\n", sender, number, "letter.pdf", "application/pdf", content),
        letter.truth,
    )
    letter, sender, number = post.next("ru_payment", "account")
    picture = containers.jpeg(paper.photographed(post.bag.page(letter), post.bag.random), 60)
    post.put(
        "enclosed_photo",
        mail.with_enclosure("Во вложении.\n", sender, number, "фото письма.jpg", "image/jpeg", picture),
        letter.truth,
    )
    letter, sender, number = post.next("ru_debt_firm", "account")
    post.put(
        "enclosed_docx",
        mail.with_enclosure(
            "Письмо во вложении.\n", sender, number, "гарантия.docx", _DOCX, containers.docx(letter.sheet)
        ),
        letter.truth,
    )
    letter, sender, number = post.next("en_power_firm", "contract")
    inner = mail.written(letter.sheet, sender, number + 500)
    post.put("nested", mail.forwarded(inner, "Please see below.\n", sender, number), letter.truth)


def _write_repeats(post: _Post) -> None:
    letter, sender, number = post.next("en_payment_claim", "name_address")
    message = mail.written(letter.sheet, sender, number)
    post.put("first", message, letter.truth)
    # The same Message-ID again, with other transport headers, is the same arrival.
    message["Received"] = "from mx.post.example by mx.utility.example; Tue, 30 Jun 2026 09:00:00 +0300"
    post.put("first_again", message, replace(letter.truth, outcome="duplicate"), repeats="email/first.eml")
    scan = "post/001.pdf"
    on_paper = post.bag.letters[scan]
    post.number += 1
    content = (post.bag.folder / scan).read_bytes()
    twin = mail.with_enclosure(
        "То же письмо, на всякий случай.\n", "writer@post.example", post.number, "скан.pdf", "application/pdf", content
    )
    post.put("same_as_paper", twin, replace(on_paper.truth, outcome="duplicate"), repeats=scan)


def write_forms(bag: Mailbag) -> None:
    """Web forms: three good ones, and one for each way to be wrong."""
    post = _Post(bag)
    for name, key, mode in (
        ("shed", "en_new_shed", "account"),
        ("night", "ru_reading_night", "account"),
        ("visit", "en_other_visit", "name_address"),
    ):
        fields, truth = _form(post, key, mode)  # type: ignore[arg-type]
        bag.put(f"form/{name}.json", mail.form_bytes(fields))
        bag.expect(f"form/{name}.json", truth)
    nameless, _ = _form(post, "ru_recalc", "account")
    nameless["name"] = {}
    unwilling, _ = _form(post, "en_reading_card", "account")
    unwilling["consent"] = False
    broken, _ = _form(post, "en_outages", "account")
    for name, content in (
        ("no_name", mail.form_bytes(nameless)),
        ("no_consent", mail.form_bytes(unwilling)),
        ("broken", mail.form_bytes(broken)[:-40]),
    ):
        bag.put(f"form/{name}.json", content)
        bag.expect(f"form/{name}.json", TURNED_AWAY)


def _form(post: _Post, key: str, mode: Mode) -> tuple[dict[str, object], Truth]:
    letter, _, number = post.next(key, mode)
    sender = next(one for one in post.bag.customers if one.source_id == letter.truth.source_id)
    account = sender.accounts[0] if mode == "account" else None
    return mail.form(
        letter.sheet, number, account, sender.emails[0] if sender.emails else None, sender.address
    ), letter.truth


def write_hostile(bag: Mailbag) -> None:
    """Files that a program must survive; two of them hold a letter all the same."""
    locked = bag.letter("ru_recalc", "account")
    torn = containers.scan_pdf([paper.scanned(bag.page(bag.letter("en_debt", "account")), bag.random)])
    for name, content in (
        ("empty.pdf", b""),
        ("locked.pdf", containers.born_pdf(locked.sheet, password="seed")),
        ("cut.pdf", torn[: len(torn) // 5]),
        ("program.pdf", hostile.NOT_A_PDF),
        ("swelling.zip", hostile.swelling_zip()),
        ("boundless.png", hostile.boundless_png()),
    ):
        bag.put(f"hostile/{name}", content)
        bag.expect(f"hostile/{name}", TURNED_AWAY)
    lying = bag.letter("en_power", "account")
    bag.put("hostile/really_a_pdf.jpg", containers.born_pdf(lying.sheet))
    bag.expect("hostile/really_a_pdf.jpg", lying.truth, (1, 1))
    scripted = bag.letter("ru_attorney", "account")
    bag.put(
        "hostile/script.html",
        containers.web_page(scripted.sheet, "<script>document.location='http://evil.example'</script>"),
    )
    bag.expect("hostile/script.html", scripted.truth)
