"""From weighed candidates to one answer, or to none.

A customer is certain only where a name agrees together with something that is theirs alone (a number, a dwelling, a
phone, a mailbox), nothing that the letter quotes is somebody else's, and nobody else comes near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from rapidfuzz.fuzz import token_sort_ratio

from dedup.agreeing import Ground, Scored
from dedup.clues import Clues
from dedup.comparing import Dwelling, Name
from dedup.keys import full_name_key, name_pair_key, organisation_key, word_key
from dedup.normalising import fold, name_words
from dedup.weighing import prior_bits

CROWDED = 60
"""A key that more customers carry finds nobody: it only says how common a datum is."""
_CERTAIN = 0.995
_MARGIN_BITS = 7.0
_CLOSE_BITS = 4.0
_ENOUGH_WITHOUT_NAME = 2
_RESEMBLANCE = 65.0
# A name alone: how many others of that name may be expected to write, and how many write beside the customers.
_EXPECTED_NAMESAKES = 0.33
_BYSTANDERS = 50_000
_MIDDLE_NAME_SHARE = 0.05
"""An upper bound of the share of people with one patronymic or middle name (Александрович: 8 % of men)."""


@dataclass(frozen=True, slots=True)
class Identification:
    """The customer proposed, how sure, and why; `reason` is None where it is certain.

    Reasons: `nobody_known`, `two_are_close`, `name_only`, `name_missing` (a number is theirs, no name could be read),
    `data_contradict`, `number_unreadable`. `runner_up_id` may be worth a clerk's look even where nobody is proposed.
    """

    customer_id: int | None
    confidence: float
    certain: bool
    reason: str | None
    ground: str | None
    account: str | None
    runner_up_id: int | None
    margin_bits: float
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """All that a decision rests on. `ranked`: the best first, those with a name and more before all others."""

    ranked: Sequence[Scored]
    clues: Clues
    counts: Mapping[int, int]
    customers: int

    @property
    def rivals(self) -> list[Scored]:
        """Who else it could be."""
        best, rest = self.ranked[0], self.ranked[1:]
        return [r for r in rest if r.named or not best.named]

    @property
    def confidence(self) -> float:
        """The posterior of the best among its rivals and "nobody in the directory", which stands at 0 bits."""
        best, prior = self.ranked[0].bits, prior_bits(self.customers)
        against = 2.0 ** min(60.0, -(best + prior))
        for rival in self.rivals:
            against += 2.0 ** min(60.0, rival.bits - best)
        return float(1.0 / (1.0 + against))

    @property
    def margin(self) -> float:
        """Bits between the best and the next, or nobody."""
        return self.ranked[0].bits - max((r.bits for r in self.rivals), default=-prior_bits(self.customers))

    @property
    def second(self) -> int | None:
        """The next best customer."""
        return self.ranked[1].profile.id if len(self.ranked) > 1 else None


def decide(scored: Sequence[Scored], clues: Clues, counts: Mapping[int, int], customers: int) -> Identification:
    """Answer whose letter it is; `counts` say how many of the customers carry the keys of the letter's own data."""
    ranked = sorted(scored, key=lambda s: (s.named and s.strong > 0, s.bits), reverse=True)
    if not ranked:
        return _nobody("nobody_known", None, 0.0)
    question = _Question(ranked, clues, counts, customers)
    best = ranked[0]
    if best.named and best.strong:
        return _named(best, question)
    holders = [s for s in ranked if s.exact_numbers]
    bearers = [s for s in ranked if s.name == Name.FULL]
    if holders and bearers and not (holders[0].name == Name.UNKNOWN or holders[0].mentioned):
        return _disagreeing(holders[0], bearers, question)
    if holders:
        return _number_alone(holders, question)
    return _name_alone(bearers, question)


def _named(best: Scored, question: _Question) -> Identification:
    """A name agrees together with something of theirs."""
    confidence, margin = question.confidence, question.margin
    if question.rivals and margin < _CLOSE_BITS:
        return _nobody("two_are_close", question.ranked[1].profile.id, margin, best.grounds)
    reason = _doubt(best)
    if best.name < Name.FULL and _named_in_full(question, best):
        return _nobody("two_are_close", question.second, margin, best.grounds)
    if reason is None and best.name == Name.INITIALS and _fits_housemate(question, best):
        reason = "two_are_close"
    if reason is None and (confidence < _CERTAIN or (question.rivals and margin < _MARGIN_BITS)):
        reason = "two_are_close"
    return _answer(best, confidence, reason, question)


def _resembles(scored: Scored) -> bool:
    """Whether the name in the letter could be this customer's, badly read."""
    written, held = fold(scored.written or ""), fold(scored.profile.label)
    return token_sort_ratio(written, held) >= _RESEMBLANCE


def _named_in_full(question: _Question, best: Scored) -> bool:
    """Whether somebody else, of whom the letter holds more, is named in full anywhere in it."""
    return any(s is not best and s.strong and (s.mentioned or s.name == Name.FULL) for s in question.ranked)


