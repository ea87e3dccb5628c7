"""What an action would do to each of its listings, and what its undo would do, as queries over its changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Scope

from ..models import Brand, BulkAction, BulkChange, Category, Hold, Product, Seller
from ..models.bulk import BulkChangeQuerySet
from .kinds import OFFER_KINDS, Kind, permission_for
from .lacking import ASKED_BRAND, lacks_authorization, lacks_list, lacks_something
from .offering import current_offers, offers_effect

Status, Outcome, Undo = Product.Status, BulkChange.Outcome, BulkChange.Undo

MOVES: Mapping[Kind, tuple[tuple[Product.Status, ...], Product.Status]] = {
    Kind.PUBLISH: ((Status.DRAFT,), Status.LIVE),
    Kind.WITHDRAW: ((Status.LIVE,), Status.DRAFT),
    Kind.REMOVE: ((Status.DRAFT, Status.LIVE), Status.REMOVED),
    Kind.RESTORE: ((Status.REMOVED,), Status.DRAFT),
}
"""From which statuses a listing goes where: the same as the verbs for one listing (`catalog/listings.py`)."""

WRITTEN = {
    "version": "new_version",
    "version_after": "next_version",
    "outcome": "new_outcome",
    "lacks": "new_lacks",
    "before": "old",
    "after": "new",
}
"""The columns of a change and the annotations of `plan` that they get."""

OWN_BRAND: Combinable = F("product__brand_id")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does: why it leaves listings alone, the first reason first, and the fields that it writes."""

    reasons: tuple[tuple[Q, BulkChange.Outcome], ...]
    old: Combinable
    new: Combinable
    brand: Combinable = OWN_BRAND


class TargetGone(Exception):
    """The brand or category that listings were to get does not exist any more."""


def plan(
    action: BulkAction, changes: BulkChangeQuerySet, user: User, now: datetime, *, is_final: bool
) -> BulkChangeQuerySet:
    """Return the changes with what the action would do to each listing as it is now (see `WRITTEN`).

    When it is final, listings that have changed since they were looked at are left alone. `now` is the time that
    confirmed prices get. Raises `TargetGone`.
    """
    kind = Kind(action.kind)
    effect = _effect(kind, action.parameters, now)
    reasons = [*_not_allowed(kind, user, Outcome.NOT_ALLOWED), *effect.reasons]
    if is_final:
        reasons.append((~Q(product__version=F("version")), Outcome.EDITED))
    outcome = _first_of(reasons, Outcome.CHANGE)
    nothing = Value([], output_field=ArrayField(TextField()))
    return changes.annotate(**{ASKED_BRAND: effect.brand}).annotate(
        new_version=F("product__version"),
        next_version=F("product__version") + (0 if kind == Kind.CONFIRM else 1),
        new_outcome=outcome,
        new_lacks=Case(When(new_outcome=Outcome.INCOMPLETE, then=lacks_list()), default=nothing),
        old=effect.old,
        new=effect.new,
    )


def undo_plan(action: BulkAction, changes: BulkChangeQuerySet, user: User) -> BulkChangeQuerySet:
    """Return the changes, which the action has made, with what its undo would do to each listing as `new_undo`.

    A listing is put back only as long as nobody has changed it since.
    """
    kind = Kind(action.kind)
    reasons = [*_not_allowed(kind, user, Undo.NOT_ALLOWED), (~Q(product__version=F("version_after")), Undo.EDITED)]
    brand: Combinable = OWN_BRAND
    live_again = Q(before__status=Status.LIVE) & lacks_something()
    if kind in OFFER_KINDS - {Kind.CONFIRM}:
        changes = changes.annotate(offers_now=current_offers())
        reasons.append((~Q(offers_now__contains=KeyTransform("offers", "after")), Undo.EDITED))
    elif kind == Kind.CATEGORY:
        changes = changes.annotate(former=_key_before("category_id"))
        reasons.append((_former_is_gone(Category), Undo.GONE))
    elif kind == Kind.BRAND:
        brand = _key_before("brand_id")
        changes = changes.annotate(former=brand)
        reasons.append((_former_is_gone(Brand), Undo.GONE))
        live_again = Q(product__status=Status.LIVE) & lacks_authorization()
    elif kind == Kind.HOLD:
        answered = Hold.objects.open().filter(product=OuterRef("product_id"), appeals__answered_at__isnull=False)
        reasons.append((Q(Exists(answered)), Undo.DECIDED))
    reasons.append((live_again, Undo.INCOMPLETE))
    return changes.annotate(**{ASKED_BRAND: brand}).annotate(new_undo=_first_of(reasons, Undo.UNDONE))


