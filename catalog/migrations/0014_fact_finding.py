"""Prices of authorised sellers, requests for screening, and indexes that find photos and titles that look alike."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Hashes that differ in at most 4 of 64 bits agree in at least two of six bands of bits, wherever the differences are.
# So each of the 15 pairs of bands (every sixth bit each, since neighbouring bits depend on each other) is a key, and
# photos that look alike share one. With real photos 28 in a million others share a key by chance; of five single bands
# it would be 840. A photo with at most 4 bits set is a plain surface: it says nothing and has no keys.
FUNCTIONS = r"""
CREATE FUNCTION catalog_hash_bands(hash bigint) RETURNS int[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN bit_count(hash::bit(64)) <= 4 THEN '{}' ELSE ARRAY[
    hashint8((hash & (3513665537849438403)) # 0),
    hashint8((hash & (5856109229749064005)) # 1),
    hashint8((hash & (-7905747460161236407)) # 2),
    hashint8((hash & (1464027307437266001)) # 3),
    hashint8((hash & (1756832768924719201)) # 4),
    hashint8((hash & (7027331075698876806)) # 5),
    hashint8((hash & (-6734525614211423606)) # 6),
    hashint8((hash & (2635249153387078802)) # 7),
    hashint8((hash & (2928054614874532002)) # 8),
    hashint8((hash & (-4392081922311798004)) # 9),
    hashint8((hash & (4977692845286704404)) # 10),
    hashint8((hash & (5270498306774157604)) # 11),
    hashint8((hash & (-8784163844623596008)) # 12),
    hashint8((hash & (-8491358383136142808)) # 13),
    hashint8((hash & (878416384462359600)) # 14)
] END;

CREATE FUNCTION catalog_bands_of_hashes(hashes bigint[]) RETURNS int[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT band FROM unnest(hashes) AS hash, unnest(catalog_hash_bands(hash)) AS band);

CREATE FUNCTION catalog_words_of_form(form text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN string_to_array(btrim(form), ' ');
"""

DROP = """
DROP FUNCTION catalog_words_of_form(text);
DROP FUNCTION catalog_bands_of_hashes(bigint[]);
DROP FUNCTION catalog_hash_bands(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0013_rules'),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.CreateModel(
            name='PriceStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.CharField(choices=[('new', 'new'), ('refurbished', 'refurbished'), ('used', 'used')], max_length=12, verbose_name='condition')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('count', models.PositiveIntegerField(verbose_name='prices')),
                ('quantiles', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), null=True, size=101)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'standing of prices',
                'verbose_name_plural': 'standings of prices',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ScreeningRequest',
            fields=[
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='screening_request', serialize=False, to='catalog.product')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'request for screening',
                'verbose_name_plural': 'requests for screening',
                'ordering': ['asked_at'],
            },
        ),
        migrations.AddIndex(
            model_name='productimage',
            index=django.contrib.postgres.indexes.GinIndex(models.Func('perceptual_hash', function='catalog_hash_bands'), fastupdate=False, name='catalog_image_bands'),
        ),
        migrations.AddIndex(
            model_name='takendown',
            index=django.contrib.postgres.indexes.GinIndex(models.Func('hashes', function='catalog_bands_of_hashes'), fastupdate=False, name='catalog_takendown_bands'),
        ),
        migrations.AddIndex(
            model_name='takendown',
            index=django.contrib.postgres.indexes.GinIndex(models.Func('words', function='catalog_words_of_form'), fastupdate=False, name='catalog_takendown_words'),
        ),
        migrations.AddField(
            model_name='pricestanding',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='pricestanding',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.category'),
        ),
        migrations.AddIndex(
            model_name='screeningrequest',
            index=models.Index(fields=['asked_at'], name='catalog_screeningrequest_age'),
        ),
        migrations.AddConstraint(
            model_name='pricestanding',
            constraint=models.UniqueConstraint(fields=('brand', 'category', 'condition', 'currency'), name='catalog_pricestanding_once'),
        ),
        migrations.AddConstraint(
            model_name='pricestanding',
            constraint=models.CheckConstraint(condition=models.Q(('quantiles__isnull', True), ('quantiles__len', 101), _connector='OR'), name='catalog_pricestanding_quantiles'),
        ),
    ]
