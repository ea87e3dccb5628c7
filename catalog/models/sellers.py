"""Who sells."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Seller(models.Model):
    """A merchant's shop; its members may work on its listings."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="sellers", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
