"""Two short tables of facts instead of a wide one: what most rules ask, and the texts and lists."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# A backtest reads the table of facts from end to end, which takes as long as reading its bytes does; and a row is read
# from its left. So columns of fixed width come first, those without NULLs before the others.
FACTS = """
    product_id, as_of, product_version, seller_is_verified, has_seller_country, has_seller_refund_rate,
    has_seller_dispute_rate, brand_is_protected, is_authorized, has_price, has_currency, has_price_quantile,
    has_price_to_median, photo_is_authorized_sellers, has_photo_likeness, has_photo_text, has_photo_text_brands,
    has_photo_text_confusable_brands, has_photo_text_obfuscated_brands, has_photo_text_edited_brands, relists_photo,
    relists_text, photo_count, listing_age_days, seller_age_days, seller_orders, seller_removals, seller_strikes,
    price_peers, photo_twin_sellers, relist_signals, seller_refund_rate, seller_dispute_rate, price, price_quantile,
    price_to_median, photo_likeness, verdict, condition, seller_country, currency, brand, seller, category, fired,
    watched, errors
"""

TEXTS = """
    title, title_folded, title_skeleton, sku, gtin, markets, seller_name, seller_name_folded, seller_name_skeleton,
    brand_folded, brand_skeleton, unauthorized_markets, photo_hashes, photo_text_brands, title_other_brands,
    title_confusable_brands, title_obfuscated_brands, title_edited_brands, brand_confusable_brands,
    brand_obfuscated_brands, brand_edited_brands, seller_name_confusable_brands, seller_name_obfuscated_brands,
    seller_name_edited_brands, photo_text_confusable_brands, photo_text_obfuscated_brands, photo_text_edited_brands,
    description, description_folded, description_skeleton, photo_text, photo_text_folded, photo_text_skeleton,
    failed, made_by
