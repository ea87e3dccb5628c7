"""Forms whose fields are checked as one leaves them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse


class Checked(forms.Form):
    """A form that is checked as one leaves its fields: htmx posts it and swaps what is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = reverse("catalog:product-check")
        for bound in self.visible_fields():
            if not isinstance(bound.field, forms.BooleanField):
                errors = self.error_id(bound.auto_id)
                bound.field.widget.attrs |= {
                    "aria-describedby": f"{bound.auto_id}_helptext {errors}" if bound.help_text else errors,
                    "hx-post": address,
                    "hx-trigger": "change",
                    "hx-target": f"#{errors}",
                    "hx-swap": "outerHTML",
                    "hx-sync": "this:replace",
                }

    def error_id(self, field_id: str) -> str:
        """Return the id of the element that holds the errors of a field."""
        return f"{field_id}_error"
