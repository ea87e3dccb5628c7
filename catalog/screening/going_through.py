"""Going through all listings when a rule or a model changes: who is to be asked again, found in one statement.

The rule is asked in SQL of the facts that are stored. Those on which it fires or fails now, and those on which a
version of it fired or failed before, are then asked one by one as all others. When another version of a model acts,
those are whose facts it did not make.
"""
# ruff: noqa: S608 - what is put together are our own statements; values go beside them

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from shopadmin.faults import AWAY

from ..fact_finding import source_of
from ..fact_finding.makers import MAKERS
from ..models import ListingTexts, ModelRelease, Product, RuleSweep, RuleVersion, ScreeningRequest
from ..rules.sql import NotTranslatable, SqlRule, compile_sql
from .claiming import wait_for_askers
from .letting_go import let_go
from .running_rules import RunningRules, running_rules

logger = logging.getLogger(__name__)

_ASK_AGAIN = f"""
    INSERT INTO {ScreeningRequest._meta.db_table} (product_id, asked_at)
    SELECT f.product_id, %s FROM {{source}}
    JOIN {Product._meta.db_table} p ON p.id = f.product_id AND p.status = 'live'
    WHERE f.fired && %s::bigint[] OR f.watched && %s::bigint[] OR f.errors && %s::bigint[] OR {{speaks}}
    ORDER BY f.product_id
    ON CONFLICT (product_id) DO UPDATE SET asked_at = {ScreeningRequest._meta.db_table}.asked_at
"""

_ASK_AGAIN_OF_MAKER = f"""
    INSERT INTO {ScreeningRequest._meta.db_table} (product_id, asked_at)
    SELECT t.product_id, %s FROM {ListingTexts._meta.db_table} t
    JOIN {Product._meta.db_table} p ON p.id = t.product_id AND p.status = 'live'
    WHERE t.made_by ->> %s <> %s OR t.failed ?| %s
    ORDER BY t.product_id
    ON CONFLICT (product_id) DO UPDATE SET asked_at = {ScreeningRequest._meta.db_table}.asked_at
"""


_ALWAYS, _NEVER = (SqlRule(word, (), speaks=word, asks_texts=False) for word in ("true", "false"))


def sweep_due() -> int:
    """Ask for listings again for each rule and model of which that is due; return for how many.

    What is being screened with the rules of before is waited for: its facts are not seen until it is done.
    """
    if not RuleSweep.objects.exists():
        return 0
    with transaction.atomic():
        wait_for_askers()
    with transaction.atomic():
        waiting = list(
            RuleSweep.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
                "list", "release__decided_by"
            )
        )
        now = timezone.now()
        running = running_rules(now)
        changed = {sweep.version_id for sweep in waiting if sweep.version_id}
        changed |= {key for sweep in waiting if sweep.list for key in _asking(running, sweep.list.name)}
        count = sum(_ask_again(version, running, now) for version in RuleVersion.objects.filter(pk__in=changed))
        releases = {sweep.pk: sweep.release for sweep in waiting if sweep.release}
        count += sum(_ask_again_of(release, now) for release in releases.values())
        unfinished = [key for key, release in releases.items() if let_go(release)]
        RuleSweep.objects.filter(pk__in=[sweep.pk for sweep in waiting]).exclude(pk__in=unfinished).delete()
    return count


def _ask_again_of(release: ModelRelease, now: datetime) -> int:
    """Ask for all listings whose facts another version of a maker made, or could not be found out."""
    facts = MAKERS[release.maker].facts if release.maker in MAKERS else ()
    with connection.cursor() as cursor:
        cursor.execute(_ASK_AGAIN_OF_MAKER, [now, release.maker, release.version, list(facts)])
        return int(cursor.rowcount)


def _asking(running: RunningRules, name: str) -> Iterable[int]:
    """Return the keys of the versions that ask a list, and of those of which nobody knows what they ask."""
    return [
        version.pk
        for version in running.versions
        if version.pk in running.problems or name in running.rules[version.pk].lists
    ]


def _ask_again(version: RuleVersion, running: RunningRules, now: datetime) -> int:
    """Ask for all listings on which a version fires or fails now, or one of its rule did when they were asked last.

    Where the database cannot answer that, for all listings: what may be too many is asked one by one anyway.
    """
    siblings = list(RuleVersion.objects.filter(rule=version.rule_id).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            return _ask_where(_rule(version, running, now), siblings, now)
    except AWAY:
        raise
    except DatabaseError:
        logger.exception("The database cannot be asked the rule version %s; all listings are asked again.", version.pk)
        return _ask_where(_ALWAYS, siblings, now)


def _ask_where(rule: SqlRule, siblings: list[int], now: datetime) -> int:
    statement = _ASK_AGAIN.replace("{source}", source_of([rule])).replace("{speaks}", rule.speaks)
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, *[siblings] * 3, *rule.parameters])
        return int(cursor.rowcount)


def _rule(version: RuleVersion, running: RunningRules, now: datetime) -> SqlRule:
    """Return a version in SQL; as one that fires on all listings, where the database cannot be asked it."""
    if version.pk in running.problems:
        return _ALWAYS
    if version.pk not in running.rules:
        return _NEVER
    try:
        return compile_sql(running.rules[version.pk].tree, running.lists, as_of=now)
    except NotTranslatable:
        return _ALWAYS
