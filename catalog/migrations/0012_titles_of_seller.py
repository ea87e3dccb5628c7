"""A seller's products by title, instead of in no order.

The products of a seller are also found by the index over seller and SKU, which the unique constraint keeps.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0011_old_prices_by_market'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['seller', 'title_key', 'id'], name='catalog_product_of_seller'),
        ),
        migrations.AlterField(
            model_name='product',
            name='seller',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.seller'),
        ),
    ]
