"""A group for each role."""

from django.db import migrations

ROLES = ["merchant", "creator", "reviewer", "policy", "studio manager", "admin"]


def add_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add_groups, migrations.RunPython.noop)]
