"""What the classifier sees in a text: stems and pairs of stems, concepts and pairs of them, shape, title, n-grams.

Every feature is a bucket of a fixed hash (no vocabulary file), in one of three blocks: words (stems and pairs of
them), ideas (concepts and pairs of them, shape, title), and letter n-grams, which bridge endings and misread letters.
The first two can be shown to a clerk as evidence.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from intake.classifying.concepts import Hit, hits
from intake.classifying.kinds import kinds
from intake.classifying.zones import Token, title_spans, tokens, zones

WORD_BUCKETS = 1 << 16
IDEA_BUCKETS = 1 << 15
GRAM_BUCKETS = 1 << 15
BLOCK_STARTS = (0, WORD_BUCKETS, WORD_BUCKETS + IDEA_BUCKETS)
BUCKETS = WORD_BUCKETS + IDEA_BUCKETS + GRAM_BUCKETS
STEM_LETTERS = 6
MAX_LETTERS = 6000
"""How much of a letter is read: what it is about stands on its first two pages."""
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[^\W\d_])|\n\s*\n|\f")
_AMOUNT_ROW = re.compile(r"^[^\d\n]{3}.*\d[.,]\d{2}[ \t]*(?:руб\.?|р\.|₽|£|€|\$)?[ \t]*$", re.MULTILINE)
_CLAUSE = re.compile(r"(?:^|\s)\d{1,2}(?:\.\d{1,2})*[.)]\s+[A-ZА-ЯЁ]")
_SHAPES = {
    "outgoing_number": re.compile(r"\bисх\.?\s*(?:№|n|от)|\bour ref|\bref(?:erence)?\s*(?:no|:)", re.IGNORECASE),
    "tax_id_in_head": re.compile(r"\A.{0,200}?(?:инн|vat reg|company no|reg\.? no)", re.IGNORECASE | re.DOTALL),
    "sender_block": re.compile(r"^\s*(?:от|заявитель|from|applicant|sender)\b", re.IGNORECASE | re.MULTILINE),
    "consumer_block": re.compile(r"^\s*(?:потребитель|абонент|плательщик|customer|consumer)\s*:", re.I | re.MULTILINE),
    "two_powers": re.compile(r"\d\s*(?:квт|kw|kva)\b(?!\s*[·*.]?\s*[чh]).{0,160}?\d\s*(?:квт|kw|kva)?\b", re.I | re.S),
    "money": re.compile(r"\d\s*(?:руб|р\.|₽)|[£€$]\s*\d", re.IGNORECASE),
    "asks": re.compile(r"\?"),
    "quoted_case": re.compile(r"№\s*\d+-\d+/\d{2,4}|\b[A-Z]{1,3}\d{0,2}/\d+/\d{2,4}\b"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The features of one text. `sources`: for a word-block bucket, the spans of the text that filled it."""

    buckets: NDArray[np.int64]
    values: NDArray[np.float32]
    sources: dict[int, tuple[str, int, int]]


@lru_cache(maxsize=1 << 16)
def _bucket(feature: str) -> int:
    hashed = zlib.crc32(feature.encode())
    if feature[:2] in ("w:", "b:"):
        return hashed % WORD_BUCKETS
    return WORD_BUCKETS + hashed % IDEA_BUCKETS


def _stem(form: str) -> str:
    return form[:STEM_LETTERS]


def _word_features(words: list[Token]) -> Iterator[tuple[str, int, int]]:
    for token in words:
        if len(token.form) > 1:
            yield "w:" + _stem(token.form), token.start, token.end
    for left, right in pairwise(words):
        yield f"b:{_stem(left.form)} {_stem(right.form)}", left.start, right.end


def _concept_features(sentence: list[Token]) -> Iterator[tuple[str, int, int]]:
    found = hits(sentence)
    for hit in found:
        yield "c:" + hit.concept, sentence[hit.first].start, sentence[hit.last].end
    once: dict[str, Hit] = {hit.concept: hit for hit in found}
    for left, right in combinations(sorted(once), 2):
        first = min(once[left].first, once[right].first)
        last = max(once[left].last, once[right].last)
        yield f"p:{left} {right}", sentence[first].start, sentence[last].end


