"""From a compared pair to a word: refused, warned of as a double, warned of as a relative, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

from archive.errors import BadInput
from archive.guarding import Relation, Severity
from dedup.linkage.levels import (
    ACCOUNT,
    BIRTH,
    CONTRACT,
    DWELLING,
    EMAIL,
    GIVEN,
    MIDDLE,
    NAME,
    NAMESAKE,
    PHONE,
    PREMISES,
    TAX_ID,
)
from dedup.linkage.likeness import Weighed
from dedup.linkage.records import ORGANISATION, Record

STRONG_KEYS = {"tax_id": TAX_ID, "accounts": ACCOUNT, "emails": EMAIL, "phones": PHONE}
"""Values that one customer holds, by column and by the field that compares them; those first that say the most."""
_EQUAL = {TAX_ID: 3, ACCOUNT: 3, EMAIL: 2, PHONE: 3}
_ONES_OWN = {TAX_ID: 3, ACCOUNT: 3, CONTRACT: 3}
_BESIDE_NAMES = (BIRTH, TAX_ID, PHONE, EMAIL, ACCOUNT, CONTRACT, PREMISES)
_DIFFERS, _INITIAL, _SAME_HOUSE, _SAME_FLAT = 1, 2, 3, 4
_POSSIBLE, _NAMED_SO = 2, 3
_OF_ANOTHER_FIRM = (1, 2, 3)
"""Levels of a firm's name that are no slip: another one, another form of it, one that is near."""
_MOST_SAID = 12.0
"""No single record of a customer outweighs more than this (natural log odds), as in clusters."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the guard does of its own accord.

    `refuses`, `warns`: strong keys that by themselves refuse or warn, whoever else agrees. `probable`: from here on a double
    is told, for a missed one costs more than a look; `close`: from here on a double or a relative is; `certain`: from here on
    a double is refused, where something of the person alone agrees; `by_name`: from here on a double is told of whom nothing
    but the name agrees: how rare a name is, a model that was learnt elsewhere does not know.
    """

    refuses: frozenset[str] = frozenset(("tax_id",))
    warns: frozenset[str] = frozenset(("accounts", "emails", "phones"))
    probable: float = 0.3
    close: float = 0.5
    by_name: float = 0.9
    certain: float = 0.995
    most_told: int = 12


