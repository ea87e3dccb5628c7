from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Tell the accounts for which sellers people work, what they may be told of, and how to say what was done."""
        from shopadmin.accounts.audit.actions import register_actions, register_parts
        from shopadmin.accounts.notifications.kinds import register_kind
        from shopadmin.accounts.permissions import Permission
        from shopadmin.accounts.tenants import Tenancy, use_tenancy

        from . import audit_actions
        from .listing_values import OFFER
        from .models import Seller, SellerMember

        use_tenancy(
            Tenancy(
                tenants=lambda user, permission: Seller.objects.for_user(user, permission).values_list("pk", flat=True),
                colleagues=lambda user: SellerMember.objects.filter(seller__members=user).values_list(
                    "user", flat=True
                ),
                lock_owned_by=Seller.objects.lock_owned_by,
                left_without_owner=lambda users: Seller.objects.left_without_owner(users).values_list(
                    "name", flat=True
                ),
            )
        )
        register_actions(audit_actions.WORDS, audit_actions.NAMES)
        register_parts(OFFER, audit_actions.offer_parts)
        register_kind("import.finished", _("An import is checked or finished"), Permission.IMPORT_LISTINGS)
        register_kind("listing.held", _("A listing is held back or released"), Permission.VIEW_LISTINGS)
        register_kind("appeal.answered", _("An appeal is answered"), Permission.APPEAL_HOLDS)
        register_kind("decision.made", _("A listing is taken down"), Permission.APPEAL_HOLDS)
        register_kind("seller.suspended", _("A seller has too many strikes"), Permission.VERIFY_TRADERS)
        register_kind("trader.checked", _("Staff have checked a trader file"), Permission.EDIT_SELLERS)
        register_kind(
            "authorization.decided", _("An authorisation for a brand is decided"), Permission.ASK_FOR_AUTHORIZATIONS
        )
        register_kind("member.invited", _("Somebody is invited to a shop, or joins it"), Permission.MANAGE_MEMBERS)
        register_kind("model.proposed", _("A new version of a model waits for approval"), Permission.APPROVE_RULES)
        register_kind("rule.proposed", _("A rule waits for approval"), Permission.APPROVE_RULES)
        register_kind("rule.owned", _("A rule is yours from now on"), Permission.WRITE_RULES)
        register_kind("rule.decided", _("A version of your rule is decided on, or has ended"), Permission.WRITE_RULES)
        register_kind("rule.demoted", _("A rule of yours only reviews from now on"), Permission.WRITE_RULES)
        register_kind(
            "rule.alarm", _("A rule of yours fires much more or less often than before"), Permission.WRITE_RULES
        )
