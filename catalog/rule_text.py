"""Checking a rule's text before it is kept: it must compile, and the engines must agree on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .listings import Refusal
from .models import RuleVersion, ValueList
from .rule_checks import check_engines
from .rules.equivalence import Disagreement
from .rules.language import Rule as CheckedRule
from .rules.language import compile_rule
from .rules.listing_facts import ListKind
from .rules.problems import RuleRefused
from .rules.sql import NotTranslatable
from .value_lists import lists_as_rules_see_them

CHECKED_LISTINGS = 200
"""On how many made-up listings the engines are compared before a text is kept; takes well under a second."""
SEED = 20_260
"""The same text is always checked on the same listings, so that what was refused once is refused again."""


class EnginesDisagree(Refusal):
    """A text means one thing where listings are screened and another where it is backtested: a fault of ours."""

    def __init__(self, disagreements: Sequence[Disagreement]) -> None:
        self.disagreements = tuple(disagreements)
        super().__init__(
            ngettext(
                "The rule was not kept: our engines answer it differently on %(count)s made-up listing."
                " Write it in another way, and tell the administrators.",
                "The rule was not kept: our engines answer it differently on %(count)s made-up listings."
                " Write it in another way, and tell the administrators.",
                len(self.disagreements),
            )
            % {"count": len(self.disagreements)}
        )


def list_kinds() -> dict[str, ListKind]:
    """Return the lists that a rule may ask, by name."""
    return {name: ListKind(kind) for name, kind in ValueList.objects.values_list("name", "kind")}


def check_text(text: str) -> CheckedRule:
    """Return the rule that a text is.

    Raises `RuleRefused` with all that is wrong with it, `EnginesDisagree`, or `Refusal` when it cannot be backtested.
    """
    lists = lists_as_rules_see_them(timezone.now())
    rule = compile_rule(text, {name: each.kind for name, each in lists.items()})
    try:
        found = check_engines(rule, lists, count=CHECKED_LISTINGS, seed=SEED)
    except NotTranslatable as error:
        raise Refusal(_("The catalogue cannot be asked this: %(reason)s") % {"reason": error}) from error
    if found:
        raise EnginesDisagree(found)
    return rule


def versions_asking(of: ValueList) -> list[RuleVersion]:
    """Return the versions that ask a list: those that wait or run, and those that decided on listings once.

    A text that no longer compiles counts where the list's name stands in it.
    """
    kinds = list_kinds()
    versions = RuleVersion.objects.asked_or_waiting().select_related("rule").order_by("rule__title", "number")
    return [version for version in versions if _asks(version.text, of.name, kinds)]


def lists_asked(text: str, kinds: Mapping[str, ListKind]) -> tuple[str, ...]:
    """Return the names of the lists that a text asks. Raises `RuleRefused`."""
    return compile_rule(text, kinds).lists


def _asks(text: str, name: str, kinds: Mapping[str, ListKind]) -> bool:
    try:
        return name in lists_asked(text, kinds)
    except RuleRefused:
        return name in text


def no_list(name: str) -> Refusal:
    """Return what is said when a list is gone that a rule asks."""
    return Refusal(_("There is no list “%(name)s” any more. Write another version without it.") % {"name": name})
