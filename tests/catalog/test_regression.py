"""A rule that was wrong once is asked again about that listing before its text changes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from catalog.listings import Refusal
from catalog.models import Finding, ListEntry, Product, RegressionCase, RuleVersion, ValueList
from catalog.regression import WrongAgain, drop_case, failing_cases, keep_cases
from catalog.rule_writing import propose
from catalog.rules.forms import folded_words
from catalog.rules.online import Verdict
from shopadmin.accounts.models import User

from . import rule_rows
from .decided import found, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def version(juice: Product, petra: User) -> RuleVersion:
    """A rule with a case: it should not have fired on the juice."""
    version = rule('title == "Apple juice"')
    found(juice, version)
    assert keep_cases(Finding.objects.all(), reason="It is juice.", by=petra) == 1
    return version


def test_a_text_that_would_fire_there_again_fails(version: RuleVersion) -> None:
    (failing,) = failing_cases('mentions(title, "juice")', version.rule)

    assert failing.case == RegressionCase.objects.get()
    assert failing.problem == "“Apple juice” was found in order, and the rule would find it again."


def test_a_text_that_lets_it_pass_does_not_fail(version: RuleVersion) -> None:
    assert failing_cases('mentions(title, "replica")', version.rule) == []


def test_it_is_asked_with_what_was_known_then(version: RuleVersion, juice: Product) -> None:
    Product.objects.filter(pk=juice.pk).update(title="Pear")

    assert len(failing_cases('title == "Apple juice"', version.rule)) == 1


def test_what_cannot_be_asked_there_fails(version: RuleVersion) -> None:
    (failing,) = failing_cases("1 / (photo_count - photo_count) == 1", version.rule)

    assert failing.outcome.verdict == Verdict.ERROR
    assert "could not be asked" in failing.problem


def test_a_case_that_should_fire_fails_when_it_passes(version: RuleVersion) -> None:
    RegressionCase.objects.update(should_fire=True)

    assert failing_cases('mentions(title, "juice")', version.rule) == []
    assert failing_cases("photo_count > 5", version.rule)[0].problem.endswith("the rule would let it pass.")


def test_cases_of_other_rules_do_not_count(version: RuleVersion) -> None:
    assert failing_cases('mentions(title, "juice")', rule().rule) == []


def test_a_case_is_kept_once(version: RuleVersion, petra: User) -> None:
    keep_cases(Finding.objects.all(), reason="Again.", by=petra)

    assert RegressionCase.objects.count() == 1


def test_lists_are_asked_as_they_are_today(version: RuleVersion, petra: User) -> None:
    words = ValueList.objects.create(name="fakes", title="Fakes", kind="words")
    entry = ListEntry.objects.create(list=words, value="juice", key=folded_words("juice"), added_by=petra)
    text = 'mentions_any(title, "fakes")'
    assert len(failing_cases(text, version.rule)) == 1

    entry.delete()

    assert failing_cases(text, version.rule) == []


def test_a_version_that_would_be_wrong_again_is_not_proposed_until_the_case_is_dropped(
    version: RuleVersion, petra: User
) -> None:
    draft = rule_rows.version(version.rule, petra, "draft", text='mentions(title, "juice")')
    with pytest.raises(WrongAgain, match="Apple juice"):
        propose(version=draft, by=petra)
    assert RuleVersion.objects.get(pk=draft.pk).state == "draft"

    case = RegressionCase.objects.get()
    drop_case(case=case, reason="It was a copy after all.", by=petra)

    assert propose(version=draft, by=petra).state == "proposed"
    with pytest.raises(Refusal, match="dropped already"):
        drop_case(case=case, reason="Again.", by=petra)


def test_the_page_of_a_rule_says_where_a_version_would_be_wrong_again(
    version: RuleVersion, petra: User, client: Client
) -> None:
    client.force_login(petra)
    page = client.get(version.rule.get_absolute_url()).content.decode()
    assert "Must not fire on" in page
    assert "the rule would find it again" in page

    case = RegressionCase.objects.get()
    address = reverse("catalog:rule-case-drop", args=[case.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "A copy after all."}).status_code == 302

    case.refresh_from_db()
    assert (case.dropped_by, case.dropped_because) == (petra, "A copy after all.")
    assert "Must not fire on" not in client.get(version.rule.get_absolute_url()).content.decode()