def policy_of(refuses: str, warns: str) -> Policy:
    """The policy with strong keys as somebody wrote them, joined by commas, or `none`.

    Raises: BadInput naming one that is none of ours.
    """
    named = [frozenset(word.strip() for word in text.split(",")) - {"", "none"} for text in (refuses, warns)]
    for word in sorted(named[0] | named[1]):
        if word not in STRONG_KEYS:
            raise BadInput(f"{word!r} is no strong key of the guard; name some of: {', '.join(STRONG_KEYS)}")
    return Policy(named[0], named[1] - named[0])


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said of a customer, and the pair of records that it rests on."""

    relation: Relation
    severity: Severity
    probability: float
    pair: Weighed
    strong_key: str = field(default="")

    @property
    def gravity(self) -> tuple[bool, bool, float]:
        """What outweighs what, where several identities of one customer are near."""
        return self.severity == "refused", self.relation == "same", self.probability


def judge(asked: Record, pairs: Sequence[Weighed], policy: Policy) -> Judged | None:
    """What to say of a customer whose records were held against what is asked; None for nothing."""
    best = max(pairs, key=lambda pair: pair.same)
    nearest = max(pairs, key=_related)
    same, related = best.same, _related(nearest)
    if len(pairs) > 1 and sum(map(_odds, pairs)) < 0:
        # One record alone looks like them; what else is known of them speaks for somebody else.
        same = min(same, policy.close)
    strong = _strong(asked, pairs, policy)
    if strong is not None and strong.severity == "refused":
        return strong
    if same < policy.by_name and _is_name_alone(best) and not _lives_with(nearest):
        return strong
    near = same >= policy.probable or same + related >= policy.close
    if near and strong is None and same < policy.probable and not _lives_with(nearest):
        return None  # a name alone makes no relative, and of a shared contact its own rule has spoken
    if near and (_is_named_otherwise(asked, best) or _may_be_namesake(asked, best)):
        return Judged("relative", "warned", same + related, best, strong.strong_key if strong is not None else "")
    if near:
        key = strong.strong_key if strong is not None else ""
        if same >= related:
            severity = _severity(asked, same, best, pairs, policy)
            return Judged("same", severity, same, best, key if severity == "warned" else "")
        return Judged("relative", "warned", related, nearest, key)
    return strong


def _is_named_otherwise(asked: Record, pair: Weighed, name: int = GIVEN) -> bool:
    """Whether two persons have two given names (or surnames), two firms two names, and no number of one's own says otherwise.

    Twins have all the rest; and a name that was written the other way round may be a twin's. Firms of one owner have a home
    and a telephone in common.
    """
    otherwise = pair.levels[NAME] in _OF_ANOTHER_FIRM if asked.kind == ORGANISATION else pair.levels[name] == _DIFFERS
    if not otherwise:
        return False
    return all(pair.levels[at] != equal for at, equal in _ONES_OWN.items())


def _may_be_namesake(asked: Record, pair: Weighed) -> bool:
    """Whether a relative of the same name, or of the same initial, explains all that two of one home have in common.

    That is so wherever nothing of the person alone agrees and names allow for it; a shared contact is the home's where the
    son is named after his father, for then there are two of them more often than not.
    """
    if asked.kind == ORGANISATION or pair.individual or not _lives_with(pair):
        return False
    reached = any(pair.levels[at] == _EQUAL[at] for at in (PHONE, EMAIL))
    maybe = pair.levels[NAMESAKE] == _POSSIBLE or pair.levels[GIVEN] == _INITIAL
    return pair.levels[NAMESAKE] == _NAMED_SO or (maybe and not reached)


def _is_name_alone(pair: Weighed) -> bool:
    """Whether nothing but names agrees, not even nearly."""
    levels = pair.levels
    return levels[DWELLING] < _SAME_HOUSE and all(levels[at] <= _DIFFERS for at in _BESIDE_NAMES)


def _lives_with(pair: Weighed) -> bool:
    """Whether two share a home, a meter or point of delivery, or a name and a contact."""
    levels = pair.levels
    contact = levels[NAME] > _DIFFERS and any(levels[at] == _EQUAL[at] for at in (PHONE, EMAIL))
    return contact or levels[DWELLING] >= _SAME_FLAT or levels[PREMISES] > _DIFFERS


def _related(pair: Weighed) -> float:
    return sum(pair.related.values())


def _odds(pair: Weighed) -> float:
    said = log(max(pair.same, 1e-12)) - log(max(1 - pair.same, 1e-12))
    return max(min(said, _MOST_SAID), -_MOST_SAID)


def _severity(asked: Record, same: float, best: Weighed, pairs: Sequence[Weighed], policy: Policy) -> Severity:
    sure = same >= policy.certain and best.individual and not any(pair.vetoed for pair in pairs)
    sure = sure and not _is_named_otherwise(asked, best, NAME)
    return "refused" if sure else "warned"


def _strong(asked: Record, pairs: Sequence[Weighed], policy: Policy) -> Judged | None:
    """What a value says by itself that one customer alone should hold, the gravest first."""
    found: Judged | None = None
    for name, at in STRONG_KEYS.items():
        if name not in policy.refuses and name not in policy.warns:
            continue
        for pair in pairs:
            if pair.levels[at] != _EQUAL[at]:
                continue
            refused = name in policy.refuses and _is_theirs(asked, pair, at)
            if not refused and at == PHONE and _is_passed_on(pair):
                continue
            own = at == TAX_ID or (at == ACCOUNT and pair.same >= _related(pair))
            relation: Relation = "same" if own and not _is_branch(asked, pair) else "relative"
            if refused:
                return Judged("same", "refused", pair.same, pair, name)
            if found is None:
                found = Judged(relation, "warned", pair.same if relation == "same" else _related(pair), pair, name)
    return found


def _is_theirs(asked: Record, pair: Weighed, at: int) -> bool:
    """Whether an equal value is enough to refuse: a tax id that fails its check is a slip, a firm's is its branches' too.

    A person and the firm that the same person is share one as well.
    """
    if pair.other_kind or (at == TAX_ID and not asked.tax_id_sound):
        return False
    return not _is_branch(asked, pair)


def _is_passed_on(pair: Weighed) -> bool:
    """Whether a telephone number is somebody else's by now: another surname in another home. Operators give numbers out again."""
    return pair.levels[NAME] == _DIFFERS and pair.levels[DWELLING] == _DIFFERS


def _is_branch(asked: Record, pair: Weighed) -> bool:
    """Whether two organisations of one tax id may be a firm and its branch: another name, number or place."""
    if asked.kind != ORGANISATION:
        return False
    levels = pair.levels
    return levels[NAME] in _OF_ANOTHER_FIRM or levels[MIDDLE] == 1 or levels[DWELLING] in (1, 2)
