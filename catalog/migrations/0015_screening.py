"""Changes of rules and lists for which all listings are to be gone through."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0014_fact_finding"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleSweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.valuelist",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.ruleversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "sweep of a rule",
                "verbose_name_plural": "sweeps of rules",
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(version__isnull=True, list__isnull=False)
                        | Q(version__isnull=False, list__isnull=True),
                        name="catalog_rulesweep_of_one_thing",
                    )
                ],
            },
        ),
    ]