"""

CONSTRAINTS = """
ALTER TABLE catalog_listingfacts
    ADD PRIMARY KEY (product_id),
    ADD CONSTRAINT catalog_listingfacts_product_id_72edbea3_fk_catalog_product_id
        FOREIGN KEY (product_id) REFERENCES catalog_product (id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT catalog_listingfacts_product_version_check CHECK (product_version >= 0),
    ALTER as_of SET NOT NULL, ALTER product_version SET NOT NULL, ALTER verdict SET NOT NULL,
    ALTER fired SET NOT NULL, ALTER watched SET NOT NULL, ALTER errors SET NOT NULL;
"""

SPLIT = f"""
ALTER TABLE catalog_listingfacts RENAME TO catalog_listingfacts_wide;
CREATE TABLE catalog_listingfacts AS SELECT {FACTS} FROM catalog_listingfacts_wide;
"""

FILL = f"""
INSERT INTO catalog_listingtexts (product_id, {TEXTS}) SELECT product_id, {TEXTS} FROM catalog_listingfacts_wide;
DROP TABLE catalog_listingfacts_wide;
{CONSTRAINTS}
"""

UNFILL = f"""
CREATE TABLE catalog_listingfacts_wide AS
    SELECT f.*, {TEXTS} FROM catalog_listingfacts f JOIN catalog_listingtexts t USING (product_id);
"""

JOIN = f"""
DROP TABLE catalog_listingfacts;
ALTER TABLE catalog_listingfacts_wide RENAME TO catalog_listingfacts;
{CONSTRAINTS}
ALTER TABLE catalog_listingfacts ALTER failed SET NOT NULL, ALTER made_by SET NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0019_evasion'),
    ]

    operations = [
        migrations.RunSQL(SPLIT, JOIN),
        migrations.CreateModel(
            name='ListingTexts',
            fields=[
                ('facts', models.OneToOneField(db_column='product_id', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='texts', serialize=False, to='catalog.listingfacts')),
                ('title', models.TextField(db_collation='C', null=True)),
                ('title_folded', models.TextField(db_collation='C', null=True)),
                ('title_skeleton', models.TextField(db_collation='C', null=True)),
                ('sku', models.TextField(db_collation='C', null=True)),
                ('gtin', models.TextField(db_collation='C', null=True)),
                ('markets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('seller_name', models.TextField(db_collation='C', null=True)),
                ('seller_name_folded', models.TextField(db_collation='C', null=True)),
                ('seller_name_skeleton', models.TextField(db_collation='C', null=True)),
                ('brand_folded', models.TextField(db_collation='C', null=True)),
                ('brand_skeleton', models.TextField(db_collation='C', null=True)),
                ('unauthorized_markets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('photo_hashes', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True)),
                ('photo_text_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('title_other_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('title_confusable_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('title_obfuscated_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('title_edited_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('brand_confusable_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('brand_obfuscated_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('brand_edited_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('seller_name_confusable_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('seller_name_obfuscated_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('seller_name_edited_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('photo_text_confusable_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('photo_text_obfuscated_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('photo_text_edited_brands', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(db_collation='C'), null=True)),
                ('description', models.TextField(db_collation='C', null=True)),
                ('description_folded', models.TextField(db_collation='C', null=True)),
                ('description_skeleton', models.TextField(db_collation='C', null=True)),
                ('photo_text', models.TextField(db_collation='C', null=True)),
                ('photo_text_folded', models.TextField(db_collation='C', null=True)),
                ('photo_text_skeleton', models.TextField(db_collation='C', null=True)),
                ('failed', models.JSONField(default=dict)),
                ('made_by', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'texts of a listing',
                'verbose_name_plural': 'texts of listings',
            },
        ),
        migrations.RunSQL(
            FILL,
            UNFILL,
            state_operations=[
                migrations.RemoveField(model_name='listingfacts', name='title'),
                migrations.RemoveField(model_name='listingfacts', name='title_folded'),
                migrations.RemoveField(model_name='listingfacts', name='title_skeleton'),
                migrations.RemoveField(model_name='listingfacts', name='sku'),
                migrations.RemoveField(model_name='listingfacts', name='gtin'),
                migrations.RemoveField(model_name='listingfacts', name='markets'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name_folded'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name_skeleton'),
                migrations.RemoveField(model_name='listingfacts', name='brand_folded'),
                migrations.RemoveField(model_name='listingfacts', name='brand_skeleton'),
                migrations.RemoveField(model_name='listingfacts', name='unauthorized_markets'),
                migrations.RemoveField(model_name='listingfacts', name='photo_hashes'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_brands'),
                migrations.RemoveField(model_name='listingfacts', name='title_other_brands'),
                migrations.RemoveField(model_name='listingfacts', name='title_confusable_brands'),
                migrations.RemoveField(model_name='listingfacts', name='title_obfuscated_brands'),
                migrations.RemoveField(model_name='listingfacts', name='title_edited_brands'),
                migrations.RemoveField(model_name='listingfacts', name='brand_confusable_brands'),
                migrations.RemoveField(model_name='listingfacts', name='brand_obfuscated_brands'),
                migrations.RemoveField(model_name='listingfacts', name='brand_edited_brands'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name_confusable_brands'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name_obfuscated_brands'),
                migrations.RemoveField(model_name='listingfacts', name='seller_name_edited_brands'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_confusable_brands'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_obfuscated_brands'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_edited_brands'),
                migrations.RemoveField(model_name='listingfacts', name='description'),
                migrations.RemoveField(model_name='listingfacts', name='description_folded'),
                migrations.RemoveField(model_name='listingfacts', name='description_skeleton'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_folded'),
                migrations.RemoveField(model_name='listingfacts', name='photo_text_skeleton'),
                migrations.RemoveField(model_name='listingfacts', name='failed'),
                migrations.RemoveField(model_name='listingfacts', name='made_by'),
            ],
        ),
        migrations.AddIndex(
            model_name='listingfacts',
            index=django.contrib.postgres.indexes.GinIndex(fields=['fired'], name='catalog_listingfacts_fired'),
        ),
        migrations.AddIndex(
            model_name='listingfacts',
            index=django.contrib.postgres.indexes.GinIndex(fields=['watched'], name='catalog_listingfacts_watched'),
        ),
    ]
