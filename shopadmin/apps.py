from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopadminConfig(AppConfig):
    name = "shopadmin"
    verbose_name = _("Shopadmin")

    def ready(self) -> None:
        """Register the checks of the settings."""
        from . import checks  # noqa: F401