def _shape_features(body: str, has_appendix: bool) -> Iterator[tuple[str, int, int]]:
    for name, pattern in _SHAPES.items():
        found = pattern.search(body)
        if found:
            yield "s:" + name, found.start(), found.end()
    for name, pattern, steps in (("amount_rows", _AMOUNT_ROW, (2, 3)), ("clauses", _CLAUSE, (2, 4, 8))):
        spots = list(pattern.finditer(body))
        for step in steps:
            if len(spots) >= step:
                yield f"s:{name}{step}", spots[0].start(), spots[0].end()
    if has_appendix:
        yield "s:appendix", len(body), len(body)


@cache
def _title_stems() -> frozenset[str]:
    titles = " ".join(title for kind in kinds() for each in kind.titles.values() for title in each)
    return frozenset(_stem(token.form) for token in tokens(titles) if len(token.form) > 2)


def _title_features(body: str) -> Iterator[tuple[str, int, int]]:
    for start, end in title_spans(body):
        words = [token for token in tokens(body[start:end]) if _stem(token.form) in _title_stems()]
        for token in words:
            yield "t:" + _stem(token.form), start + token.start, start + token.end
        if len(words) > 1:
            yield "t1:" + " ".join(_stem(t.form) for t in words[:3]), start, end


def _sentences(body: str, words: list[Token]) -> Iterator[list[Token]]:
    ends = [match.start() + 1 for match in _SENTENCE_END.finditer(body)] + [len(body) + 1]
    at = 0
    for end in ends:
        begin = at
        while at < len(words) and words[at].start < end:
            at += 1
        if at > begin:
            yield words[begin:at]


def _all_features(body: str, has_appendix: bool) -> Iterator[tuple[str, int, int]]:
    words = tokens(body)
    yield from _title_features(body)
    yield from _shape_features(body, has_appendix)
    yield from _word_features(words)
    for sentence in _sentences(body, words):
        yield from _concept_features(sentence)


def _gram_counts(words: list[Token]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    folded = " " + " ".join(token.form for token in words if token.form != "0") + " "
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    space = codes == 32
    hashed = []
    for size in (3, 4, 5):
        if len(codes) < size:
            break
        rolled = np.full(len(codes) - size + 1, size, dtype=np.uint64)
        inner = np.zeros(len(rolled), dtype=bool)
        for at in range(size):
            rolled = rolled * np.uint64(1000003) + codes[at : at + len(rolled)]
            if 0 < at < size - 1:
                inner |= space[at : at + len(rolled)]
        mixed = (rolled ^ (rolled >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
        hashed.append((mixed >> np.uint64(40))[~inner] % np.uint64(GRAM_BUCKETS))
    buckets, counts = np.unique(np.concatenate(hashed) if hashed else np.zeros(0, np.uint64), return_counts=True)
    return buckets.astype(np.int64) + BLOCK_STARTS[2], counts


def see(text: str) -> Seen:
    """The features of a text: bucket numbers in order, values 1 + ln(count), and where each came from."""
    text = text[:MAX_LETTERS]
    zone = zones(text)
    body = text[: zone.body_end]
    counts: dict[int, int] = defaultdict(int)
    sources: dict[int, tuple[str, int, int]] = {}
    for feature, start, end in _all_features(body, zone.has_appendix):
        bucket = _bucket(feature)
        counts[bucket] += 1
        sources.setdefault(bucket, (feature, start, end))
    grams, gram_counts = _gram_counts(tokens(body))
    words = np.array(sorted(counts), dtype=np.int64)
    word_counts = np.array([counts[b] for b in sorted(counts)], dtype=np.float32)
    values = 1 + np.log(np.concatenate([word_counts, gram_counts.astype(np.float32)]))
    return Seen(np.concatenate([words, grams]), values.astype(np.float32), sources)
