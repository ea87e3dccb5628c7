"""The promise: facts of a version that nobody has let act do not act, in whatever order things happen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.fact_finding import finding
from catalog.listings import Refusal
from catalog.model_releases import approve_release, note_offers, propose_again, refuse_release
from catalog.models import Decision, LaneChoices, ListingFacts, ModelRelease, Product
from catalog.photo_signals import READER
from catalog.screening.going_through import sweep_due
from catalog.screening.services import screen_due
from catalog.stating import annul
from tests import factories

from .models_of_photos import Reader, reading
from .running_rules import live_rule, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

READS = {"reader@1": "a cup", "reader@2": "a replica", "reader@3": "a fake"}
FIRES = {"reader@2"}
"""The versions with whose words the rule fires."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["offer", "lose", "decide", "refuse", "again"]), st.sampled_from(sorted(READS))),
        st.tuples(st.sampled_from(["screen", "sweep"]), st.just("")),
    ),
    max_size=14,
)


def is_kept_over(steps: Sequence[tuple[str, str]]) -> bool:
    """Take the steps with one listing; return whether after each screening only what was let act has acted."""
    with transaction.atomic(), reading() as reader:
        reader.reads = READS
        cup = factories.product("Cup", screened_version=0)
        live_rule('has_photo_text && photo_text.contains("replica")', LaneChoices.BLOCK)
        note_offers()
        is_kept = all(_step(step, version, reader, cup) for step, version in [*steps, ("screen", "")])
        transaction.set_rollback(True)
    return is_kept


def _step(step: str, version: str, reader: Reader, cup: Product) -> bool:
    """Take a step; return whether what stands of the listing after it follows from the version that people let act."""
    match step:
        case "offer":
            reader.offered = version
            reader.lost.discard(version)
        case "lose":
            reader.lost |= {version} - {reader.offered}
        case "sweep":
            sweep_due()
        case "screen":
            return _screen(reader, cup)
        case _:
            _decide(step, version)
    return True


def _decide(step: str, version: str) -> None:
    verbs = {"decide": approve_release, "refuse": refuse_release, "again": propose_again}
    row = ModelRelease.objects.filter(maker=READER, version=version).last()
    try:
        if row is not None:
            verbs[step](release=row, reason="Looked at it.", by=staff("paula" if step == "again" else "petra"))
    except Refusal:
        pass


def _screen(reader: Reader, cup: Product) -> bool:
    Product.objects.filter(pk=cup.pk).update(screened_version=0, status="live")
    cup.holds.open().update(released_at=cup.created_at)
    annul(Decision.objects.filter(product=cup).restrictions(), by=staff("petra"), reason="Asked again.")
    screen_due()
    cup.refresh_from_db()
    facts = ListingFacts.objects.get(product=cup)
    acts = ModelRelease.objects.live().get(maker=READER)
    if not acts.is_first and acts.decided_by is None:
        return False
    if acts.version in reader.lost:
        return "photo_text" in facts.texts.failed and cup.status == Product.Status.HELD
    is_of_it = facts.texts.made_by[READER] == acts.version and facts.texts.photo_text == READS[acts.version]  # type: ignore[attr-defined]
    return is_of_it and (cup.status == Product.Status.HELD) == (acts.version in FIRES)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_only_what_people_let_act_acts(steps: list[tuple[str, str]]) -> None:
    assert is_kept_over(steps)


LOST = [("offer", "reader@2"), ("lose", "reader@1")]


def test_what_is_held_is_held_again_when_it_is_screened_again() -> None:
    assert is_kept_over([*LOST, ("screen", "")])


def test_without_the_guard_what_waits_would_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same check finds out where it is not compared who made the facts."""
    assert is_kept_over(LOST)
    monkeypatch.setattr(finding, "_unapproved", lambda *arguments: None)
    assert not is_kept_over(LOST)


def test_without_asking_for_the_version_in_force_what_is_offered_would_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a screening that takes what this code offers instead is found out."""
    assert is_kept_over([("offer", "reader@2")])
    monkeypatch.setattr("catalog.screening.services.note_offers", lambda: dict(finding.offered_by(finding.PROVIDERS)))
    assert not is_kept_over([("offer", "reader@2")])
