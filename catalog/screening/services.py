"""Screening what is due: find the facts out, ask the rules, and write down what follows, in one transaction.

A listing is due until the transaction commits in which all of this is written. So a process that is killed at any
moment loses nothing and does nothing twice: what it had claimed is free again, and as it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from shopadmin.faults import AWAY

from ..fact_finding import find_facts
from ..fact_finding.names import letters_lack
from ..model_releases import note_offers
from ..models import Product
from . import bell
from .claiming import claim, drop_idle_requests, settle
from .counting import count
from .deciding import decide
from .failing import hold_failed
from .findings import wanted_findings
from .going_through import sweep_due
from .muting import muted
from .running_rules import RunningRules, running_rules
from .writing import Screened, write

logger = logging.getLogger(__name__)

BATCH = 200
LONGEST_S = 30.0
"""How long one call goes on before the worker may do something else."""
LINGER_S = 1.5 * bell.APART_S
LOOK_EVERY_S = 0.05

type Versions = Mapping[str, str]
"""The version of each maker of facts that acts on listings."""


def screen_until_done(longest_s: float = LONGEST_S, linger_s: float = LINGER_S) -> int:
    """Screen until nothing has been due for `linger_s`, or `longest_s` are over; return how many listings it was.

    It lingers because of two bells shortly one after the other only the first is rung (see `bell`).
    """
    started = quiet_since = time.monotonic()
    done = 0
    sweep_due()
    while (now := time.monotonic()) - started < longest_s:
        if screened := screen_due():
            done += screened
            quiet_since = time.monotonic()
        elif now - quiet_since >= linger_s:
            break
        else:
            time.sleep(LOOK_EVERY_S)
    return done


def screen_due(limit: int = BATCH) -> int:
    """Screen up to `limit` listings that are due, each as it is now; return how many.

    One that raises is tried again alone, and failing again is held back for people to look at. Raises what the database
    raises when it goes away: then nothing was written.
    """
    with transaction.atomic():
        products = claim(limit)
        if not products:
            drop_idle_requests()
            return 0
        now = timezone.now()
        versions = note_offers()
        running = running_rules(now)
        if reason := letters_lack(versions):
            running = running.without_looks(reason)
        if not _is_screened(products, running, versions, now):
            for product in products:
                _screen_alone(product, running, versions, now)
        settle(products)
    return len(products)


def _is_screened(products: Sequence[Product], running: RunningRules, versions: Versions, now: datetime) -> bool:
    """Screen these listings, or change nothing and return False."""
    try:
        with transaction.atomic():
            _screen(products, running, versions, now)
    except Exception as error:
        _raise_if_away(error)
        logger.warning("Screening %d listings together has failed; each is tried alone.", len(products), exc_info=True)
        return False
    return True


def _screen_alone(product: Product, running: RunningRules, versions: Versions, now: datetime) -> None:
    try:
        with transaction.atomic():
            _screen([product], running, versions, now)
    except Exception as error:
        _raise_if_away(error)
        logger.exception("Listing %s cannot be screened; it is held back.", product.pk)
        hold_failed(product, error, now)


def _screen(products: Sequence[Product], running: RunningRules, versions: Versions, now: datetime) -> None:
    found = find_facts([product.pk for product in products], now=now, versions=versions)
    mutes = muted(products, now)
    screened, said = [], []
    for product in products:
        facts = found[product.pk].facts
        asked = running.ask(facts)
        decided = decide(asked, product, facts, mutes)
        findings = wanted_findings(product, decided, facts, running.lists)
        screened.append(Screened(product, found[product.pk], decided, findings))
        said.append((product, asked))
    write(screened, running.lists, now)
    count(said, now)


def _raise_if_away(error: Exception) -> None:
    """Let an error through that says nothing of the listing: the database is gone, and the claim with it."""
    if isinstance(error, AWAY) and not connection.is_usable():
        raise error
