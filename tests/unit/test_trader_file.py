"""What a trader file has to hold, and what a check of it is still worth."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.trader_file import (
    CHECKED_FIELDS,
    NO_POSTAL_CODES,
    PUBLIC_FIELDS,
    Gap,
    TraderState,
    asked_for,
    changed_since,
    completeness,
    fingerprint,
    gaps_for_the_eu,
    missing,
    missing_in_the_us,
    state_of,
)

FULL = dict.fromkeys(CHECKED_FIELDS, "x") | {"country": "ES"}
FILES = st.fixed_dictionaries({name: st.sampled_from(["", "x", "AE", "ES"]) for name in CHECKED_FIELDS})


def test_a_full_file_misses_nothing() -> None:
    assert missing(FULL) == []
    assert completeness(FULL, is_certified=True)[0] == completeness(FULL, is_certified=True)[1]


def test_customers_see_neither_the_tax_number_nor_the_payment_account() -> None:
    assert not {"tax_number", "payment_account_holder", "payment_account_last4"} & set(PUBLIC_FIELDS)
    assert set(PUBLIC_FIELDS) < set(CHECKED_FIELDS)


@pytest.mark.parametrize("country", sorted(NO_POSTAL_CODES))
def test_no_postal_code_is_asked_for_where_there_is_none(country: str) -> None:
    assert "postal_code" not in asked_for({"country": country})


def test_a_postal_code_is_asked_for_elsewhere() -> None:
    assert missing(FULL | {"postal_code": ""}) == ["postal_code"]


def test_who_names_a_register_gives_the_number_too() -> None:
    assert missing(FULL | {"registration_number": ""}) == ["registration_number"]
    assert missing(FULL | {"register": "", "registration_number": ""}) == []


def test_the_us_asks_for_a_tax_number_on_top() -> None:
    assert missing(FULL | {"tax_number": ""}) == []
    assert missing_in_the_us(FULL | {"tax_number": ""}) == ["tax_number"]


@given(FILES, st.booleans())
def test_what_is_there_and_what_is_missing_add_up(contents: dict[str, str], is_certified: bool) -> None:
    filled, asked = completeness(contents, is_certified=is_certified)

    assert 0 <= filled <= asked
    assert asked - filled == len(missing(contents)) + (not is_certified)


@given(FILES, st.sampled_from(CHECKED_FIELDS))
def test_filling_a_field_in_never_takes_anything_else_away(contents: dict[str, str], name: str) -> None:
    more = contents | {name: "x"}

    assert name not in missing(more)
    assert set(missing(more)) <= set(missing(contents)) | {"postal_code", "registration_number"}


@given(FILES, st.sampled_from(CHECKED_FIELDS))
def test_a_verification_is_outdated_by_any_change_and_by_nothing_else(contents: dict[str, str], name: str) -> None:
    changed = contents | {name: contents[name] + "!"}

    assert changed_since(contents, contents) == []
    assert changed_since(contents, changed) == [name]
    if any(contents.values()):
        assert state_of(contents, "verified", contents) == TraderState.VERIFIED
        assert state_of(changed, "verified", contents) == TraderState.OUTDATED


@given(FILES, FILES)
def test_files_have_the_same_fingerprint_only_with_the_same_contents(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@pytest.mark.parametrize(("contents", "outcome", "checked", "state"), [
    (None, "", {}, TraderState.EMPTY),
    ({}, "", {}, TraderState.EMPTY),
    (FULL | {"city": ""}, "", {}, TraderState.INCOMPLETE),
    (FULL, "", {}, TraderState.WAITING),
    (FULL, "verified", FULL, TraderState.VERIFIED),
    (FULL, "refused", FULL, TraderState.REFUSED),
    (FULL, "more needed", FULL, TraderState.MORE_NEEDED),
    (FULL, "more needed", FULL | {"city": "y"}, TraderState.WAITING),
    (FULL | {"city": ""}, "refused", FULL, TraderState.INCOMPLETE),
    (FULL | {"city": ""}, "verified", FULL, TraderState.OUTDATED),
])  # fmt: skip
def test_a_file_comes_as_far_as_its_contents_and_checks_say(
    contents: Mapping[str, str] | None, outcome: str, checked: Mapping[str, str], state: TraderState
) -> None:
    assert state_of(contents, outcome, checked) == state


def test_nothing_is_offered_in_the_eu_before_the_file_is_complete_certified_and_verified() -> None:
    def gaps(contents: Mapping[str, str], state: TraderState, *, is_certified: bool) -> list[Gap]:
        return gaps_for_the_eu(contents, state=state, is_certified=is_certified)

    assert gaps(FULL, TraderState.VERIFIED, is_certified=True) == []
    assert gaps(FULL, TraderState.VERIFIED, is_certified=False) == [Gap.UNCERTIFIED]
    assert gaps(FULL, TraderState.OUTDATED, is_certified=True) == [Gap.UNVERIFIED]
    assert gaps({}, TraderState.EMPTY, is_certified=False) == [Gap.INCOMPLETE, Gap.UNCERTIFIED, Gap.UNVERIFIED]
