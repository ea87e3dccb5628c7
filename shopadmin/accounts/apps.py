from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "shopadmin.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Register the checks of the database, and what people are told of their login."""
        from .audit import checks  # noqa: F401
        from .notifications.kinds import register_kind

        register_kind("login.locked", _("Somebody has tried to log in as you, too often"))
