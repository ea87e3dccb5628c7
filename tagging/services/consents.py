"""Giving and taking back consent."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from shopadmin.accounts.models import User

from ..models import (
    ConsentEvent,
    ConsentGrant,
    Creator,
    ProductLink,
    Publication,
    Purpose,
    Shot,
    TagJob,
    Track,
    Video,
)
from .evidence import tidy_evidence
from .jobs import cancel_job

WORDING_VERSION = "2026-11"


class AlreadyGranted(Exception):
    """The creator has already agreed; revoke first to change the terms."""


class NothingToRevoke(Exception):
    """There is no live consent."""


def grant_consent(*, creator: Creator, actor: User, publication: Publication) -> ConsentGrant:
    """Begin a new episode of consent to product links. Raises `AlreadyGranted` when one lives."""
    with transaction.atomic():
        Creator.objects.select_for_update().get(pk=creator.pk)
        if ConsentGrant.objects.filter(creator=creator, purpose=Purpose.PRODUCT_LINKS).exists():
            raise AlreadyGranted(f"{creator} has already agreed to product links.")
        grant = ConsentGrant.objects.create(creator=creator, publication=publication, wording_version=WORDING_VERSION)
        ConsentEvent.objects.create(
            creator=creator,
            actor=actor,
            kind=ConsentEvent.Kind.GRANTED,
            purpose=grant.purpose,
            publication=publication,
            grant_number=grant.pk,
            wording_version=WORDING_VERSION,
        )
    return grant


def revoke_consent(*, creator: Creator, actor: User) -> ConsentEvent:
    """End the live episode: links go dark, tracks with their pictures and embeddings are erased, in one transaction.

    Links that were rejected or hidden lose their evidence too, but stay rejected or hidden, so that the decision holds
    after a new consent. The picture files follow right after the commit; should the process die in between, the
    sweeper erases them. Raises `NothingToRevoke` when there is no live consent.
    """
    with transaction.atomic():
        # A job that is about to write locks the same row first: it comes before this and is taken away, or never.
        grant = ConsentGrant.objects.select_for_update().filter(creator=creator, purpose=Purpose.PRODUCT_LINKS).first()
        if grant is None:
            raise NothingToRevoke(f"{creator} has no consent to take back.")
        videos = list(_looked_at(creator))
        links = _take_links(grant)
        tracks = Track.objects.filter(grant=grant)
        tracks_count = tracks.count()
        tracks.delete()
        Shot.objects.filter(video__creator=creator).delete()
        event = ConsentEvent.objects.create(
            creator=creator,
            actor=actor,
            kind=ConsentEvent.Kind.REVOKED,
            purpose=grant.purpose,
            publication=grant.publication,
            grant_number=grant.pk,
            wording_version=grant.wording_version,
            effect={"links_removed": links, "tracks_erased": tracks_count, "videos": len(videos)},
        )
        grant.delete()
        for job in TagJob.objects.unfinished().filter(video__creator=creator).select_related("video"):
            cancel_job(job)
        for video in videos:
            video.poster = ""
            video.save(update_fields=["poster"])
            video.enter(Video.State.SKIPPED, "consent taken back")
            transaction.on_commit(partial(tidy_evidence, video))
    return event


def _looked_at(creator: Creator) -> QuerySet[Video]:
    """Return the creator's videos of which anything is kept."""
    return Video.objects.filter(
        Q(tracks__isnull=False) | Q(shots__isnull=False) | Q(state=Video.State.TAGGED) | ~Q(poster=""), creator=creator
    ).distinct()


def _take_links(grant: ConsentGrant) -> int:
    """Part the grant's links from it and from all evidence; return how many were visible or waiting."""
    links = ProductLink.objects.filter(grant=grant)
    open_links = links.filter(state__in=ProductLink.NEEDS_CONSENT)
    taken = open_links.update(
        state=ProductLink.State.REMOVED, state_reason="consent taken back", grant=None, track=None, evidence={}
    )
    links.exclude(state__in=ProductLink.NEEDS_CONSENT).update(grant=None, track=None, evidence={})
    return taken
