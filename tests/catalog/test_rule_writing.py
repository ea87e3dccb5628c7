"""Writing rules: drafts and versions, refused texts, proposals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalog import rule_text, rule_writing
from catalog.listings import Refusal
from catalog.models import LaneChoices, RuleVersion
from catalog.rule_approval import approve, start_shadow
from catalog.rule_text import EnginesDisagree
from catalog.rule_writing import NameTaken, NoLongerDraft, NotTheWriter, Wording, propose, write_version
from catalog.rules import sql
from catalog.rules.language import RuleRefused
from catalog.rules.sql import SqlRule
from shopadmin.accounts.models import AuditEntry, Notification, User

from .rule_shop import FEW_PHOTOS, drafted, live, proposed

pytestmark = pytest.mark.django_db
State = RuleVersion.State


def test_a_new_rule_is_a_draft_that_its_writer_owns(paula: User) -> None:
    version = drafted(paula, lane=LaneChoices.HOLD, seller_message="Add photos.")

    assert (version.number, version.state, version.rule.owner, version.written_by) == (1, State.DRAFT, paula, paula)
    assert (version.lane, version.seller_message) == ("hold", "Add photos.")
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"rule.added", "rule.version-written"}


@pytest.mark.parametrize("text", ["", "photo_cuont < 2", "photo_count", "price < 3.0", 'in_list(seller, "nowhere")'])
def test_a_text_that_is_no_rule_is_not_kept(paula: User, text: str) -> None:
    with pytest.raises(RuleRefused):
        drafted(paula, text)

    assert not RuleVersion.objects.exists()


def test_a_text_on_which_the_engines_disagree_is_not_kept(paula: User, monkeypatch) -> None:
    """The negative control: with one engine broken, the check finds it and the verb refuses."""
    compiled = sql.compile_sql

    def wrong(*args: Any, **kwargs: Any) -> SqlRule:
        rule = compiled(*args, **kwargs)
        opposite = f"(NOT {rule.expression})"
        return replace(rule, expression=opposite, speaks=f"{opposite} IS NOT FALSE")

    monkeypatch.setattr("catalog.rules.equivalence.compile_sql", wrong)

    with pytest.raises(EnginesDisagree, match="engines answer it differently"):
        drafted(paula)

    assert not RuleVersion.objects.exists()


@pytest.mark.parametrize(("fields", "fault"), [
    ({"severity": 6}, "from 1 to 5"),
    ({"order": -1}, "order"),
    ({"rollout_percent": Decimal("100.5")}, "between 0 and 100"),
    ({"rollout_percent": Decimal("0.001")}, "two decimals"),
    ({"starts_at": timezone.now(), "ends_at": timezone.now() - timedelta(days=1)}, "end before it starts"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_words(paula: User, fields: dict[str, object], fault: str) -> None:
    with pytest.raises(Refusal, match=fault):
        drafted(paula, **fields)


def test_a_short_name_is_given_once(paula: User, petra: User) -> None:
    drafted(paula)

    with pytest.raises(NameTaken, match="few-photos"):
        drafted(petra)


def test_ones_own_draft_is_edited_in_place(paula: User) -> None:
    version = drafted(paula)

    edited = write_version(version=version, wording=Wording(text="photo_count < 3"), note="Three is few.", by=paula)

    assert (edited.pk, edited.number, edited.text, edited.note) == (version.pk, 1, "photo_count < 3", "Three is few.")
    entry = AuditEntry.objects.get(action="rule.draft-edited")
    assert (entry.before["text"], entry.after["text"]) == (FEW_PHOTOS, "photo_count < 3")


def test_an_edit_needs_a_note(paula: User) -> None:
    with pytest.raises(Refusal, match="what you changed"):
        write_version(version=drafted(paula), wording=Wording(text=FEW_PHOTOS), note="  ", by=paula)


def test_editing_somebody_elses_draft_makes_the_next_version(paula: User, petra: User) -> None:
    version = drafted(paula)

    other = write_version(version=version, wording=Wording(text="photo_count < 3"), note="Three.", by=petra)

    version.refresh_from_db()
    assert (other.number, other.written_by, version.text) == (2, petra, FEW_PHOTOS)


def test_editing_what_is_live_or_watches_makes_the_next_version_and_leaves_it_alone(paula: User, petra: User) -> None:
    acting = live(paula, petra)
    watching = start_shadow(version=drafted(paula, slug="other"), by=paula)

    for version in (acting, watching):
        other = write_version(version=version, wording=Wording(text="photo_count < 3"), note="Three.", by=paula)
        version.refresh_from_db()
        assert (other.number, other.state, version.text) == (2, State.DRAFT, FEW_PHOTOS)


def test_those_who_approve_are_told_of_a_proposal_except_its_writer(paula: User, petra: User, bob: User) -> None:
    version = proposed(paula)

    assert (version.state, version.proposed_at is not None) == (State.PROPOSED, True)
    assert [row.recipient for row in Notification.objects.filter(kind="rule.proposed")] == [petra]


def test_only_its_writer_proposes_a_draft_once(paula: User, petra: User) -> None:
    version = drafted(paula)

    with pytest.raises(NotTheWriter):
        propose(version=version, by=petra)
    propose(version=version, by=paula)
    with pytest.raises(NoLongerDraft):
        propose(version=version, by=paula)


def test_a_draft_that_changed_in_another_window_is_not_proposed_unseen(paula: User) -> None:
    seen = drafted(paula)
    write_version(version=seen, wording=Wording(text="photo_count < 3"), note="Three.", by=paula)

    with pytest.raises(NoLongerDraft, match="changed meanwhile"):
        propose(version=seen, by=paula)


def test_another_share_of_listings_is_a_version_that_needs_approval(paula: User, petra: User) -> None:
    acting = live(paula, petra, rollout_percent=Decimal(10))

    wider = rule_writing.set_rollout(version=acting, percent=Decimal(50), note="It works.", by=paula)

    acting.refresh_from_db()
    assert (wider.state, wider.rollout_percent, wider.text) == (State.PROPOSED, 50, acting.text)
    assert (acting.state, acting.rollout_percent) == (State.LIVE, 10)
    with pytest.raises(Refusal, match="Only a live version"):
        rule_writing.set_rollout(version=wider, percent=Decimal(60), note="It works.", by=paula)


def test_rolling_back_proposes_the_old_text_anew(paula: User, petra: User) -> None:
    first = live(paula, petra)
    draft = write_version(version=first, wording=Wording(text="photo_count < 9"), note="Nine.", by=paula)
    approve(version=propose(version=draft, by=paula), reason="Fine.", by=petra)
    first.refresh_from_db()

    back = rule_writing.roll_back(to=first, note="Nine is too many.", by=petra)

    assert (back.number, back.state, back.text, back.written_by) == (3, State.PROPOSED, FEW_PHOTOS, petra)
    assert RuleVersion.objects.get(rule=first.rule, state=State.LIVE).number == 2
    with pytest.raises(Refusal, match="nothing to go back to"):
        rule_writing.roll_back(to=back, note="Again.", by=petra)


def test_a_list_that_is_asked_is_found_by_the_tree_and_not_by_the_text(paula: User, petra: User) -> None:
    live(paula, petra, '!in_list(seller, "watched-sellers") && title != "evasive-words"')
    drafted(paula, 'in_list(title, "evasive-words")', slug="draft")

    lists = {row.name: row for row in rule_text.ValueList.objects.all()}
    assert len(rule_text.versions_asking(lists["watched-sellers"])) == 1
    assert rule_text.versions_asking(lists["evasive-words"]) == []
