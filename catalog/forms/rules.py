"""Forms for rules: what a version says, what is decided about it, and for what a rule is muted."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from ..models import Hold, LaneChoices, Product, Rule, RuleVersion, Seller
from ..rule_writing import Wording
from ..rules.problems import Problem
from ..snoozing import LONGEST as LONGEST_SNOOZE
from .precision import floor_field

LONGEST = 4000
RESERVED = frozenset(
    {"add", "backtests", "brands", "cases", "check", "completions", "lists", "measure", "models", "overlaps", "sample"}
    | {"signs"}
)
"""Short names that stand for other pages below the address of rules."""
MOMENT = "%Y-%m-%dT%H:%M"
LANES = {
    LaneChoices.ALLOW: _("A listing that it says yes to passes; the rules below are not asked."),
    LaneChoices.BLOCK: _("The listing comes off at once, and its seller is told. For what leaves no doubt."),
    LaneChoices.HOLD: _("The listing waits, unseen, until somebody decides. Its seller is told."),
    LaneChoices.REVIEW: _("The listing stays as it is, and somebody looks at it."),
}
"""What a lane does, in the order in which lanes are asked."""


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


class VersionForm(forms.Form):
    """What a version of a rule says. `problems` are those of the text, with their places, once it was checked."""

    text = forms.CharField(
        label=_("The question"),
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "off",
                "aria-describedby": "rule-hint rule-problems",
            }
        ),
        required=False,
    )
    lane = forms.ChoiceField(
        label=_("When the answer is yes"), choices=LaneChoices.choices, widget=forms.RadioSelect, initial="review"
    )
    order = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=99_999, initial=100, help_text=_("Within its lane, lower first.")
    )
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        initial=3,
        choices=[(1, _("1, least")), (2, "2"), (3, "3"), (4, "4"), (5, _("5, worst"))],
        help_text=_("Worse ones are looked at first."),
    )
    rollout_percent = forms.DecimalField(
        label=_("Share of listings in percent"),
        max_digits=5,
        decimal_places=2,
        initial=Decimal(100),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("Always the same listings; a larger share has the smaller one in it."),
    )
    starts_at = _moment(_("Starts"), _("Empty: as soon as it is approved."))
    ends_at = _moment(_("Ends"), _("Empty: when somebody retires it."))
    seller_message = forms.CharField(
        label=_("What the seller is told"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: the reason in plain words, without numbers or names of lists."),
    )
    remedy = forms.CharField(
        label=_("What the seller can do"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    note = forms.CharField(
        label=_("What changed, and why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Whoever approves it reads this first."),
        error_messages={"required": _("Say what you changed, and why: whoever approves it reads this first.")},
    )
    problems: tuple[Problem, ...] = ()

    @property
    def wording(self) -> Wording:
        """What the checked form says, as the verbs on rules take it."""
        data = {name: value for name, value in self.cleaned_data.items() if name in Wording.__slots__}
        return Wording(**{**data, "lane": LaneChoices(data["lane"])})

    @classmethod
    def initial_of(cls, version: RuleVersion) -> dict[str, Any]:
        """Return a version's values as the form begins with them; what changed is to be said anew."""
        names = [name for name in cls.base_fields if name != "note"]
        return {name: getattr(version, name) for name in names}

    def clean_text(self) -> str:
        """Return the text as rules keep it: browsers send line ends as they like."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """Refuse an end that comes before the start."""
        data = super().clean() or {}
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("It cannot end before it starts."))
        return data

    def refuse_text(self, problems: tuple[Problem, ...]) -> None:
        """Take the problems of the text in; they are shown with their places instead of as one message."""
        self.problems = problems
        self.add_error("text", _("This is no rule yet; see below what is missing."))


class RuleForm(VersionForm):
    """A new rule with its first version."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("What it finds, in a few words."),
        error_messages={"required": _("A rule needs a title.")},
    )
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=80,
        required=False,
        help_text=_("Stays for ever, in addresses and exports. Empty: made from the title."),
    )
    ground = forms.ChoiceField(
        label=_("Ground"), choices=Hold.Ground.choices, initial=Hold.Ground.COUNTERFEIT, help_text=_("Sellers read it.")
    )
    floor_percent = floor_field()
    field_order = ("title", "slug", "ground", "floor_percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = False
        self.fields["note"].label = _("Why this rule")

    def clean(self) -> dict[str, Any]:
        """Make the short name from the title where none is given, and refuse one that is taken."""
        data = super().clean()
        slug = data.get("slug") or slugify(data.get("title", ""))[:80]
        if "title" in data and "slug" not in self.errors:
            if not slug:
                self.add_error("slug", _("Write a short name of letters from a to z: the title has none of them."))
            elif slug in RESERVED or Rule.objects.filter(slug=slug).exists():
                self.add_error("slug", _("“%(name)s” is taken. Choose another short name.") % {"name": slug})
            data["slug"] = slug
        return data


class ReasonForm(forms.Form):
    """Why something is done with a rule."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: it stays in the history.")},
    )


class DecisionForm(ReasonForm):
    """Whether a version goes live. Refusing needs a reason; approving may have one."""

    verdict = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("approve", _("Approve")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    field_order = ("verdict", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        """Ask whoever refuses for the reason."""
        data = super().clean() or {}
        if data.get("verdict") == "refuse" and not data.get("reason", "").strip():
            self.add_error("reason", _("Say what is to be mended: the writer reads it."))
        return data


class SnoozeForm(ReasonForm):
    """For which listing or seller a rule is muted, until when, and why."""

    of = forms.ChoiceField(
        label=_("Mute it for"),
        choices=[("listing", _("one listing")), ("seller", _("all listings of a seller"))],
        widget=forms.RadioSelect,
        initial="listing",
    )
    name = forms.CharField(
        label=_("Which one"),
        max_length=200,
        help_text=_("A listing’s number or its seller’s article number; a seller’s short name."),
        error_messages={"required": _("Name the listing or the seller.")},
    )
    days = forms.ChoiceField(
        label=_("For how long"),
        choices=[("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("", _("until a date"))],
        widget=forms.RadioSelect,
        required=False,
        initial="30",
    )
    until_date = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most 180 days from today."),
    )
    field_order = ("of", "name", "days", "until_date", "reason")

    def clean(self) -> dict[str, Any]:
        """Find the listing or seller, and the moment at which the rule speaks again: `product`, `seller`, `until`."""
        data = super().clean() or {}
        if "name" in data and "of" in data:
            data |= self._thing(data["of"], data["name"].strip())
        if "until_date" in data and "days" in data:
            data["until"] = self._until(data["days"], data["until_date"])
        return data

    def _thing(self, of: str, name: str) -> dict[str, Product | Seller | None]:
        found: dict[str, Product | Seller | None] = {"product": None, "seller": None}
        if of == "seller":
            found["seller"] = Seller.objects.filter(slug=name.lower()).first()
            if found["seller"] is None:
                self.add_error("name", _("No seller has this short name."))
            return found
        listings = Product.objects.filter(sku=name)[:2]
        if name.isascii() and name.isdecimal() and len(name) < 19:
            listings = Product.objects.filter(pk=int(name))[:2] or listings
        if len(listings) == 1:
            found["product"] = listings[0]
        elif listings:
            self.add_error("name", _("Several sellers use this article number. Give the listing’s number instead."))
        else:
            self.add_error("name", _("No listing has this number."))
        return found

    def _until(self, days: str, date: Any) -> datetime | None:
        if days:
            return timezone.now() + timedelta(days=int(days))
        if date is None:
            self.add_error("until_date", _("Choose until when, or one of the lengths."))
            return None
        left = (date - timezone.localdate()).days
        if not 0 < left <= LONGEST_SNOOZE.days:
            self.add_error("until_date", _("Choose a day from tomorrow on, at most 180 days from today."))
            return None
        return timezone.make_aware(datetime.combine(date, time.min))
