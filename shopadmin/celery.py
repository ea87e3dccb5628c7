"""The Celery application. Jobs are rows; Celery only rings the bell (see `shopadmin/jobs/leased_job.py`)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopadmin.settings")

app = Celery("shopadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
