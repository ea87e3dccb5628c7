"""The queue's tables and functions, out of the `pgmq` package; no server extension is needed."""

from django.conf import settings
from django.db import migrations
from pgmq.install import get_embedded_install_sql


def install_queue(apps, schema_editor):
    if not settings.CELERY_BROKER_URL.startswith("pgmq:"):
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('pgmq') IS NULL")
        if cursor.fetchone()[0]:
            cursor.connection.execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(install_queue, migrations.RunPython.noop)]
