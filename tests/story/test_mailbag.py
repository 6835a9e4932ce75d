"""A bag of mail goes in, every letter is found in its case folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.faults.killing import ROOT, dossier
from tests.story.mailbag import MAILBAG, TakenIn


def test_every_file_has_an_answer_and_every_letter_one_line(mailbag: TakenIn) -> None:
    files = {str(path.relative_to(ROOT)) for path in (ROOT / MAILBAG).rglob("*") if path.is_file()}
    assert {line["file"] for line in mailbag.lines} == files
    assert len(mailbag.lines) == len(mailbag.expected)


def test_nothing_is_filed_to_a_wrong_customer(mailbag: TakenIn) -> None:
    for row in mailbag.expected:
        line = mailbag.line_of(row)
        if line["outcome"] == "filed":
            assert line["customer"]["source_id"] == row["source_id"], row["file"]


def test_nearly_every_letter_ends_as_it_should(mailbag: TakenIn) -> None:
    wrong = []
    for row in mailbag.expected:
        got = mailbag.line_of(row)["outcome"]
        # Of two letters with the same bytes, the one that came first is the letter, whichever way that was.
        if got != row["outcome"] and "duplicate" not in (got, row["outcome"]):
            wrong.append((row["file"], row["page_from"], row["outcome"], got))
    assert len(wrong) <= 0.05 * len(mailbag.expected), wrong


def test_nearly_every_letter_is_known_for_what_it_is(mailbag: TakenIn) -> None:
    typed = [(row, mailbag.line_of(row)) for row in mailbag.expected if row["document_type"]]
    wrong = [(row["file"], row["document_type"], line["document_type"]) for row, line in typed
             if line["document_type"] != row["document_type"]]  # fmt: skip
    assert len(wrong) <= 0.1 * len(typed), wrong


def test_batches_are_cut_where_their_letters_begin(mailbag: TakenIn) -> None:
    def ranges(rows: list[tuple[str, object, object]]) -> set[tuple[str, str, str]]:
        return {(file, str(first), str(last)) for file, first, last in rows if "batch" in file}

    told = [(line["file"].removeprefix(f"{MAILBAG}/"), line["page_from"], line["page_to"]) for line in mailbag.lines]
    assert ranges(told) == ranges([(row["file"], row["page_from"], row["page_to"]) for row in mailbag.expected])


def test_a_suspected_missing_separator_goes_to_a_person_with_the_page_named(mailbag: TakenIn) -> None:
    suspected = [line for line in mailbag.lines if line["reason"] == "suspected_missing_separator"]
    assert {line["outcome"] for line in suspected} == {"review"}
    assert all("page 3" in line["explanation"] for line in suspected) and len(suspected) == 2


def test_a_filed_letter_is_in_a_folder_and_in_a_case_and_has_its_number(mailbag: TakenIn) -> None:
    for line in mailbag.lines:
        if line["outcome"] == "filed":
            assert line["folder"] and line["case"] and line["registration_number"], line["file"]


def test_the_original_comes_back_byte_for_byte(mailbag: TakenIn, tmp_path: Path) -> None:
    line = next(line for line in mailbag.lines if line["outcome"] == "filed" and line["file"].endswith(".tif"))
    dossier(mailbag.home, "original", str(line["document"]), "-o", str(tmp_path / "original"))
    digest = hashlib.sha256((tmp_path / "original").read_bytes()).hexdigest()
    assert digest == hashlib.sha256((ROOT / line["file"]).read_bytes()).hexdigest()


def test_a_filed_letter_is_found_by_words_that_it_says(mailbag: TakenIn) -> None:
    tried = 0
    for line in [line for line in mailbag.lines if line["outcome"] == "filed"][:12]:
        text = dossier(mailbag.home, "text", str(line["document"]))[0]["text"]
        words = [word for word in text.split() if len(word) > 7 and word.isalpha()][:2]
        if len(words) == 2:
            found = dossier(mailbag.home, "find", *words, "--in", "documents", "--limit", "50")
            assert line["document"] in {hit["id"] for hit in found}, (line["file"], words)
            tried += 1
    assert tried >= 6


def test_the_ledger_balances_and_everything_proves_true(mailbag: TakenIn) -> None:
    assert mailbag.final.ledger and all(row["balanced"] for row in mailbag.final.ledger)
    assert mailbag.final.problems == []


def test_taking_the_same_mail_in_again_changes_nothing(mailbag: TakenIn) -> None:
    assert dossier(mailbag.home, "intake", MAILBAG) == mailbag.lines
    assert dossier(mailbag.home, "ledger") == mailbag.final.ledger


def test_other_bytes_at_a_known_path_are_a_new_arrival(tmp_path: Path) -> None:
    home, letter = tmp_path / "home", tmp_path / "letter.txt"
    letter.write_text("A first letter about nothing in particular.")
    first = dossier(home, "intake", str(letter))
    letter.write_text("A second letter about nothing in particular.")
    second = dossier(home, "intake", str(letter))
    assert first[0]["arrival"] != second[0]["arrival"]
    again = dossier(home, "intake", str(letter), "--again")
    assert again[0]["outcome"] == "duplicate" and again[0]["duplicate_of"] == second[0]["document"]
