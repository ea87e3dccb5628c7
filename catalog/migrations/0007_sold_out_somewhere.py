"""One facet for "sold out somewhere", and a smaller index for the age of prices.

A prefix over all markets collects a list of each; a facet of its own is one list.
"""

from django.db import migrations, models

SOLD_OUT_SOMEWHERE = r"""
-- "=mUS": an offer in the US; "=oUS": sold out there; "=o": sold out somewhere; "=-m": no offer; "=-p": no photo.
CREATE OR REPLACE FUNCTION catalog_traits(product bigint) RETURNS text[] LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT array_agg('=m' || market ORDER BY market)
        || CASE WHEN bool_or(stock = 0) THEN '{=o}' ELSE '{}'::text[] END
        || coalesce(array_agg('=o' || market ORDER BY market) FILTER (WHERE stock = 0), '{}')
     FROM catalog_offer WHERE product_id = product HAVING count(*) > 0),
    '{=-m}')
    || CASE WHEN EXISTS (SELECT FROM catalog_productimage WHERE product_id = product) THEN '{}' ELSE '{=-p}'::text[] END;

SELECT catalog_keep_traits(ARRAY(SELECT DISTINCT product_id FROM catalog_offer WHERE stock = 0));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_appeals_other_eyes'),
    ]

    operations = [
        migrations.RunSQL(SOLD_OUT_SOMEWHERE, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name='offer', name='catalog_offer_by_age'),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['price_refreshed_at'], name='catalog_offer_by_age'),
        ),
    ]
