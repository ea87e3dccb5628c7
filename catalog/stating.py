"""Restrictions of listings and their statements of reasons: written when they begin, annulled when they were wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import batched
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from shopadmin.accounts.audit.recording import ROWS_A_STATEMENT, Happening, Target, record_many
from shopadmin.accounts.permissions import Permission

from .membership import member_roles_with
from .models import AutomationChoices, Decision, Finding, Hold, Offer, Product, SellerMember, Strike, TakenDown
from .models.screenings import FindingQuerySet
from .reasons import PLAIN, REASONS
from .statements import (
    EXPLANATION_LENGTH,
    FACTS_LENGTH,
    Automation,
    NoticeSource,
    StatementOfReasons,
    Visibility,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from shopadmin.accounts.models import User

    from .models import Notice

Outcome = Decision.Outcome


def state_holds(holds: Iterable[Hold], *, seen: str = "") -> None:
    """Keep why listings are held back, with `product` fetched: by a rule alone where nobody placed the hold.

    `seen` is what was seen, where the explanation ends with it; without it the explanation says both.
    Three statements for every two thousand. What is said of a hold is cut to what the public database takes, since
    nothing is to keep a listing from being held; the hold has all of it.
    """
    for some in batched(holds, ROWS_A_STATEMENT):
        languages = languages_of({hold.product.seller_id for hold in some})
        markets = markets_of([hold.product_id for hold in some])
        Decision.objects.bulk_create(
            _held(hold, languages[hold.product.seller_id], markets[hold.product_id], seen) for hold in some
        )


def statement_of(
    decision: Decision, *, facts: str | _StrPromise, markets: Iterable[str], notice: Notice | None = None
) -> StatementOfReasons:
    """Return the statement of reasons of a decision in its seller's language. Raises `IncompleteStatement`.

    Who sent a notice is named by whom it was sent for: the public database takes no names of people.
    """
    product, reason = decision.product, REASONS[decision.ground]
    source, identity = NoticeSource.OWN_INITIATIVE, ""
    if notice is not None:
        source = NoticeSource.TRUSTED_FLAGGER if notice.is_trusted_flagger else NoticeSource.NOTICE
        identity = notice.on_behalf_of or notice.brand.owner or notice.brand.name
    with translation.override(decision.language):
        return StatementOfReasons(
            key=str(decision.key),
            visibility=Visibility.DISABLED,
            basis=reason.basis,
            legal_ground=str(reason.text),
            explanation=decision.explanation,
            facts=_cut(str(facts), FACTS_LENGTH),
            source=source,
            source_identity=identity,
            is_found_automatically=decision.automation != AutomationChoices.NOT,
            automation=Automation(decision.automation),
            category=reason.category,
            content_date=min(product.created_at, decision.decided_at).date(),
            application_date=decision.decided_at.date(),
            territories=tuple(markets),
            language=decision.language[:2],
            gtin=product.gtin,
        )


def languages_of(sellers: Collection[int]) -> Mapping[int, str]:
    """Return in which language the people of each seller read, the site's own where nobody chose one. One statement."""
    people = SellerMember.objects.filter(seller__in=sellers, role__in=member_roles_with(Permission.APPEAL_HOLDS))
    chosen = people.exclude(user__language="").order_by("-user").values_list("seller", "user__language")
    found = dict(chosen)  # of several people the one who came first, who is last here
    return defaultdict(lambda: settings.LANGUAGE_CODE, found)


def markets_of(products: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """Return in which markets each listing is offered. One statement."""
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for product, market in (
        Offer.objects.filter(product__in=products).order_by("market").values_list("product", "market")
    ):
        found[product] += (market,)
    return found


def findings_behind(holds: QuerySet[Hold]) -> FindingQuerySet:
    """Return the findings that hold listings back, and those for which people have taken them down since."""
    decided = Decision.findings.through.objects.filter(decision__hold__in=holds)
    return Finding.objects.filter(Q(hold__in=holds) | Q(pk__in=decided.values("finding")))


@transaction.atomic
def annul(decisions: QuerySet[Decision], *, by: User, reason: str) -> int:
    """Take decisions back, with their strikes and the memory of what was taken down; return how many.

    Those that were taken back before are left alone, those that others have replaced are not. The audit log has it of
    each but those that held a listing, of which it says that they were released. A constant number of statements for
    every two thousand.
    """
    valid = decisions.filter(annulled_at__isnull=True).order_by("pk").select_for_update(of=("self",))
    rows = list(valid.values_list("pk", "product", "product__title", "seller", "outcome"))
    now = timezone.now()
    for some in batched(rows, ROWS_A_STATEMENT):
        keys = [key for key, *_ in some]
        Decision.objects.filter(pk__in=keys).update(annulled_by=by, annulled_at=now, annulled_because=reason)
        Strike.objects.filter(decision__in=keys, annulled_at__isnull=True).update(annulled_at=now)
        taken_down = [product for _key, product, _title, _seller, outcome in some if outcome == Outcome.TAKEN_DOWN]
        TakenDown.objects.filter(product__in=taken_down, restored_at__isnull=True).update(restored_at=now)
        happenings = [
            Happening(
                target=Target(Product._meta.label_lower, str(product), title),
                before={"decision": outcome},
                tenant_key=None if outcome == Outcome.CLEARED else seller,
            )
            for _key, product, title, seller, outcome in some
            if outcome != Outcome.HELD
        ]
        record_many(by, "decision.annulled", happenings, reason=reason)
    return len(rows)


def _held(hold: Hold, language: str, markets: tuple[str, ...], seen: str) -> Decision:
    with translation.override(language):
        explanation = hold.explanation.strip().removesuffix(seen).strip() or str(PLAIN[hold.ground])
    decision = Decision(
        product=hold.product,
        seller_id=hold.product.seller_id,
        hold=hold,
        outcome=Outcome.HELD,
        ground=hold.ground,
        explanation=_cut(explanation, EXPLANATION_LENGTH),
        status_before=hold.status_before,
        automation=AutomationChoices.NOT if hold.placed_by_id else AutomationChoices.FULLY,
        decided_by_id=hold.placed_by_id,
        decided_at=hold.placed_at,
        language=language,
    )
    decision.statement = statement_of(decision, facts=seen or explanation, markets=markets).payload()
    return decision


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
