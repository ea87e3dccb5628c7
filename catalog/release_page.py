"""What the page of models shows: which version of each maker of facts acts, what waits, and what was decided before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.forms import Form
from django.utils.functional import Promise

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope

from .fact_finding.makers import MAKERS, Maker, offered_versions
from .forms.rules import DecisionForm
from .maker_words import words_of
from .models import Backtest, ModelRelease
from .screening.letting_go import held_for_want

MOST_BEFORE = 20
"""So many earlier decisions are shown."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A maker with the version that acts; `is_here` tells whether this code can still make facts with it."""

    words: str | Promise
    maker: Maker
    live: ModelRelease | None
    offered: str

    @property
    def is_here(self) -> bool:
        """Whether the version that acts is the one that this code offers."""
        return self.live is not None and self.live.version == self.offered


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits, its newest backtest, and how many listings are held for want of a decision."""

    words: str | Promise
    release: ModelRelease
    live: ModelRelease | None
    backtest: Backtest | None
    held: int
    is_offered: bool
    is_own: bool
    form: Form


@dataclass(frozen=True, slots=True)
class Before:
    """A version that does not act any more, or never did; one that was refused and is installed may act after all."""

    words: str | Promise
    release: ModelRelease
    may_be_asked_again: bool


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """All that the page shows; what was before is newest first."""

    waiting: Sequence[Waiting]
    acting: Sequence[Acting]
    before: Sequence[Before]
    may_decide: bool
    may_write: bool


def release_page(user: User, forms: Mapping[int, Form] | None = None) -> ReleasePage:
    """Return what the page shows; `forms` are those that were sent, by release. A statement or two for what waits."""
    offered = offered_versions()
    live = {row.maker: row for row in ModelRelease.objects.live().with_people()}
    waiting = ModelRelease.objects.waiting().with_people()
    over = ModelRelease.objects.filter(state__in=[ModelRelease.State.REFUSED, ModelRelease.State.RETIRED])
    return ReleasePage(
        waiting=[_waiting(row, live, offered, user, forms or {}) for row in waiting],
        acting=[_acting(maker, live, offered) for maker in MAKERS.values() if maker.name in {*offered, *live}],
        before=_before(over.with_people().order_by("-pk")[:MOST_BEFORE], {row.maker for row in waiting}, offered),
        may_decide=user.scope(Permission.APPROVE_RULES) == Scope.ALL,
        may_write=user.scope(Permission.WRITE_RULES) == Scope.ALL,
    )


def _waiting(
    row: ModelRelease,
    live: Mapping[str, ModelRelease],
    offered: Mapping[str, str],
    user: User,
    forms: Mapping[int, Form],
) -> Waiting:
    return Waiting(
        words=words_of(row.maker),
        release=row,
        live=live.get(row.maker),
        backtest=Backtest.objects.filter(release=row).with_subject().order_by("-pk").first(),
        held=held_for_want(row.maker).values("product").distinct().count(),
        is_offered=offered.get(row.maker) == row.version,
        is_own=row.written_by_id == user.pk,
        form=forms.get(row.pk) or DecisionForm(auto_id=f"decision_{row.pk}_%s"),
    )


def _acting(maker: Maker, live: Mapping[str, ModelRelease], offered: Mapping[str, str]) -> Acting:
    return Acting(
        words=words_of(maker.name),
        maker=maker,
        live=live.get(maker.name),
        offered=offered.get(maker.name, ""),
    )


def _before(rows: Iterable[ModelRelease], waiting: Collection[str], offered: Mapping[str, str]) -> Sequence[Before]:
    """Return earlier versions; what can be asked for again is the newest decision on what is installed."""
    found: list[Before] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        is_newest = (row.maker, row.version) not in seen
        seen.add((row.maker, row.version))
        is_refused = row.state == ModelRelease.State.REFUSED and offered.get(row.maker) == row.version
        found.append(Before(words_of(row.maker), row, is_newest and is_refused and row.maker not in waiting))
    return found