def _fits_housemate(question: _Question, best: Scored) -> bool:
    """Whether surname and initials fit somebody else at the same address too."""
    homes = set(best.profile.addresses)
    return any(s is not best and s.named and homes & set(s.profile.addresses) for s in question.ranked)


def _doubt(best: Scored) -> str | None:
    """Why a named customer must not be filed unseen, if anything."""
    if best.foreign:
        return "data_contradict"
    if best.odd_account and not best.exact_numbers:
        return "number_unreadable" if best.near_numbers else "data_contradict"
    return None if best.proven else "name_only"


def _disagreeing(holder: Scored, bearers: Sequence[Scored], question: _Question) -> Identification:
    """One customer's number beside another customer's name: the name's bearer is proposed where there is only one."""
    first = bearers[0]
    if len(bearers) > 1 or _crowded(question) or not (first.strong or _rare(first, question)):
        return _nobody("data_contradict", holder.profile.id, question.margin, holder.grounds)
    return _answer(first, min(question.confidence, 0.5), "data_contradict", question, holder.profile.id)


def _number_alone(holders: Sequence[Scored], question: _Question) -> Identification:
    """A number is somebody's, and no name agrees with it."""
    first = holders[0]
    if len(holders) > 1 and first.bits - holders[1].bits < _CLOSE_BITS:
        return _nobody("two_are_close", holders[1].profile.id, question.margin, first.grounds)
    if first.foreign or first.name != Name.UNKNOWN:
        another = first.name == Name.DIFFERS and not _resembles(first)
        if first.name != Name.UNKNOWN and not first.mentioned and (another or _crowded(question)):
            return _nobody("data_contradict", first.profile.id, question.margin, first.grounds)
        return _answer(first, min(question.confidence, 0.9), "data_contradict", question)
    enough = first.strong >= _ENOUGH_WITHOUT_NAME and not first.odd_account and not first.mentioned
    alone = not any(s is not first and s.dwelling >= Dwelling.FORMER for s in question.ranked)
    if enough and alone and not _named_in_full(question, first) and question.confidence >= _CERTAIN:
        return _answer(first, question.confidence, None, question)
    return _answer(first, min(question.confidence, 0.95), "name_missing", question)


def _name_alone(bearers: Sequence[Scored], question: _Question) -> Identification:
    """Nothing but a name: its bearer is proposed where there is only one, the name is rare and nothing speaks against."""
    if not bearers:
        return _nobody("nobody_known", None, question.margin)
    first = bearers[0]
    if len(bearers) > 1 or _crowded(question):
        return _nobody("two_are_close", first.profile.id, question.margin, first.grounds)
    if first.odd_account or first.elsewhere or not _rare(first, question):
        return _nobody("nobody_known", first.profile.id, question.margin, first.grounds)
    return _answer(first, min(question.confidence, 0.9), "name_only", question)


def long_words(name: str) -> list[str]:
    """Answer the words of a person's name that are more than initials, four at most."""
    return [w for w in name_words(name) if len(w) > 1][:4]


def pair_keys(words: Sequence[str]) -> list[int]:
    """Answer the keys of every pair of these words: which two are surname and given name is not known."""
    return [name_pair_key(a, b) for i, a in enumerate(words) for b in words[i + 1 :]]


def _crowded(question: _Question) -> bool:
    """Whether so many customers bear one of the letter's own names that they were not even looked at."""
    counts = question.counts
    for clue in question.clues.principals():
        if clue.organisation:
            if counts.get(organisation_key(clue.text), 0) > CROWDED:
                return True
            continue
        words = long_words(clue.text)
        whole = counts.get(full_name_key(words), 0) if len(words) == 3 else 0
        if not whole and any(counts.get(k, 0) > CROWDED for k in pair_keys(words)):
            return True
    return False


def _rare(bearer: Scored, question: _Question) -> bool:
    """Whether a name is so rare that its only bearer among the customers is most likely who wrote.

    The names' shares among the customers, taken as independent, say how many namesakes may be expected among those who
    write: more than the customers where these are few, for a small directory sees only a part of them. Organisations'
    names repeat too often to stand alone.
    """
    if not bearer.profile.persons or bearer.written is None:
        return False
    words = long_words(bearer.written)
    size = max(question.customers, 1)
    shares = [max(1, question.counts.get(word_key(w), 0)) / size for w in words]
    expected = sqrt(size * _BYSTANDERS)
    for share in sorted(shares)[:2]:
        expected *= share
    return expected * (_MIDDLE_NAME_SHARE if len(words) >= 3 else 1.0) <= _EXPECTED_NAMESAKES


def _nobody(reason: str, second: int | None, margin: float, grounds: tuple[Ground, ...] = ()) -> Identification:
    return Identification(None, 0.0, False, reason, None, None, second, margin, grounds)


def _answer(
    chosen: Scored, confidence: float, reason: str | None, question: _Question, second: int | None = None
) -> Identification:
    return Identification(
        customer_id=chosen.profile.id,
        confidence=confidence,
        certain=reason is None,
        reason=reason,
        ground=chosen.ground,
        account=chosen.account,
        runner_up_id=question.second if second is None else second,
        margin_bits=question.margin,
        grounds=chosen.grounds,
    )
