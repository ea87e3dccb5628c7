"""A listing that changed is asked about by all rules, and what they say follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from catalog.fact_finding import mark_due
from catalog.holding import answer_appeal, make_appeal, release_hold
from catalog.models import (
    Brand,
    Finding,
    Hold,
    LaneChoices,
    ListingFacts,
    Offer,
    Product,
    RuleHour,
    RuleVersion,
    Screening,
    ScreeningRequest,
    Seller,
    Snooze,
    VerdictChoices,
)
from catalog.screening.services import screen_due
from catalog.telling_sellers import told_in_words
from shopadmin.accounts.models import Notification, User
from tests import factories

from .running_rules import live_rule, shadow_rule, staff, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State = Finding.State


@pytest.fixture
def fake(shop: Seller) -> Product:
    """A live listing that was not screened yet."""
    return factories.product("Replica watch", of=shop, screened_version=0)


def screened(product: Product, limit: int = 200) -> Product:
    """Screen all that is due, and read the listing again."""
    screen_due(limit)
    product.refresh_from_db()
    return product


def edit(product: Product, **fields: Any) -> None:
    product.refresh_from_db()
    assert product.change(**fields)


def test_without_rules_a_listing_is_clean_and_may_be_linked_from_then_on(fake: Product) -> None:
    assert not Offer.objects.linkable("US").exists()

    assert screen_due() == 1

    assert screened(fake).screened_version == fake.version
    assert Offer.objects.linkable("US").count() == 1
    assert ListingFacts.objects.get(product=fake).verdict == VerdictChoices.CLEAN
    assert not Screening.objects.exists()
    assert screen_due() == 0


def test_only_live_listings_are_screened(shop: Seller) -> None:
    for status in ("draft", "held", "removed"):
        factories.product(of=shop, status=status, screened_version=0)

    assert screen_due() == 0


def test_a_rule_that_holds_says_why_to_the_merchant_and_what_it_saw_to_staff(fake: Product, mallory: User) -> None:
    rule = live_rule('mentions(title, "replica")', LaneChoices.BLOCK, severity=4)

    assert screened(fake).status == Product.Status.HELD

    hold, finding, screening = Hold.objects.get(), Finding.objects.get(), Screening.objects.get()
    assert (hold.ground, hold.remedy, hold.placed_by, hold.status_before) == ("counterfeit", "Change it.", None, "live")
    assert hold.explanation.startswith("Not like this.")
    assert (finding.version, finding.rule, finding.hold, finding.lane) == (rule, rule.rule, hold, "block")
    assert (finding.state, finding.severity, finding.seller) == (State.OPEN, 4, fake.seller)
    assert finding.explanation["clause"]["values"] == {"title": "Replica watch"}
    assert (screening.verdict, screening.fired, finding.screening) == ("block", [rule.pk], screening)
    assert ListingFacts.objects.get().fired == [rule.pk]
    assert Notification.objects.filter(recipient=mallory, kind="listing.held").count() == 1


def test_a_rule_that_reviews_leaves_the_listing_live_with_a_finding(fake: Product) -> None:
    live_rule('mentions(title, "replica")', LaneChoices.REVIEW)

    assert screened(fake).status == Product.Status.LIVE
    assert (Finding.objects.get().lane, Finding.objects.get().hold, Hold.objects.count()) == ("review", None, 0)
    assert ListingFacts.objects.get().verdict == VerdictChoices.REVIEW


def test_an_allowing_rule_ends_the_asking(fake: Product) -> None:
    allow = live_rule('seller == "mine"', LaneChoices.ALLOW, order=10)
    live_rule('mentions(title, "replica")', LaneChoices.BLOCK, order=20)

    assert screened(fake).status == Product.Status.LIVE
    assert (Screening.objects.get().verdict, Screening.objects.get().fired) == ("allowed", [allow.pk])
    assert not Finding.objects.exists()


def test_a_rule_that_cannot_be_asked_holds_the_listing_as_unchecked(fake: Product) -> None:
    rule = live_rule("photo_count / (photo_count - photo_count) == 1", LaneChoices.REVIEW)

    assert screened(fake).status == Product.Status.HELD
    hold, finding = Hold.objects.get(), Finding.objects.get()
    assert (hold.ground, finding.is_error, finding.version, finding.hold) == ("other", True, rule, hold)
    assert "could not be checked" in hold.explanation
    assert ListingFacts.objects.get().errors == [rule.pk]
    assert Screening.objects.get().errors.keys() == {str(rule.pk)}


def test_a_stored_text_that_is_no_rule_any_more_is_an_error_on_every_listing(fake: Product) -> None:
    rule = live_rule('in_list(seller, "list-that-is-gone")')

    assert screened(fake).status == Product.Status.HELD
    assert Screening.objects.get().verdict == VerdictChoices.ERROR
    assert "can no longer be understood" in Finding.objects.get(version=rule).explanation["reason"]


def test_a_shadow_rule_only_watches(fake: Product) -> None:
    shadow = shadow_rule('mentions(title, "replica")', LaneChoices.BLOCK)

    assert screened(fake).status == Product.Status.LIVE
    assert (Screening.objects.get().verdict, Screening.objects.get().watched) == ("clean", [shadow.pk])
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": timezone.now() + timedelta(days=1)},
        {"ends_at": timezone.now() - timedelta(days=1)},
        {"rollout_percent": 0},
    ],
)
def test_a_rule_does_not_act_outside_its_time_and_share(fake: Product, fields: dict[str, Any]) -> None:
    rule = live_rule('mentions(title, "replica")', LaneChoices.BLOCK, **fields)

    assert screened(fake).status == Product.Status.LIVE
    assert Screening.objects.get().watched == [rule.pk]


@pytest.mark.parametrize("of", ["product", "seller"])
def test_a_snoozed_rule_does_not_act(fake: Product, of: str) -> None:
    rule = live_rule('mentions(title, "replica")')
    what = {"product": fake} if of == "product" else {"seller": fake.seller}
    until = timezone.now() + timedelta(days=1)
    snooze = Snooze.objects.create(rule=rule.rule, until=until, reason="Known.", made_by=staff("paula"), **what)

    assert screened(fake).status == Product.Status.LIVE
    snooze.end(staff("paula"))
    mark_due([fake.pk])
    assert screened(fake).status == Product.Status.HELD


def test_a_demoted_rule_only_reviews(fake: Product) -> None:
    live_rule('mentions(title, "replica")', LaneChoices.BLOCK, demoted_at=timezone.now())

    assert screened(fake).status == Product.Status.LIVE
    assert Finding.objects.get().lane == LaneChoices.REVIEW


def test_what_people_released_is_not_held_again_for_the_same(fake: Product) -> None:
    live_rule('mentions(title, "replica") && seller_age_days < 30')
    screened(fake)

    release_hold(hold=Hold.objects.get(), reason="It is a toy.", actor=staff("petra"))

    assert (Finding.objects.get().state, Finding.objects.get().decided_by) == (State.CLEARED, staff("petra"))
    assert screen_due() == 1
    assert screened(fake).status == Product.Status.LIVE
    edit(fake, description="Anything that the rule does not ask")
    assert screened(fake).status == Product.Status.LIVE
    edit(fake, title="Replica watches")
    assert screened(fake).status == Product.Status.HELD


def test_an_overturned_appeal_clears_the_findings_and_one_that_is_upheld_confirms_them(
    fake: Product, mallory: User
) -> None:
    live_rule('mentions(title, "replica")')
    other = factories.product("Another replica", of=fake.seller, screened_version=0)
    screen_due()

    for product, is_upheld in ((fake, False), (other, True)):
        appeal = make_appeal(hold=product.holds.get(), text="It is genuine.", actor=mallory)
        answer_appeal(appeal=appeal, is_upheld=is_upheld, answer="We looked.", actor=staff("petra"))

    assert [fake.findings.get().state, other.findings.get().state] == [State.CLEARED, State.CONFIRMED]
    assert [screened(fake).status, screened(other).status] == [Product.Status.LIVE, Product.Status.HELD]
    release_hold(hold=other.holds.get(), reason="Wrong after all.", actor=staff("petra"))
    assert other.findings.get().state == State.CLEARED
    assert screened(other).status == Product.Status.LIVE


def test_a_finding_that_is_no_longer_so_is_outdated_and_one_that_is_stays_one(fake: Product) -> None:
    live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    screened(fake)
    finding = Finding.objects.get()
    edit(fake, title="Another replica watch")
    screened(fake)

    assert Finding.objects.get().pk == finding.pk
    assert Finding.objects.get().saw != finding.saw
    assert Finding.objects.get().screening.product_version == 2
    edit(fake, title="Watch")
    screened(fake)
    assert Finding.objects.get().state == State.OUTDATED


def test_a_retired_rule_lets_its_open_findings_go(fake: Product) -> None:
    rule = live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    screened(fake)
    RuleVersion.objects.filter(pk=rule.pk).update(state=RuleVersion.State.RETIRED)
    mark_due([fake.pk])
    screened(fake)

    assert Finding.objects.get().state == State.OUTDATED


def test_all_rules_that_hold_have_findings_of_the_hold_and_those_that_review_have_their_own(fake: Product) -> None:
    strict = [live_rule('mentions(title, "replica")', lane) for lane in (LaneChoices.BLOCK, LaneChoices.HOLD)]
    live_rule("photo_count > 0", LaneChoices.REVIEW)
    screened(fake)

    assert {finding.version_id for finding in Hold.objects.get().findings.all()} == {rule.pk for rule in strict}
    assert Finding.objects.count() == 3
    release_hold(hold=Hold.objects.get(), reason="Fine.", actor=staff("petra"))
    assert Finding.objects.open().get().lane == LaneChoices.REVIEW


def test_what_is_asked_for_is_screened_although_it_has_not_changed(shop: Seller) -> None:
    done, draft = factories.product(of=shop), factories.product(of=shop, status="draft")
    mark_due([done.pk, draft.pk])

    assert screen_due() == 1
    assert screen_due() == 0
    assert not ScreeningRequest.objects.exists()
    assert ListingFacts.objects.get().product == done


def test_requests_are_not_starved_by_what_changes(shop: Seller) -> None:
    asked = [factories.product(of=shop) for _ in range(3)]
    for _ in range(6):
        factories.product(of=shop, screened_version=0)
    mark_due([product.pk for product in asked])

    assert screen_due(limit=4) == 4
    assert ScreeningRequest.objects.count() == 2
    assert [screen_due(limit=4), screen_due(limit=4)] == [4, 1]


def test_a_version_that_is_only_a_draft_is_not_asked(fake: Product) -> None:
    version('mentions(title, "replica")', LaneChoices.BLOCK)

    assert screened(fake).status == Product.Status.LIVE


def test_it_is_counted_how_often_rules_were_asked_of_listings_that_changed(fake: Product) -> None:
    fires = live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    fails = shadow_rule("1 / (photo_count - photo_count) == 1")
    factories.product("Cup", of=fake.seller, screened_version=0)
    screen_due()
    mark_due([fake.pk])
    screen_due()

    counts = {hour.version_id: (hour.asked, hour.fired, hour.errors) for hour in RuleHour.objects.all()}
    assert counts == {fires.pk: (2, 1, 0), fails.pk: (2, 0, 2)}


def test_a_finding_is_about_the_brand_that_is_imitated_whatever_is_declared(fake: Product) -> None:
    nova = Brand.objects.create(name="Novarello", is_protected=True)
    edit(fake, title="N0varell0 shoes")
    live_rule("title_confusable_brands.size() > 0")

    screened(fake)

    assert Finding.objects.get(product=fake).brand == nova


def test_a_seller_is_told_in_the_language_of_its_people(fake: Product, mallory: User) -> None:
    mallory.language = "es"
    mallory.save(update_fields=["language"])
    live_rule('title == "Replica watch"', seller_message="", remedy="")

    hold = screened(fake).holds.get()

    with translation.override("es"):
        assert hold.explanation == told_in_words(["title"])
    assert hold.explanation != told_in_words(["title"])
    assert hold.decisions.get().language == "es"
