"""What the page of a rule shows: a version of it, what it found, what it watched, who muted it for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.presenting import Line, lines
from shopadmin.accounts.models import AuditEntry, User
from shopadmin.accounts.permissions import Permission, Scope

from .models import Finding, ListingFacts, Product, RegressionCase, Rule, RuleVersion, Snooze
from .recall_counting import RuleRecall, recall_of_rule
from .regression import failing_cases
from .rule_health import Precision
from .rule_list import precisions_of
from .rule_steps import Steps, steps_for
from .rules.differences import Part, differences
from .rules.problems import RuleRefused

MOST_VERSIONS = 100
SHOWN_FINDINGS = 12
SHOWN_WATCHED = 8
SHOWN_SNOOZES = 20
SHOWN_CASES = 20
SHOWN_ENTRIES = 20
COMPARED = (
    "lane", "order", "severity", "rollout_percent", "starts_at", "ends_at", "seller_message", "remedy",
)  # fmt: skip
"""What two versions are compared in besides their text."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a version in shadow would have fired on: how many listings as of their last screening, and some of them."""

    count: int
    sample: Sequence[Product]


@dataclass(frozen=True, slots=True)
class Difference:
    """Another value of a field: its name and both values, as people read them."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an `earlier` version says otherwise."""

    earlier: RuleVersion
    parts: Sequence[Part]
    fields: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A listing on which the rule was wrong, and what the shown version would do there; empty where it is right."""

    case: RegressionCase
    problem: str

    @property
    def reason_id(self) -> str:
        """The id of the field in which it is said why the case is dropped."""
        return f"case_{self.case.pk}_reason"


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule and one of its versions, with what happened so far."""

    rule: Rule
    version: RuleVersion
    versions: Sequence[RuleVersion]
    live: RuleVersion | None
    steps: Steps
    comparison: Comparison | None
    watched: Watched | None
    findings: Sequence[Finding]
    counts: Mapping[str, int]
    precision: Precision | None
    recall: RuleRecall | None
    snoozes: Sequence[Snooze]
    cases: Sequence[JudgedCase]
    history: Sequence[Line]


def rule_page(rule: Rule, user: User, *, number: str, compared: str) -> RulePage:
    """Return the page; `number` is the version that was asked for, `compared` the one that it is compared with.

    Without them the current version is shown beside the one before it. Raises Http404 for versions that there are not.
    """
    people = rule.versions.select_related("written_by", "decided_by").order_by("-number")
    versions = list(people[:MOST_VERSIONS])
    for version in versions:
        version.rule = rule
    live = next((each for each in versions if each.state == RuleVersion.State.LIVE), None)
    shown = _numbered(versions, number) if number else live or versions[0]
    return RulePage(
        rule=rule,
        version=shown,
        versions=versions,
        live=live,
        steps=steps_for(user, shown, live),
        comparison=_comparison(versions, shown, compared),
        watched=_watched(shown, user),
        findings=_findings(rule, user),
        counts=_counts(rule),
        precision=precisions_of([rule.pk], timezone.now()).get(rule.pk),
        recall=recall_of_rule(rule, timezone.now()),
        snoozes=list(
            rule.snoozes.holding(timezone.now())
            .select_related("product", "seller", "made_by")
            .order_by("until", "pk")[:SHOWN_SNOOZES]
        ),
        cases=_cases(rule, shown),
        history=_history(rule, versions, user),
    )


def _cases(rule: Rule, shown: RuleVersion) -> list[JudgedCase]:
    cases = (
        rule.regression_cases.standing().select_related("screening__product", "added_by").order_by("-added_at", "-pk")
    )
    newest = list(cases[:SHOWN_CASES])
    if not newest:
        return []
    try:
        problems = {failing.case.pk: failing.problem for failing in failing_cases(shown.text, rule)}
    except RuleRefused as error:
        problems = dict.fromkeys((case.pk for case in newest), str(error.problems[0].message))
    return [JudgedCase(case, problems.get(case.pk, "")) for case in newest]


def _numbered(versions: Sequence[RuleVersion], number: str) -> RuleVersion:
    for version in versions:
        if str(version.number) == number:
            return version
    raise Http404


def _comparison(versions: Sequence[RuleVersion], shown: RuleVersion, compared: str) -> Comparison | None:
    if compared:
        earlier = _numbered(versions, compared)
    else:
        earlier = next((each for each in versions if each.number < shown.number), shown)
    if earlier.pk == shown.pk:
        return None
    fields = [
        Difference(str(RuleVersion._meta.get_field(name).verbose_name), _shown(earlier, name), _shown(shown, name))  # type: ignore[union-attr]
        for name in COMPARED
        if getattr(earlier, name) != getattr(shown, name)
    ]
    return Comparison(earlier, differences(earlier.text, shown.text), fields)


def _shown(version: RuleVersion, name: str) -> str:
    value = getattr(version, name)
    if name == "lane":
        return str(version.get_lane_display())
    if name == "rollout_percent":
        return f"{value.normalize():f} %"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return _("nothing") if value in {None, ""} else str(value)


def _watched(version: RuleVersion, user: User) -> Watched | None:
    """Return what a version watched, if it ever did."""
    if version.shadow_since is None:
        return None
    seen = ListingFacts.objects.filter(watched__contains=[version.pk])
    products = Product.objects.for_user(user).filter(facts__in=seen)
    return Watched(seen.count(), list(products.with_card().order_by("-pk")[:SHOWN_WATCHED]))


def _findings(rule: Rule, user: User) -> list[Finding]:
    """Return the newest findings on listings that the user may see."""
    seen = Product.objects.for_user(user)
    found = rule.findings.filter(product__in=seen).select_related("product__seller", "version")
    return list(found.prefetch_related("product__images").order_by("-found_at", "-pk")[:SHOWN_FINDINGS])


def _counts(rule: Rule) -> dict[str, int]:
    """Return how many findings are in each state, and how many are there for an error."""
    counts = {state.value: Count("pk", filter=Q(state=state, is_error=False)) for state in Finding.State}
    return rule.findings.aggregate(**counts, errors=Count("pk", filter=Q(is_error=True)))


def _history(rule: Rule, versions: Sequence[RuleVersion], user: User) -> list[Line]:
    """Return the newest of what was done to the rule and its versions, as far as the user may read it."""
    if user.scope(Permission.VIEW_AUDIT) == Scope.NONE:
        return []
    of_versions = Q(target_label="catalog.ruleversion", target_key__in=[str(version.pk) for version in versions])
    of_rule = Q(target_label="catalog.rule", target_key=str(rule.pk))
    entries = AuditEntry.objects.for_user(user).filter(of_rule | of_versions)
    return lines(entries.newest_first()[:SHOWN_ENTRIES], user)
