"""Forms for categories."""

from __future__ import annotations

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ..category_tree import branch
from ..detector_labels import offered_labels, word_for
from ..models import Category


def label_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the detector's labels by group."""
    groups = offered_labels().items()
    return [(word_for(group), [(label, word_for(label)) for label in labels]) for group, labels in groups]


class CategoryForm(forms.Form):
    """A category's name and the one in which it lies."""

    name = forms.CharField(label=_("Name"), max_length=200, error_messages={"required": _("A category needs a name.")})
    parent = forms.ModelChoiceField(
        Category.objects.all(), label=_("Lies in"), required=False, empty_label=_("the top of the tree")
    )


class EditCategoryForm(CategoryForm):
    """The same for a category that is there, with the detector's names for such things."""

    labels = forms.MultipleChoiceField(
        label=_("What the detector calls such things"),
        required=False,
        choices=label_choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict | None = None, *, category: Category) -> None:
        initial = {"name": category.name, "parent": category.parent_id, "labels": category.detector_labels}
        super().__init__(data, initial=initial)
        parents = dict(Category.objects.values_list("pk", "parent"))
        field = self.fields["parent"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Category.objects.exclude(pk__in=branch(parents, category.pk))

    def label_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """Return the ticks by group of labels."""
        ticks = {tick.data["value"]: tick for tick in self["labels"].subwidgets}
        return [(word_for(group), [ticks[label] for label in labels]) for group, labels in offered_labels().items()]
