"""The site: wiring, and the parts that stand below (accounts) and above (dashboard, studio) the two domains."""

from .celery import app as celery_app

__all__ = ["celery_app"]
