"""How pages show rules: their text in colours, and how sure a share is."""

from __future__ import annotations

import re
from math import ceil, floor

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shopadmin.templatetags.interface import percent

from ..charts import Span
from ..charts import span as span_of
from ..fact_reasons import reason_in_words
from ..models import RecallEstimate
from ..rule_health import Precision
from ..rules.editing import Detail, tokens
from ..rules.explaining import Clause
from ..rules.fact_types import Fact, FactType
from ..rules.measuring.intervals import Recall
from ..rules.problems import Problem
from ..rules.tree import FactValue, IsKnown
from ..rules.wording import Phrase, Phrases, Says, Sentence

_CODE = re.compile(r"`([^`\n]+)`")
MOST_LETTERS = 60
MOST_ITEMS = 5
TYPES = {
    FactType.BOOL: _("yes or no"),
    FactType.INT: _("whole number"),
    FactType.DOUBLE: _("number with decimals"),
    FactType.TEXT: _("text"),
    FactType.TEXTS: _("list of texts"),
    FactType.INTS: _("list of whole numbers"),
    FactType.DAYS: _("whole number"),
}

register = template.Library()


@register.filter
def rule_code(text: str) -> SafeString:
    """Return a rule's text with each word and sign marked by what it is."""
    parts, at = [], 0
    for token in tokens(text):
        parts.append(escape(text[at : token.start]))
        parts.append(
            format_html('<span class="tok" data-kind="{}">{}</span>', token.kind, text[token.start : token.end])
        )
        at = token.end
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 - every part was escaped


@register.filter
def between(precision: Precision | Recall) -> str:
    """Show between which shares precision or recall lies, in whole percent: "81–97 %"."""
    low, high = (round(edge * 100) for edge in (precision.interval.low, precision.interval.high))
    return f"{low}–{high} %"


@register.filter
def likeliest(recall: Recall) -> str:
    """Show the likeliest recall, or its bound where all or nothing of what was sampled was found: "at least 23 %".

    Nothing that was sampled is all or nothing for certain. Nothing is shown where the recall is not known.
    """
    if recall.point is None:
        return ""
    if recall.point == 1.0 and recall.interval.low < 1.0:
        return gettext("at least %(share)s") % {"share": f"{floor(recall.interval.low * 100)} %"}
    if recall.point == 0.0 and recall.interval.high > 0.0:
        return gettext("at most %(share)s") % {"share": f"{ceil(recall.interval.high * 100)} %"}
    return percent(recall.point)


@register.filter
def span(known: Precision | RecallEstimate) -> Span:
    """Return where a share and its interval lie on a line from 0 to 100."""
    interval = known.interval if isinstance(known, Precision) else known.recall.interval
    return span_of(interval.low, interval.high, known.share)


@register.filter
def said(sentence: Sentence) -> SafeString:
    """Return a sentence of the rule language in the reader's language, with what stands in a rule set as code."""
    values = {name: _value(value) for name, value in sentence.values.items()}
    if sentence.says == Says.FACT_FAILED:
        values["reason"] = reason_in_words(values["reason"])
    words = gettext(sentence.says.value) % values
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(words)))  # noqa: S308 - escaped before the marks come in


@register.filter
def in_words(parts: Detail) -> SafeString:
    """Return what stands beside a completion in the reader's language."""
    return mark_safe(  # noqa: S308 - every part was escaped
        "".join(said(part) if isinstance(part, Sentence) else escape(gettext(part)) for part in parts)
    )


def _value(value: str) -> str:
    if isinstance(value, Phrases):
        return ", ".join(gettext(part) for part in value.parts)
    return gettext(value) if isinstance(value, Phrase) else value


@register.filter
def source_with_caret(problem: Problem) -> str:
    """Return the line of a rule in which a problem stands, with a mark under its place."""
    return "\n".join(line.removeprefix("  ") for line in problem.show().split("\n")[1:3])


@register.filter
def fact_type(fact: Fact) -> str:
    """Name the type of a fact's values for people."""
    return str(TYPES[fact.type])


@register.filter
def fact_value(value: object) -> str:
    """Show a fact's value as a rule would write it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.2f}"
    if isinstance(value, str):
        return f'"{shortened(value)}"'
    if isinstance(value, list | tuple):
        shown = ", ".join(fact_value(item) for item in value[:MOST_ITEMS])
        return f"[{shown}{', …' if len(value) > MOST_ITEMS else ''}]"
    return str(value)


def shortened(text: str) -> str:
    """Return a text with at most `MOST_LETTERS` letters."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS].rstrip()}…"


@register.filter
def says_its_value(clause: Clause) -> bool:
    """Tell whether a clause is nothing but a fact that is true or false, so that its truth is the value."""
    return isinstance(clause.node, FactValue | IsKnown)
