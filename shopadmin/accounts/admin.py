"""The back office of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .audit.admin import AuditedAdmin
from .audit.recording import Happening, record_many
from .models import ApiToken, User
from .sessions import end_sessions
from .tenants import left_without_owner


class UserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new login is an e-mail address and a password."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"email": forms.EmailField}


class OfficeUserForm(UserChangeForm):  # type: ignore[type-arg]
    """A user as the back office changes them."""

    def clean_is_active(self) -> bool:
        """Refuse to shut out somebody without whom a shop has no owner."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and (shops := left_without_owner([self.instance], lock=True)):
            raise forms.ValidationError([_needs_owner(shop) for shop in shops])
        return is_active


def _needs_owner(shop: str) -> str:
    return gettext("%(shop)s would have no owner. Make somebody else an owner there first.") % {"shop": shop}


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Users and their roles."""

    form = OfficeUserForm
    add_form = UserCreationForm
    list_display = ("email", "name", "is_active", "is_staff")
    list_filter = ("groups", "is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ["email", "password", "name", "language"]}),
        (_("Roles"), {"fields": ["groups", "is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "joined_at"]}),
    )
    add_fieldsets = ((None, {"fields": ["email", "usable_password", "password1", "password2"]}),)
    filter_horizontal = ("groups",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; an address that an admin has typed counts as confirmed."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            obj.confirm_email()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count a shop that would be left without an owner among what keeps people from being deleted."""
        to_delete, counts, missing, protected = super().get_deleted_objects(objs, request)
        shops = left_without_owner(objs, lock=request.method == "POST")
        return to_delete, counts, missing, [*protected, *map(_needs_owner, shops)]

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a new password together with what is written down of it, or neither."""
        return super().user_change_password(request, id, form_url)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AuditedAdmin, DjangoGroupAdmin):
    """The groups that roles are."""


# Addresses go with their users, who have one each.
admin.site.unregister((Authenticator, EmailAddress, UserSession))


@admin.register(Authenticator)
class AuthenticatorAdmin(AuditedAdmin):
    """Second factors can be taken away from who has lost them; their secrets are not shown."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    readonly_fields = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only their owners add factors."""
        return False

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Authenticator]) -> Any:
        """Write down whose factor was taken away, and nothing of what it holds."""
        rows = [Happening(target=one, before={"user": one.user, "type": one.type}) for one in queryset]
        record_many(request, "second-factor.deleted", rows)
        return admin.ModelAdmin.log_deletions(self, request, queryset)  # type: ignore[arg-type]


@admin.register(UserSession)
class UserSessionAdmin(AuditedAdmin):
    """Where people are logged in; deleting a row logs them out there."""

    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "ip")
    readonly_fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    exclude = ("data",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a login starts a session."""
        return False

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        """End the session."""
        end_sessions([obj], by=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[UserSession]) -> None:
        """End the sessions."""
        end_sessions(queryset, by=cast("User", request.user))


@admin.register(ApiToken)
class ApiTokenAdmin(AuditedAdmin):
    """Tokens can be looked at and, in an emergency, deleted; only their users make them."""

    list_display = ("name", "user", "prefix", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("revoked_at",)
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__email")
    readonly_fields = ("user", "name", "prefix", "permissions", "created_at", "last_used_at", "expires_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody makes a token for somebody else."""
        return False
