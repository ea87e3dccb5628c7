"""The back office of tagging: labels can be edited, all else is only looked at, since services write it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shopadmin.accounts.audit.admin import AuditedAdmin

from .models import ConsentEvent, Creator, IndexVersion, LabelPolicy, ProductLink, TagJob, Video


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows that only services may write."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(LabelPolicy)
class LabelPolicyAdmin(AuditedAdmin):
    """Which detected classes may be linked."""

    list_display = ("label", "is_sellable", "note")
    list_editable = ("is_sellable",)
    list_filter = ("is_sellable",)
    search_fields = ("label",)


@admin.register(Creator)
class CreatorAdmin(AuditedAdmin):
    """Creators and their logins."""

    list_display = ("handle", "name", "user")
    list_select_related = ("user",)
    search_fields = ("handle", "name")
    autocomplete_fields = ("user",)


@admin.register(Video)
class VideoAdmin(ReadOnlyAdmin):
    """Videos; their files are watched on the site's own pages."""

    list_display = ("title", "creator", "state", "state_reason", "created_at")
    list_filter = ("state",)
    list_select_related = ("creator",)
    search_fields = ("title",)
    exclude = ("file", "poster")


@admin.register(TagJob)
class TagJobAdmin(ReadOnlyAdmin):
    """Jobs."""

    list_display = ("pk", "video", "state", "stage", "attempts", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("video",)


@admin.register(ProductLink)
class ProductLinkAdmin(ReadOnlyAdmin):
    """Links with their evidence."""

    list_display = ("pk", "video", "product", "state", "kind", "probability", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("video", "product")


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin):
    """The history of consents."""

    list_display = ("creator", "kind", "purpose", "publication", "actor", "at")
    list_filter = ("kind",)
    list_select_related = ("creator", "actor")


@admin.register(IndexVersion)
class IndexVersionAdmin(ReadOnlyAdmin):
    """Versions of the search index."""

    list_display = ("pk", "state", "embedder", "reader", "model_version", "created_at", "promoted_at")
    list_filter = ("state",)
    exclude = ("model",)
