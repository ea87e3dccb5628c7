"""Forms for what belongs to a rule beside its versions, and for the share of listings on which it acts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission

from ..models import Hold, Rule, RuleVersion
from ..rule_settings import Changed
from ..rule_writing import people_with
from .precision import floor_field, percent_of, share_of
from .rules import ReasonForm


class SettingsForm(ReasonForm):
    """A rule's settings, and why they change; what somebody else changed meanwhile is left as it is."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        show_hidden_initial=True,
        error_messages={"required": _("A rule needs a title.")},
    )
    ground = forms.ChoiceField(
        label=_("Ground"), choices=Hold.Ground.choices, help_text=_("Sellers read it."), show_hidden_initial=True
    )
    floor_percent = floor_field(show_hidden_initial=True)
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        empty_label=None,
        help_text=_("Is told when the rule is demoted, ends, or fires unusually often."),
        show_hidden_initial=True,
    )
    field_order = ("title", "ground", "floor_percent", "owner", "reason")

    def __init__(self, data: Any = None, *, rule: Rule) -> None:
        initial = {
            "title": rule.title,
            "ground": rule.ground,
            "floor_percent": percent_of(rule.precision_floor),
            "owner": rule.owner_id,
        }
        super().__init__(data, initial=initial)
        writers = User.objects.filter(pk__in=[person.pk for person in people_with(Permission.WRITE_RULES)])
        owners: Any = self.fields["owner"]
        owners.queryset = (writers | User.objects.filter(pk=rule.owner_id)).order_by("name", "email")

    @property
    def changed(self) -> Changed:
        """What was changed in the checked form, as the verb takes it."""
        changed, data = Changed(), self.cleaned_data
        if "title" in self.changed_data:
            changed["title"] = data["title"]
        if "ground" in self.changed_data:
            changed["ground"] = data["ground"]
        if "floor_percent" in self.changed_data:
            changed["precision_floor"] = share_of(data["floor_percent"])
        if "owner" in self.changed_data:
            changed["owner"] = data["owner"]
        return changed


class RolloutForm(ReasonForm):
    """On which share of listings a live rule acts, and why."""

    rollout_percent = forms.DecimalField(
        label=_("Share of listings in percent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        error_messages={"required": _("Write a share from 0 to 100 percent.")},
    )
    field_order = ("rollout_percent", "reason")


def rollout_form(version: RuleVersion) -> RolloutForm:
    """Return the form, filled in with the share of now."""
    share = version.rollout_percent.normalize()
    return RolloutForm(initial={"rollout_percent": f"{share:f}"}, auto_id="rollout_%s")
