"""What each permission is called where people choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .permissions import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PERMISSION_LABELS: Mapping[Permission, _StrPromise] = {
    Permission.VIEW_LISTINGS: _("See listings"),
    Permission.EDIT_LISTINGS: _("Edit listings"),
    Permission.IMPORT_LISTINGS: _("Import listings"),
    Permission.HOLD_LISTINGS: _("Hold and release listings"),
    Permission.APPEAL_HOLDS: _("Appeal against holds"),
    Permission.ANSWER_APPEALS: _("Answer appeals"),
    Permission.VIEW_SELLERS: _("See sellers"),
    Permission.EDIT_SELLERS: _("Edit sellers"),
    Permission.ADD_SELLERS: _("Add sellers"),
    Permission.MANAGE_MEMBERS: _("Invite and remove members"),
    Permission.VERIFY_TRADERS: _("Verify traders"),
    Permission.VIEW_BRANDS: _("See brands"),
    Permission.EDIT_BRANDS: _("Edit brands"),
    Permission.ASK_FOR_AUTHORIZATIONS: _("Ask for brand authorizations"),
    Permission.DECIDE_AUTHORIZATIONS: _("Decide on brand authorizations"),
    Permission.EDIT_CATEGORIES: _("Edit categories"),
    Permission.VIEW_RULES: _("See rules, lists and what they find"),
    Permission.WRITE_RULES: _("Write rules and lists"),
    Permission.APPROVE_RULES: _("Approve what others wrote in rules"),
    Permission.DECIDE_FINDINGS: _("Decide what rules find"),
    Permission.VIEW_AUDIT: _("Read the audit log"),
}
