from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaggingConfig(AppConfig):
    name = "tagging"
    verbose_name = _("Tagging")

    def ready(self) -> None:
        """Ask the catalogue to tell of new product photos."""
        from catalog.listeners import on_images_changed

        from .tasks import index_photos_soon

        on_images_changed(index_photos_soon)
