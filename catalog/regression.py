"""What rules were wrong about: listings that people have judged, asked again before a rule changes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from .listings import Refusal
from .models import Finding, RegressionCase, Rule, ValueList
from .models.screenings import FindingQuerySet
from .rules.fact_json import from_json
from .rules.language import compile_rule
from .rules.listing_facts import ListKind
from .rules.online import Outcome, Verdict, evaluate
from .value_lists import lists_as_rules_see_them

SHOWN_CASES = 3
"""How many mistakes a refusal names; the rule's page has all."""


@dataclass(frozen=True, slots=True)
class FailingCase:
    """A judged listing on which a text would be wrong, and what it says of it."""

    case: RegressionCase
    outcome: Outcome

    @property
    def problem(self) -> str:
        """What is wrong, for the author of the text."""
        words = {
            Verdict.FIRES: _("“%(listing)s” was found in order, and the rule would find it again."),
            Verdict.PASSES: _("“%(listing)s” was found rightly, and the rule would let it pass."),
            Verdict.ERROR: _("“%(listing)s” could not be asked: %(reason)s"),
        }[self.outcome.verdict]
        return words % {"listing": self.case.screening.product, "reason": self.outcome.reason or ""}


def keep_cases(findings: FindingQuerySet, *, reason: str, by: User) -> int:
    """Remember of each finding that stands that its rule should not have fired there; return how many were kept.

    What could not be asked, and screenings that failed, say nothing about a rule.
    """
    wrong = findings.filter(state__in=[Finding.State.OPEN, Finding.State.CONFIRMED], is_error=False)
    rows = [
        RegressionCase(
            rule=finding.rule, screening=finding.screening, version=finding.version, reason=reason, added_by=by
        )
        for finding in wrong.select_related("rule", "version", "screening")
        if finding.rule and finding.version
    ]
    RegressionCase.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def failing_cases(text: str, rule: Rule) -> list[FailingCase]:
    """Return the judged listings of a rule on which `text` would be wrong, the newest first.

    Each is asked with what was known of it then, and with the lists of today: a mistake that an entry of a list has
    mended is none any more. What cannot be asked is wrong too. Raises `RuleRefused` for a text that is no rule.
    """
    kinds = {name: ListKind(kind) for name, kind in ValueList.objects.values_list("name", "kind")}
    compiled, lists = compile_rule(text, kinds), lists_as_rules_see_them(timezone.now())
    cases = rule.regression_cases.standing().select_related("screening__product").order_by("-added_at", "-pk")
    asked = ((case, evaluate([compiled], from_json(case.screening.facts), lists)[0]) for case in cases.iterator())
    return [FailingCase(case, outcome) for case, outcome in asked if _is_wrong(case, outcome)]


def _is_wrong(case: RegressionCase, outcome: Outcome) -> bool:
    right = Verdict.FIRES if case.should_fire else Verdict.PASSES
    return outcome.verdict != right


class WrongAgain(Refusal):
    """A text would repeat mistakes about which people have decided; `cases` says which."""

    def __init__(self, cases: list[FailingCase]) -> None:
        shown = " ".join(case.problem for case in cases[:SHOWN_CASES])
        super().__init__(
            _("Nothing was changed: it would be wrong again. %(cases)s Change it, or drop the case with a reason.")
            % {"cases": shown}
        )
        self.cases = cases


def refuse_wrong(text: str, rule: Rule) -> None:
    """Raise `WrongAgain` if `text` would repeat a mistake of the rule; `RuleRefused` for a text that is no rule."""
    if cases := failing_cases(text, rule):
        raise WrongAgain(cases)


@transaction.atomic
def drop_case(*, case: RegressionCase, reason: str, by: User) -> None:
    """Let a case count no longer. Raises `Refusal` when it was dropped already."""
    standing = RegressionCase.objects.standing().filter(pk=case.pk)
    if not standing.update(dropped_by=by, dropped_at=timezone.now(), dropped_because=reason):
        raise Refusal(_("Nothing was changed: the case was dropped already."))
    listing = case.screening.product
    record(by, "rule.case-dropped", case.rule, before={"listing": listing}, reason=reason)
