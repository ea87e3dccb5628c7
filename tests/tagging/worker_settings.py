"""The site's settings for a worker process of a test: the test's database, queue and media folder."""

import os

from shopadmin.embedded_postgres.server import connection_string
from shopadmin.settings import *  # noqa: F403
from shopadmin.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, EMBEDDED_DATA_DIR, SHOPADMIN

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "conn_string": connection_string(EMBEDDED_DATA_DIR, os.environ["TEST_DATABASE"]),
    "pool_timeout": 3,
}
MEDIA_ROOT = os.environ["TEST_MEDIA"]
SHOPADMIN = {**SHOPADMIN, "READER": os.environ["TEST_READER"]}
CELERY_WORKER_MAX_TASKS_PER_CHILD = None
"""A child that is replaced would hide what it loses."""
