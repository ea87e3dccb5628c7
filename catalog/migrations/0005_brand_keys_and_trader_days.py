"""Brands are found by names folded alike; files know since when sales are high; nobody decides on their own request."""

import catalog.models.brands
from django.conf import settings
from django.db import migrations, models

from catalog.names import folded


def fold_names(apps, schema_editor):
    brand = apps.get_model("catalog", "Brand")
    for row in brand.objects.only("name").iterator():
        brand.objects.filter(pk=row.pk).update(folded=folded(row.name)[:200])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_products_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='brand',
            name='folded',
            field=catalog.models.brands.FoldedField(db_index=True, default='', editable=False, max_length=200),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.AddField(
            model_name='traderfile',
            name='high_volume_since',
            field=models.DateField(blank=True, editable=False, help_text='When recorded sales passed the INFORM Act’s line.', null=True),
        ),
        migrations.AlterField(
            model_name='brandalias',
            name='folded',
            field=catalog.models.brands.FoldedField(editable=False, max_length=200, unique=True),
        ),
        migrations.AddConstraint(
            model_name='brandauthorization',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'withdrawn']), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='catalog_authorization_decided_by_another'),
        ),
    ]
