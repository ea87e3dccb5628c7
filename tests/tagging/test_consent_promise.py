"""No link is ever visible on a video whose creator has not agreed: the rows, the files, and the race."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tagging.models import ConsentEvent, ConsentGrant, ProductLink, Publication, Shot, TagJob, Track, Video
from tagging.services import publishing, tagging
from tagging.services.consents import AlreadyGranted, NothingToRevoke, grant_consent, revoke_consent
from tagging.services.tagging import run_job
from tagging.services.videos import request_tagging

from .. import factories
from . import scenes


def test_a_video_without_consent_is_not_even_opened(committed, clip, monkeypatch):
    erin = factories.creator("erin")
    job = request_tagging(video=scenes.upload(erin, clip), by=erin.user, rings=False)
    monkeypatch.setattr(tagging, "watch_file", lambda *arguments: pytest.fail("the file was opened"))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.outcome) == (TagJob.State.SUCCEEDED, "skipped: no consent")
    assert (job.video.state, job.video.state_reason) == (Video.State.SKIPPED, "no consent")
    assert not Track.objects.exists()
    assert not Shot.objects.exists()
    assert not ProductLink.objects.exists()
    assert scenes.kept_files(committed) == []


def test_revoking_takes_links_tracks_shots_and_pictures_away_at_once(committed):
    dana = factories.creator("dana")
    factories.grant(dana)
    video = factories.tagged_video(dana, products=[factories.product(), factories.product()])
    rejected = video.links.first()
    ProductLink.objects.filter(pk=rejected.pk).update(state=ProductLink.State.REJECTED)
    event = revoke_consent(creator=dana, actor=dana.user)
    video.refresh_from_db()
    assert event.effect == {"links_removed": 1, "tracks_erased": 2, "videos": 1}
    assert video.state == Video.State.SKIPPED
    assert not Track.objects.exists()
    assert not Shot.objects.exists()
    assert scenes.kept_files(committed) == []
    states = set(ProductLink.objects.values_list("state", "grant", "track"))
    assert states == {("removed", None, None), ("rejected", None, None)}
    assert all(link.evidence == {} for link in ProductLink.objects.all())


def test_a_new_consent_brings_nothing_old_back(committed):
    dana = factories.creator("dana")
    factories.grant(dana)
    factories.tagged_video(dana, products=[factories.product()])
    revoke_consent(creator=dana, actor=dana.user)
    factories.grant(dana)
    assert not ProductLink.objects.filter(state__in=ProductLink.NEEDS_CONSENT).exists()
    assert list(ConsentEvent.objects.order_by("pk").values_list("kind", flat=True)) == ["granted", "revoked", "granted"]


@pytest.mark.parametrize("table", ["tagging_track", "tagging_productlink"])
def test_the_database_refuses_the_consent_of_another_creator(committed, table):
    dana, erin = factories.creator("dana"), factories.creator("erin")
    factories.grant(dana)
    theirs = factories.grant(erin)
    factories.tagged_video(dana, products=[factories.product()])
    with (
        pytest.raises(IntegrityError, match="with_creators_grant"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET grant_id = %s", [theirs.pk])


def test_the_database_refuses_a_visible_link_without_a_consent(committed):
    dana = factories.creator("dana")
    factories.grant(dana)
    factories.tagged_video(dana, products=[factories.product()])
    with pytest.raises(IntegrityError, match="visible_only_with_consent"):
        ProductLink.objects.update(grant=None)


def test_a_revocation_that_slips_in_before_the_commit_ends_the_job_as_skipped(committed, shop, clip, monkeypatch):
    """Without the lock that makes revoking wait, the foreign keys alone still refuse the commit."""
    dana = factories.creator("dana")
    factories.grant(dana)
    job = request_tagging(video=scenes.upload(dana, clip), by=dana.user, rings=False)
    write_tracks = publishing._write_tracks

    def revoke_elsewhere(*arguments):
        tracks = write_tracks(*arguments)
        thread = threading.Thread(target=_delete_grants_elsewhere)
        thread.start()
        thread.join()
        return tracks

    monkeypatch.setattr(publishing, "_write_tracks", revoke_elsewhere)
    monkeypatch.setattr(publishing, "lock_grant", lambda grant_id: True)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.outcome == "skipped: no consent"
    assert not Track.objects.exists()
    assert not ProductLink.objects.exists()
    assert scenes.kept_files(committed) == []


def _delete_grants_elsewhere() -> None:
    try:
        ConsentGrant.objects.all().delete()
    finally:
        connection.close()


# The race: taggers, a person who grants and revokes, and a reader who looks for links that must not be there.

ROUNDS = 100
MOST_OPERATIONS = 40_000
# One statement, so that it reads one moment: visible links whose episode is not a live grant of the video's creator.
VIOLATIONS = """
    SELECT count(*) FROM tagging_productlink link
    WHERE link.state IN ('proposed', 'in_review', 'approved', 'live') AND NOT EXISTS (
        SELECT 1 FROM tagging_consentgrant g WHERE g.id = link.grant_id AND g.creator_id = link.creator_id)