def _effect(kind: Kind, parameters: Mapping[str, Any], now: datetime) -> Effect:
    if kind in OFFER_KINDS:
        return Effect(*offers_effect(kind, parameters, now))
    if kind in MOVES:
        return _move(kind)
    if kind == Kind.CATEGORY:
        return _category(parameters["category"])
    if kind == Kind.BRAND:
        return _brand(parameters["brand"])
    return _hold(parameters) if kind == Kind.HOLD else _release()


def _move(kind: Kind) -> Effect:
    sources, goal = MOVES[kind]
    reasons = [(Q(product__status=Status.HELD), Outcome.HELD)]
    if Status.REMOVED not in {*sources, goal}:
        reasons.append((Q(product__status=Status.REMOVED), Outcome.REMOVED))
    reasons.append((~Q(product__status__in=sources), Outcome.SAME))
    if goal == Status.LIVE:
        reasons.append((lacks_something(), Outcome.INCOMPLETE))
    return Effect(tuple(reasons), _status(), JSONObject(status=Value(goal.value)))


def _category(key: int) -> Effect:
    path = Category.objects.filter(pk=key).values_list("path", flat=True).first()
    if path is None:
        raise TargetGone
    return Effect(
        ((Q(product__category=key), Outcome.SAME),),
        JSONObject(category_id="product__category_id", category="product__category__path"),
        JSONObject(category_id=Value(key), category=Value(path)),
    )


def _brand(key: int) -> Effect:
    name = Brand.objects.filter(pk=key).values_list("name", flat=True).first()
    if name is None:
        raise TargetGone
    refused = Q(product__status=Status.LIVE) & lacks_authorization()
    return Effect(
        ((Q(product__brand=key), Outcome.SAME), (refused, Outcome.INCOMPLETE)),
        JSONObject(brand_id="product__brand_id", brand="product__brand__name"),
        JSONObject(brand_id=Value(key), brand=Value(name)),
        Value(key, BigIntegerField()),
    )


def _hold(parameters: Mapping[str, Any]) -> Effect:
    reasons = (
        (Q(product__status=Status.HELD), Outcome.HELD),
        (Q(product__status=Status.REMOVED), Outcome.REMOVED),
    )
    held = JSONObject(
        status=Value(Status.HELD.value), ground=Value(parameters["ground"]), remedy=Value(parameters["remedy"])
    )
    return Effect(reasons, _status(), held)


def _release() -> Effect:
    """Give back the status before the hold, as `release_hold` does: live only when nothing is missing."""
    held = Hold.objects.open().filter(product=OuterRef("product_id"))
    was_live, was_removed = (Exists(held.filter(status_before=status)) for status in (Status.LIVE, Status.REMOVED))
    goal = Case(
        When(Q(was_live) & ~lacks_something(), then=Value(Status.LIVE.value)),
        When(was_removed, then=Value(Status.REMOVED.value)),
        default=Value(Status.DRAFT.value),
        output_field=CharField(),
    )
    return Effect(((~Q(product__status=Status.HELD), Outcome.SAME),), _status(), JSONObject(status=goal))


def _status() -> Combinable:
    return JSONObject(status="product__status")


def _not_allowed[O](kind: Kind, user: User, outcome: O) -> list[tuple[Q, O]]:
    """Return the condition under which the user may not do this to a listing; none where all are theirs to change."""
    permission = permission_for(kind)
    if user.scope(permission) == Scope.ALL:
        return []
    return [(~Q(product__seller__in=Seller.objects.for_user(user, permission)), outcome)]


def _first_of(reasons: list[tuple[Q, Any]], default: BulkChange.Outcome | BulkChange.Undo) -> Case:
    cases = [When(condition, then=Value(outcome.value)) for condition, outcome in reasons]
    return Case(*cases, default=Value(default.value), output_field=CharField())


def _key_before(name: str) -> Cast:
    return Cast(KeyTextTransform(name, "before"), BigIntegerField())


def _former_is_gone(model: type[Brand | Category]) -> Q:
    exists = Exists(model._default_manager.filter(pk=OuterRef("former")))
    return Q(former__isnull=False) & ~Q(exists)
