"""What somebody looks for in the audit log, as the address says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..models import User
from ..permissions import Permission, Scope
from ..tenants import colleague_keys
from .actions import action_words
from .models import AuditEntry, AuditQuerySet
from .presenting import target_noun

MOST_PEOPLE = 50


class DateInput(forms.DateInput):
    """The browser's own calendar; it speaks ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AuditFilter(forms.Form):
    """Which entries: all fields are optional, and together they narrow."""

    q = forms.CharField(label=_("Search names, actions and reasons"), required=False, max_length=200)
    who = forms.CharField(label=_("Who"), required=False, max_length=254)
    action = forms.CharField(label=_("Action"), required=False, widget=forms.Select)
    kind = forms.CharField(label=_("What"), required=False, widget=forms.Select)
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("To"), required=False, widget=DateInput)
    target = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)
    request = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], user: User) -> None:
        super().__init__(data, label_suffix="")
        self.user = user
        self._offer("action", action_words)
        self._offer("kind", target_noun)

    def rows(self) -> AuditQuerySet:
        """Return the entries that fit, among those that the user may read; none when a field is not readable."""
        rows = AuditEntry.objects.for_user(self.user)
        if not self.is_valid():
            return rows.none()
        wanted = self.cleaned_data
        rows = rows.between(wanted["first"], wanted["last"]).saying(wanted["q"])
        if wanted["action"]:
            rows = rows.filter(action=wanted["action"])
        if wanted["kind"]:
            rows = rows.filter(target_label=wanted["kind"])
        if wanted["target"]:
            label, _separator, key = wanted["target"].partition(":")
            rows = rows.for_target(label, key)
        if wanted["request"]:
            rows = rows.filter(request_id=wanted["request"])
        return rows.filter(self._by_whom(wanted["who"])) if wanted["who"] else rows

    @property
    def has_words(self) -> bool:
        """Whether free text is looked for."""
        return bool(self.data.get("q"))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for."""
        return any(self.data.get(name) for name in self.fields)

    def _by_whom(self, text: str) -> Q:
        """Find people by name or address as they are now, commands by their name; merchants only find colleagues."""
        people = User.objects.filter(Q(name__icontains=text) | Q(email__istartswith=text))
        if self.user.scope(Permission.VIEW_AUDIT) != Scope.ALL:
            people = people.filter(pk__in=colleague_keys(self.user))
        keys = list(people.values_list("pk", flat=True)[:MOST_PEOPLE])
        return Q(actor_key__in=keys) if keys else Q(actor_key__isnull=True, actor_name=text)

    def _offer(self, field: str, words: Any) -> None:
        """Offer the values that the log holds."""
        column = "target_label" if field == "kind" else field
        values = AuditEntry.objects.values_of(column)
        choices = sorted(((value, words(value)) for value in values), key=lambda choice: str(choice[1]))
        self.fields[field].widget.choices = [("", _("all")), *choices]
