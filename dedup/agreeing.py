"""Where a letter's data agree with one candidate's, before anything is weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.sentences import Sentence
from dedup.addresses import ParsedAddress, parse_address
from dedup.clues import Clues, NameClue, NumberClue, Place
from dedup.comparing import (
    Dwelling,
    Name,
    Number,
    bearers,
    compare_addresses,
    compare_numbers,
    compare_organisation,
    compare_person,
    compare_tax_ids,
    held_numbers,
)
from dedup.keys import organisation_key, word_key
from dedup.normalising import name_words, shape
from dedup.ports import PersonName, Profile

_GROUND_ORDER = ("account", "contract", "meter", "point_of_delivery", "tax_id", "phone", "email", "name_address")


@dataclass(frozen=True, slots=True)
class Ground:
    """One datum for or against a customer. `place` None where no one place can be shown."""

    datum: str
    value: str
    words: Sentence
    bits: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A letter's number that agrees with one a customer holds."""

    clue: NumberClue
    kind: str
    held: str
    level: Number


@dataclass(slots=True)
class Scored:
    """One candidate with all that speaks for and against."""

    profile: Profile
    name: Name = Name.UNKNOWN
    mentioned: bool = False
    dwelling: Dwelling = Dwelling.UNKNOWN
    matches: list[NumberMatch] = field(default_factory=list)
    contacts: int = 0
    born: bool = False
    foreign: list[NumberClue] = field(default_factory=list)
    """Numbers quoted that are another customer's."""
    odd_account: bool = False
    """A well-formed account is quoted that is neither theirs nor, but for an edit, like theirs."""
    elsewhere: bool = False
    """The letter's own address is not theirs."""
    bits: float = 0.0
    found: list[Ground] = field(default_factory=list)
    name_clue: NameClue | None = None
    name_held: PersonName | str | None = None
    """The name in the letter, and the one held, that `name` is about."""
    dwelling_held: str = ""
    dwelling_place: Place | None = None

    @property
    def named(self) -> bool:
        """Whether a name in the letter is theirs, at least by surname and initials."""
        return self.name >= Name.INITIALS

    @property
    def exact_numbers(self) -> list[NumberMatch]:
        """Numbers quoted that are theirs, look-alike signs allowed."""
        return [m for m in self.matches if m.level >= Number.CONFUSABLE]

    @property
    def near_numbers(self) -> list[NumberMatch]:
        """Numbers quoted that are theirs but for an edit or two."""
        return [m for m in self.matches if m.level < Number.CONFUSABLE]

    @property
    def strong(self) -> int:
        """How many data besides the name are theirs."""
        near = any(m.level == Number.ONE_EDIT for m in self.near_numbers)
        numbers = len({m.held for m in self.exact_numbers}) or int(near)
        return numbers + self.contacts + int(self.dwelling >= Dwelling.FORMER) + int(self.born)

    @property
    def proven(self) -> bool:
        """Whether name and data together suffice to file unseen: initials need a number, a misread name more."""
        exact = bool(self.exact_numbers)
        if self.name == Name.INITIALS:
            return exact or self.contacts > 0 or self.strong >= 2
        if self.name == Name.FUZZY:
            return exact or self.strong >= 2 or self.dwelling == Dwelling.FULL
        return self.name == Name.FULL and self.strong > 0

    @property
    def ground(self) -> str | None:
        """On what it rests, the strongest first."""
        kinds = {m.kind for m in self.exact_numbers} | {g.datum for g in self.found if g.bits > 0}
        kinds |= {"name_address"} if self.dwelling >= Dwelling.FORMER and self.named else set()
        kinds |= {m.kind for m in self.near_numbers}
        return next((k for k in _GROUND_ORDER if k in kinds), None)

    @property
    def account(self) -> str | None:
        """The account the letter is about, as held."""
        ranked = sorted((m for m in self.matches if m.kind == "account"), key=lambda m: -m.level)
        return ranked[0].held if ranked else None

    @property
    def written(self) -> str | None:
        """The name in the letter that `name` is about."""
        return self.name_clue.text if self.name_clue else None

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What was found, the weightiest first."""
        return tuple(sorted(self.found, key=lambda g: -abs(g.bits)))


def agreements(
    clues: Clues, profiles: Sequence[Profile], words: Mapping[int, int], shapes: frozenset[str]
) -> list[Scored]:
    """Answer every candidate with what agrees, unweighed.

    `words` says how many customers bear each word of the letter's names (by `keys.word_key`); `shapes` how accounts look.
    """
    scored = [Scored(p, matches=_matches(clues.numbers, p)) for p in profiles]
    owners = _owners(scored)
    homes = {s.profile.id: {parse_address(a) for a in s.profile.addresses} for s in scored}
    places = [(parse_address(a.text), a.labelled, a.place) for a in clues.addresses]
    for s in scored:
        _see_name(s, clues, words)
        _see_dwelling(s, places)
        s.foreign = _foreign(s, clues, owners, homes)
        s.odd_account = any(_odd(c, s, owners, shapes) for c in clues.numbers)
    return scored


def _matches(numbers: Sequence[NumberClue], profile: Profile) -> list[NumberMatch]:
    """The best agreement for each number held: near ones only where the letter does not quote it exactly."""
    best: dict[str, NumberMatch] = {}
    for kind, held in held_numbers(profile):
        for clue in numbers:
            named = kind == clue.label == "tax_id"
            level = compare_tax_ids(clue.text, held) if named else compare_numbers(clue.text, held)
            if level < Number.CONFUSABLE and (clue.joined or clue.label not in ("", kind)):
                continue
            if level > Number.DIFFERS and (held not in best or level > best[held].level):
                best[held] = NumberMatch(clue, kind, held, level)
    return list(best.values())


def _owners(scored: Sequence[Scored]) -> dict[Place, set[int]]:
    """Who holds each quoted number."""
    owners: dict[Place, set[int]] = {}
    for s in scored:
        for match in s.exact_numbers:
            owners.setdefault(match.clue.place, set()).add(s.profile.id)
    return owners


def _see_name(s: Scored, clues: Clues, words: Mapping[int, int]) -> None:
    best = _best_name(s, clues.principals(), words)
    if best[0] < Name.INITIALS:
        best = _by_signature(s, clues, words, best)
    s.name, s.name_clue, s.name_held = best
    if s.name == Name.DIFFERS and not _readable(s.name_clue, words):
        s.name = Name.UNKNOWN
    others = [n for n in clues.names if n.role in ("mention", "official")]
    s.mentioned = s.name < Name.INITIALS and _best_name(s, others, words)[0] == Name.FULL


def _readable(clue: NameClue | None, words: Mapping[int, int]) -> bool:
    """Whether what stands where a signature stands is a name at all: somebody bears a word of it, or it has initials."""
    if clue is None or clue.role in ("labelled", "subject"):
        return True
    parts = name_words(clue.text)
    return any(len(w) == 1 or words.get(word_key(w), 0) for w in parts)


_Best = tuple[Name, NameClue | None, PersonName | str | None]


def _best_name(s: Scored, names: Sequence[NameClue], counts: Mapping[int, int]) -> _Best:
    best: _Best = (Name.UNKNOWN, None, None)
    for clue in names:
        for held in s.profile.organisations if clue.organisation else bearers(s.profile):
            level = _level(clue, held, s, counts)
            if not clue.sure and level < Name.FUZZY:
                continue
            if best[1] is None or level > best[0]:
                best = (level, clue, held)
    announced = [n for n in names if n.sure and n.role in ("labelled", "subject")]
    if best[0] in (Name.DIFFERS, Name.UNKNOWN) and announced:
        return Name.DIFFERS, announced[0], None
    return best


def _level(clue: NameClue, held: PersonName | str, s: Scored, counts: Mapping[int, int]) -> Name:
    if isinstance(held, str):
        return compare_organisation(clue.text, held)
    level, doubtful = compare_person(name_words(clue.text), held)
    # A word that others bear is their name, not a misreading of this one; an exact number outweighs the doubt.
    known = any(counts.get(word_key(w), 0) for w in doubtful)
    if level == Name.FUZZY and known and not s.exact_numbers:
        return Name.RELATIVE
    return level


def _by_signature(s: Scored, clues: Clues, counts: Mapping[int, int], best: _Best) -> _Best:
    """Where the labelled name is unreadable (no word of it is anybody's), the signature may stand for it."""
    labelled = [n for n in clues.principals() if n.role in ("labelled", "subject") and not n.organisation]
    words = [w for n in labelled for w in name_words(n.text) if len(w) > 1]
    if not labelled or any(counts.get(word_key(w), 0) for w in words) or _names_organisation(clues, counts):
        return best
    signed = _best_name(s, [n for n in clues.names if n.role in ("signature", "channel")], counts)
    return signed if signed[0] >= Name.INITIALS else best


def _names_organisation(clues: Clues, counts: Mapping[int, int]) -> bool:
    """Whether what is announced as the sender is an organisation that somebody in the directory is called like."""
    announced = [n for n in clues.principals() if n.organisation and n.role in ("labelled", "subject")]
    return any(counts.get(organisation_key(n.text), 0) for n in announced)


def _see_dwelling(s: Scored, places: Sequence[tuple[ParsedAddress, bool, Place]]) -> None:
    differs = False
    current, former = s.profile.addresses, s.profile.former_addresses
    for held_text, is_former in [*((a, False) for a in current), *((a, True) for a in former)]:
        held = parse_address(held_text)
        for written, labelled, place in places:
            level = compare_addresses(written, held)
            level = Dwelling.FORMER if is_former and level == Dwelling.FULL else level
            # An unlabelled address without a postcode may be any: ours, or the place it is about.
            differs = differs or ((labelled or bool(written.postcode)) and level == Dwelling.DIFFERS)
            differs = differs or (level == Dwelling.HOUSE and not set(written.numbers) <= set(held.numbers))
            if level > max(s.dwelling, Dwelling.UNKNOWN):
                s.dwelling, s.dwelling_place, s.dwelling_held = level, place, held_text
    s.elsewhere = differs and s.dwelling < Dwelling.FORMER
    if s.dwelling == Dwelling.UNKNOWN and differs:
        s.dwelling = Dwelling.DIFFERS


def _foreign(
    s: Scored,
    clues: Clues,
    owners: Mapping[Place, set[int]],
    homes: Mapping[int, set[ParsedAddress]],
) -> list[NumberClue]:
    """Numbers that are another customer's. A meter or supply point that a household shares is nobody's alone."""
    own = [m.clue.place for m in s.exact_numbers]
    found = []
    for clue in clues.numbers:
        whose = owners.get(clue.place, set())
        if not whose or s.profile.id in whose or any(_overlap(clue.place, p) for p in own):
            continue
        at_home = any(homes[w] & homes[s.profile.id] for w in whose)
        if not (at_home and clue.label in ("meter", "point_of_delivery")):
            found.append(clue)
    return found


def _odd(clue: NumberClue, s: Scored, owners: Mapping[Place, set[int]], shapes: frozenset[str]) -> bool:
    """Whether this is quoted as an account, looks like one of ours, is nobody's, and is not nearly one of theirs."""
    if clue.label != "account" or clue.joined or owners.get(clue.place) or shape(clue.text) not in shapes:
        return False
    near = max((compare_numbers(clue.text, held) for _, held in held_numbers(s.profile)), default=Number.DIFFERS)
    sure = s.named and s.dwelling == Dwelling.FULL
    return near < (Number.TWO_EDITS if sure else Number.ONE_EDIT)


def _overlap(a: Place, b: Place) -> bool:
    return a.page == b.page and a.start < b.end and b.start < a.end
