from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaggingConfig(AppConfig):
    name = "tagging"
    verbose_name = _("Tagging")

    def ready(self) -> None:
        """Ask the catalogue to tell of new photos; offer it the detector's labels, and what models see in photos."""
        from catalog.detector_labels import offer_labels
        from catalog.listeners import on_images_changed
        from catalog.photo_signals import offer_photo_signals

        from .label_words import LABEL_WORDS
        from .services.photo_signals import photo_signals, photo_versions
        from .tasks import index_photos_soon
        from .vision.coco import LABELS

        on_images_changed(index_photos_soon)
        offer_labels(LABELS, LABEL_WORDS)
        offer_photo_signals(photo_signals, photo_versions)
