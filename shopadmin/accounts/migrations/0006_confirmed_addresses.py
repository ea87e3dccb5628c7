"""The addresses of those who could log in so far count as confirmed."""

from django.db import migrations


def confirm(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.filter(emailaddress__isnull=True)
    address = apps.get_model("account", "EmailAddress")
    rows = (address(user_id=pk, email=email, verified=True, primary=True) for pk, email in users.values_list("pk", "email"))
    address.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_tokens_and_language"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
