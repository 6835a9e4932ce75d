"""Measures whose-letter decisions on a world of test letters.

    python benchmarks/sender_matching.py WORLD [--strangers] [--texts fulltext|ocr] [--ocr-cache DIR] [--show MODES]

`fulltext` reads what was printed on the page (forms and mails are read from their files), `ocr` reads cached page texts.
Prints precision and recall as the document scorer counts them, what was filed wrongly, and CPU milliseconds a letter.
"""

from __future__ import annotations

import argparse
import csv
import email
import email.policy
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from dedup.adapters.in_memory import DirectoryInMemory, load_profiles
from intake.finding import find
from intake.stages import CustomerDecision, Letter, PageReading, ReadLetter
from intake.steps.recognise import recognise_customer


def _read(pages: list[str], facts: dict[str, str]) -> ReadLetter:
    letter = Letter(1, 1, 1, None, None, (), None, facts)
    readings = tuple(PageReading(i, t, (), "markup", 1.0) for i, t in enumerate(pages, 1))
    return ReadLetter(letter, readings)


def _mail(path: Path, printed: str) -> ReadLetter:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        import lxml.html

        text = "\n".join(t.strip() for t in lxml.html.fromstring(text).itertext() if t.strip())
    sender = email.utils.parseaddr(str(message["From"]))
    facts = {"from_name": sender[0], "from_address": sender[1], "subject": str(message["Subject"] or "")}
    facts["date"] = message["Date"].datetime.date().isoformat() if message["Date"] else ""
    attached = any(p.get_content_maintype() in ("application", "image", "message") for p in message.walk())
    return _read([text, printed] if attached else [text], facts)


def _form(path: Path) -> ReadLetter | None:
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return None
    contact = data.get("contact") or {}
    values = {
        "name": (data.get("name") or {}).get("full"),
        "account": data.get("account"),
        "contract": data.get("contract"),
        "address": data.get("address"),
        "phone": contact.get("phone"),
        "email": contact.get("email"),
        "date": data.get("submitted_at"),
    }
    return _read([str(data.get("message", ""))], {k: v for k, v in values.items() if isinstance(v, str)})


def letter_of_row(
    world: Path, row: dict[str, str], texts: str = "fulltext", cache: Path = Path("ocr_cache")
) -> ReadLetter | None:
    """Answer a letter of a world as it is read; None where it cannot be."""
    file, printed = (
        world / row["file"],
        (world / row["fulltext"]).read_text(encoding="utf-8") if row["fulltext"] else "",
    )
    if row["channel"] == "email" or file.suffix == ".eml":
        return _mail(file, printed)
    if file.suffix == ".json":
        return _form(file)
    if texts == "fulltext":
        return _read([printed], {})
    first, last = int(row["page_from"] or 1), int(row["page_to"] or 1)
    stem = row["file"].replace("/", "__")
    pages = [cache / world.name / f"{stem}.p{n}.txt" for n in range(first, last + 1)]
    if not any(p.exists() for p in pages):
        return None
    return _read([p.read_text(encoding="utf-8") if p.exists() else "" for p in pages], {})


def measure(world: Path, strangers: bool, texts: str, cache: Path, show: set[str]) -> dict[str, object]:
    """Answer the counts for one world."""
    truth = world / "truth"
    files = [truth / "directory.csv", *([truth / "strangers.csv.gz"] if strangers else [])]
    ids = [r["source_id"] for r in csv.DictReader((truth / "directory.csv").open(encoding="utf-8", newline=""))]
    directory = DirectoryInMemory(load_profiles(*files))
    counts: Counter[str] = Counter()
    modes: dict[str, Counter[str]] = defaultdict(Counter)
    spent: list[float] = []
    for row in csv.DictReader((truth / "documents.csv").open(encoding="utf-8", newline="")):
        if row["is_request"] != "1" or row["expected_outcome"] == "rejected":
            continue
        read = letter_of_row(world, row, texts, cache)
        if read is None:
            counts["no_text"] += 1
            continue
        start = time.process_time()
        decision = recognise_customer(read, directory)
        spent.append(time.process_time() - start)
        said, true = _said(decision, ids), row["entity_id"]
        what = _judged(said, true)
        good = ("filed" if decision.certain else "review") in row["acceptable_outcomes"].split("|")
        wrong_file = decision.certain and said != true
        for name in (
            what,
            "filed" if decision.certain else "review",
            *(["misfiled"] * wrong_file),
            *(["bad_outcome"] * (not good)),
        ):
            counts[name] += 1
            modes[row["ref_mode"]][name] += 1
        if show and (
            "all" in show or row["ref_mode"] in show or what in show or ("bad" in show and (not good or wrong_file))
        ):
            _print(row, decision, said, what, read)
    made = counts["right"] + counts["wrong"] + counts["false_match"]
    there = counts["right"] + counts["wrong"] + counts["abstained"]
    return {
        "world": world.name,
        "strangers": strangers,
        "texts": texts,
        "precision": round(counts["right"] / max(1, made), 4),
        "recall": round(counts["right"] / max(1, there), 4),
        "misfiled": counts["misfiled"],
        "counts": dict(sorted(counts.items())),
        "by_ref_mode": {k: dict(sorted(v.items())) for k, v in sorted(modes.items())},
        "cpu_ms_median": round(sorted(spent)[len(spent) // 2] * 1000, 2),
        "cpu_ms_max": round(max(spent) * 1000, 2),
    }


def _said(decision: CustomerDecision, ids: list[str]) -> str | None:
    if decision.customer_id is None:
        return None
    return ids[decision.customer_id - 1] if decision.customer_id <= len(ids) else "stranger"


def _judged(said: str | None, true: str) -> str:
    if true == "none":
        return "false_match" if said else "rightly_none"
    return "abstained" if said is None else "right" if said == true else "wrong"


def _print(row: dict[str, str], decision: CustomerDecision, said: str | None, what: str, read: ReadLetter) -> None:
    print("=" * 20, row["id"], row["ref_mode"], row["degradation"], "TRUE", row["entity_id"], "SAID", said, what)
    print(
        "  ",
        decision.certain,
        decision.reason,
        decision.ground,
        f"p={decision.confidence:.4f} margin={decision.margin_bits:.1f}",
    )
    for e in decision.evidence:
        print("     ", e.datum, "|", e.words, "|", e.weight_bits)
    for clue in find(read).clues.names:
        if clue.role != "mention":
            print("      name:", clue.role, clue.organisation, clue.text)
    for address in find(read).clues.addresses:
        print("      address:", address.labelled, repr(address.text))
    for number in find(read).clues.numbers:
        print("      number:", number.label, number.joined, number.text)
    print(read.text[:900])


def main() -> None:
    """Parse the command line, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--strangers", action="store_true")
    parser.add_argument("--texts", choices=("fulltext", "ocr"), default="fulltext")
    parser.add_argument("--ocr-cache", type=Path, default=Path("ocr_cache"))
    parser.add_argument("--show", default="", help="comma-separated ref modes or judgements to print in full")
    a = parser.parse_args()
    answer = measure(a.world, a.strangers, a.texts, a.ocr_cache, set(filter(None, a.show.split(","))))
    print(json.dumps(answer, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