"""


class Race:
    """Threads that grant and revoke, tag and read at once, until each has been done so many times."""

    def __init__(self, tag: Callable[[Race], None], revoke: Callable[..., object] = revoke_consent) -> None:
        self.creator = factories.creator("dana")
        self.video, self.product = factories.video(self.creator), factories.product()
        self.tag, self.revoke = tag, revoke
        self.version = factories.index_version()
        self.job = TagJob.objects.create(video=self.video, requested_by=self.creator.user, state="succeeded")
        self.done: Counter[str] = Counter()
        self.violations = 0
        self.is_broken = False

    def run(self, rounds: int = ROUNDS) -> None:
        """Race until there were so many revocations, taggings and looks."""
        parts = [self.grant_or_revoke, self.tag_once, self.tag_once, self.read]
        threads = [threading.Thread(target=self._repeat, args=(part, rounds)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, part: Callable[[], None], rounds: int) -> None:
        try:
            while min(self.done[what] for what in ("revoked", "tagged", "read")) < rounds and not self.is_broken:
                part()
                self.is_broken |= self.done.total() > MOST_OPERATIONS
        except BaseException:
            self.is_broken = True
            raise
        finally:
            connection.close()

    def grant_or_revoke(self) -> None:
        """Change the creator's mind, and let the others act on it for a moment."""
        time.sleep(random.random() / 100)
        try:
            self.revoke(creator=self.creator, actor=self.creator.user)
            self.done["revoked"] += 1
        except NothingToRevoke:
            try:
                grant_consent(creator=self.creator, actor=self.creator.user, publication=Publication.PUBLISH_AND_TELL)
                self.done["granted"] += 1
            except AlreadyGranted:
                self.done["refused"] += 1

    def tag_once(self) -> None:
        """Write links, if that is allowed."""
        try:
            self.tag(self)
            self.done["tagged"] += 1
        except (publishing.ConsentEnded, IntegrityError, ConsentGrant.DoesNotExist):
            self.done["refused"] += 1

    def read(self) -> None:
        """Look for what must never be seen."""
        with connection.cursor() as cursor:
            cursor.execute(VIOLATIONS)
            self.violations += cursor.fetchone()[0] > 0
        self.done["read"] += 1

    def write_link(self, grant: ConsentGrant) -> None:
        """Write a track and a live link, as publishing does."""
        track = Track.objects.create(
            video=self.video, creator=self.creator, grant=grant, number=random.getrandbits(30), score=0.5
        )
        ProductLink.objects.create(
            video=self.video,
            creator=self.creator,
            grant=grant,
            track=track,
            product=self.product,
            job=self.job,
            index_version=self.version,
            state="live",
            kind="similar",
            rank=1,
            score=0.5,
            probability=0.95,
            start_ms=0,
            end_ms=1000,
            evidence={},
        )


def publish_with_the_guards(race: Race) -> None:
    """What a job does at its end: lock the episode it began with, then write."""
    grant = ConsentGrant.objects.get(creator=race.creator)
    with transaction.atomic():
        if not publishing.lock_grant(grant.pk):
            raise publishing.ConsentEnded
        race.write_link(grant)


def publish_with_the_foreign_key_alone(race: Race) -> None:
    """A program that forgot the lock: it has read that there was a grant, and writes."""
    grant = ConsentGrant.objects.get(creator=race.creator)
    with transaction.atomic():
        race.write_link(grant)


def revoke_by_hand(*, creator, actor) -> None:
    """What one writes without a database that helps: take the links that are there, then end the consent."""
    with transaction.atomic(), connection.cursor() as cursor:
        ProductLink.objects.filter(creator=creator).update(state="removed", grant=None)
        cursor.execute("DELETE FROM tagging_consentgrant WHERE creator_id = %s", [creator.pk])
        if not cursor.rowcount:
            raise NothingToRevoke


@pytest.mark.parametrize("tag", [publish_with_the_guards, publish_with_the_foreign_key_alone])
def test_no_reader_ever_sees_a_link_without_a_live_consent(committed, tag):
    race = Race(tag)
    race.run()
    assert not race.is_broken, race.done
    assert race.violations == 0, race.done
    revoke_if_granted(race)
    factories.grant(race.creator)
    assert not ProductLink.objects.filter(state__in=ProductLink.NEEDS_CONSENT).exists()


def revoke_if_granted(race: Race) -> None:
    """Leave the creator without a consent."""
    if ConsentGrant.objects.exists():
        revoke_consent(creator=race.creator, actor=race.creator.user)


def test_without_the_foreign_keys_check_then_insert_does_show_links_without_consent(committed):
    """The negative control: the same race must ring the alarm when the database does not guard the promise."""
    race = Race(publish_with_the_foreign_key_alone, revoke_by_hand)
    constraints = _grant_constraints()
    for table, constraint, _ in constraints:
        _execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    try:
        race.run()
        assert race.violations > 0, race.done
    finally:
        _execute("TRUNCATE tagging_productlink, tagging_track CASCADE")
        for table, constraint, definition in constraints:
            _execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {definition}')


def _grant_constraints() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = 'tagging_consentgrant'::regclass"
        )
        return cursor.fetchall()


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
