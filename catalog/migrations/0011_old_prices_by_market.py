"""The age of prices by market: who asks for old ones of one market reads no other's."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_import_applies_itself'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='offer', name='catalog_offer_by_age'),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['market', 'price_refreshed_at'], name='catalog_offer_by_age'),
        ),
    ]
