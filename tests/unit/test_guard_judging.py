"""From compared pairs to a word: what refuses, what warns, and what is said of relatives."""

from __future__ import annotations

import pytest

from archive.errors import BadInput
from dedup.guard_judging import Judged, Policy, judge, policy_of
from dedup.linkage.levels import ACCOUNT, BIRTH, DWELLING, FIELDS, GIVEN, NAME, NAMESAKE, PHONE, TAX_ID
from dedup.linkage.likeness import Weighed
from dedup.linkage.records import Record

ASKED = Record(0, "orlov", "igor", tax_id=500100732259, tax_id_sound=True)
DEFAULT = Policy()
NAMED = {NAME: 7, GIVEN: 6, BIRTH: 4}


def pair(same: float, kin: float = 0.0, levels: dict[int, int] = NAMED, **more: bool) -> Weighed:
    said = {"vetoed": False, "individual": True} | more
    return Weighed(
        same, {"kin": kin}, said["vetoed"], said["individual"], tuple(levels.get(at, 0) for at in range(len(FIELDS)))
    )


def said(*pairs: Weighed, policy: Policy = DEFAULT, asked: Record = ASKED) -> tuple[str, str, str] | None:
    found = judge(asked, pairs, policy)
    return None if found is None else (found.relation, found.severity, found.strong_key)


def test_near_certainty_is_refused_only_with_something_of_the_person_alone() -> None:
    assert said(pair(0.999)) == ("same", "refused", "")
    assert said(pair(0.999, individual=False)) == ("same", "warned", "")
    assert said(pair(0.99)) == ("same", "warned", "")
    assert said(pair(0.2)) is None


def test_what_a_customers_other_records_say_counts() -> None:
    assert said(pair(0.999), pair(0.01, vetoed=True)) == ("same", "warned", "")
    assert said(pair(0.6), pair(1e-9, 0.999, NAMED | {DWELLING: 5})) == ("relative", "warned", "")
    found = judge(ASKED, (pair(0.97), pair(0.001)), Policy())
    assert isinstance(found, Judged) and found.probability <= 0.5


def test_a_relative_shares_a_home_or_a_name_and_a_contact() -> None:
    assert said(pair(0.0, 0.99)) is None
    assert said(pair(0.0, 0.99, NAMED | {DWELLING: 5})) == ("relative", "warned", "")
    assert said(pair(0.0, 0.99, NAMED | {DWELLING: 3})) is None
    assert said(pair(0.0, 0.99, NAMED | {PHONE: 3})) == ("relative", "warned", "phones")
    assert said(pair(0.0, 0.99, {NAME: 1, PHONE: 3}), policy=Policy(warns=frozenset())) is None


def test_another_given_name_is_a_twin_unless_a_number_of_ones_own_says_otherwise() -> None:
    other = NAMED | {GIVEN: 1, DWELLING: 5}
    assert said(pair(0.999, levels=other)) == ("relative", "warned", "")
    assert said(pair(0.999, levels=other | {ACCOUNT: 3})) == ("same", "refused", "")


def test_where_a_father_of_the_same_name_explains_it_as_well_a_relative_is_told() -> None:
    at_home = {NAME: 7, GIVEN: 6, DWELLING: 5}

    def told(same: float = 0.95, individual: bool = False, **levels: int) -> str | None:
        more = {"namesake": NAMESAKE, "phone": PHONE, "birth": BIRTH, "given": GIVEN}
        found = said(pair(same, levels=at_home | {more[n]: v for n, v in levels.items()}, individual=individual))
        return found and found[0]

    assert told(namesake=2) == told(namesake=3) == told(namesake=3, phone=3) == "relative"
    assert told(namesake=1) == told(namesake=2, phone=3) == told(namesake=3, birth=4, individual=True) == "same"
    assert told() == "same"
    assert told(given=2) == "relative"
    assert told(given=2, phone=3) == told(given=2, birth=4, individual=True) == "same"


def test_a_firm_of_another_name_at_one_address_is_told_as_a_related_one() -> None:
    firm = Record(1, "zaria", "ooo")
    for name, relation in ((1, "relative"), (3, "relative"), (4, "same"), (7, "same")):
        pairs = pair(0.95, levels={NAME: name, DWELLING: 5, PHONE: 3}, individual=False)
        assert said(pairs, asked=firm) == (relation, "warned", "phones")
    assert said(pair(0.95, levels={NAME: 1, DWELLING: 5, ACCOUNT: 3}), asked=firm) == ("same", "warned", "accounts")


def test_a_name_alone_is_told_only_where_it_is_all_but_certain() -> None:
    alone = {NAME: 8, GIVEN: 6}
    assert said(pair(0.8, levels=alone, individual=False)) is None
    assert said(pair(0.95, levels=alone, individual=False)) == ("same", "warned", "")
    assert said(pair(0.4, levels=alone | {DWELLING: 3}, individual=False)) == ("same", "warned", "")
    assert said(pair(0.4, levels=alone | {BIRTH: 3})) == ("same", "warned", "")


def test_another_surname_is_looked_at_by_a_person() -> None:
    married = NAMED | {NAME: 1, DWELLING: 5}
    assert said(pair(0.9999, levels=married)) == ("same", "warned", "")
    assert said(pair(0.9999, levels=married | {TAX_ID: 3}), policy=policy_of("none", "none")) == ("same", "refused", "")


def test_a_tax_id_refuses_whoever_else_holds_it() -> None:
    held = {NAME: 1, GIVEN: 1, TAX_ID: 3}
    assert said(pair(0.0, levels=held)) == ("same", "refused", "tax_id")
    assert said(pair(0.0, levels=held), asked=Record(0, "orlov", tax_id=7)) == ("same", "warned", "tax_id")
    assert said(pair(0.0, levels=held), policy=policy_of("none", "tax_id")) == ("same", "warned", "tax_id")
    assert said(pair(0.0, levels=held), policy=policy_of("none", "none")) is None


def test_a_policy_names_strong_keys_only() -> None:
    assert policy_of("tax_id, accounts", "accounts,phones") == Policy(
        frozenset(("tax_id", "accounts")), frozenset(("phones",))
    )
    with pytest.raises(BadInput, match="passport"):
        policy_of("passport", "")
