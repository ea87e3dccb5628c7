"""The products index: what is searched, filtered and sorted by, kept by the database itself.

`catalog_folded` is the only place that says how texts are compared, for rows and for what people type.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = r"""
-- Text as words between single spaces, in lower case, without accents and apostrophes. Scripts that are written without
-- spaces (Chinese, Japanese, Korean, Thai, Lao) become one word for each letter, so that parts of a word are found.
CREATE FUNCTION catalog_folded(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(value) = length(value) THEN
    btrim(replace(replace(replace(
        translate(lower(value), E' !"#$%&()*+,-./:;<=>?@[\\]^_{|}~\t\n\r''`', repeat(' ', 34)),
    '  ', ' '), '  ', ' '), '  ', ' '))
ELSE
    btrim(regexp_replace(regexp_replace(
        normalize(regexp_replace(
            normalize(casefold(normalize(value, NFKD) COLLATE pg_unicode_fast), NFKD),
            '[''`’\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g'
        ), NFKC),
        '([\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g'),
        '[^[:alnum:]\u0900-\u0fff\u1000-\u109f\u1780-\u17ff]+', ' ', 'g'))
END;

CREATE FUNCTION catalog_title_key(title text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(catalog_folded(title), 200);

CREATE FUNCTION catalog_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(array_remove(string_to_array(left(catalog_folded(name), 500), ' '), ''));

-- A product's words and facets. A facet begins with "=", which no word does (catalog/facets.py names them).
CREATE FUNCTION catalog_searchable(
    title text, sku text, gtin text, seller bigint, brand bigint, category bigint, status text, condition text,
    traits text[]
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(array_remove(
    string_to_array(left(catalog_folded(title), 500), ' ')
    || string_to_array(left(catalog_folded(sku), 300), ' ')
    || ARRAY[
        replace(left(catalog_folded(sku), 300), ' ', ''), ltrim(gtin, '0'), '=s' || seller::text, '=b' || brand::text,
        '=c' || category::text, '=t' || status, '=n' || condition
    ] || traits, NULL), ''));

-- "=mUS": an offer in the US; "=oUS": sold out there; "=-m": no offer; "=-p": no photo.
CREATE FUNCTION catalog_traits(product bigint) RETURNS text[] LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT array_agg('=m' || market ORDER BY market)
        || coalesce(array_agg('=o' || market ORDER BY market) FILTER (WHERE stock = 0), '{}')
     FROM catalog_offer WHERE product_id = product HAVING count(*) > 0),
    '{=-m}')
    || CASE WHEN EXISTS (SELECT FROM catalog_productimage WHERE product_id = product) THEN '{}' ELSE '{=-p}'::text[] END;
"""

# The rows are locked before they are looked at: who waits for somebody else's change then sees it.
TRIGGERS = r"""
CREATE FUNCTION catalog_keep_traits(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_product WHERE id = ANY (products) ORDER BY id FOR NO KEY UPDATE;
    UPDATE catalog_product AS p SET traits = fresh.traits
    FROM (SELECT id, catalog_traits(id) AS traits FROM unnest(products) AS id) AS fresh
    WHERE p.id = fresh.id AND p.traits IS DISTINCT FROM fresh.traits;
END $$;

CREATE FUNCTION catalog_traits_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_keep_traits(ARRAY(SELECT DISTINCT product_id FROM changed));
    RETURN NULL;
END $$;

CREATE FUNCTION catalog_traits_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_keep_traits(ARRAY[OLD.product_id, NEW.product_id]);
    RETURN NULL;
END $$;

CREATE FUNCTION catalog_refuse_traits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.traits := OLD.traits;
    RETURN NEW;
END $$;

CREATE TRIGGER traits_inserted AFTER INSERT ON catalog_offer REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_traits_of_changed();
CREATE TRIGGER traits_deleted AFTER DELETE ON catalog_offer REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_traits_of_changed();
CREATE TRIGGER traits_updated AFTER UPDATE ON catalog_offer FOR EACH ROW
    WHEN ((OLD.stock = 0) <> (NEW.stock = 0) OR OLD.market <> NEW.market OR OLD.product_id <> NEW.product_id)
    EXECUTE FUNCTION catalog_traits_of_row();
CREATE TRIGGER traits_inserted AFTER INSERT ON catalog_productimage REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_traits_of_changed();
CREATE TRIGGER traits_deleted AFTER DELETE ON catalog_productimage REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_traits_of_changed();
CREATE TRIGGER traits_updated AFTER UPDATE ON catalog_productimage FOR EACH ROW
    WHEN (OLD.product_id <> NEW.product_id) EXECUTE FUNCTION catalog_traits_of_row();
CREATE TRIGGER traits_kept BEFORE UPDATE ON catalog_product FOR EACH ROW
    WHEN (OLD.traits IS DISTINCT FROM NEW.traits AND pg_trigger_depth() = 0) EXECUTE FUNCTION catalog_refuse_traits();

ALTER TABLE catalog_product DISABLE TRIGGER traits_kept;
UPDATE catalog_product SET traits = catalog_traits(id);
-- A table whose rows still wait for the check of their foreign keys cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE catalog_product ENABLE TRIGGER traits_kept;
"""

NO_FUNCTIONS = """
DROP FUNCTION catalog_traits, catalog_searchable, catalog_words, catalog_title_key, catalog_folded;
"""
NO_TRIGGERS = """
DROP FUNCTION catalog_traits_of_changed, catalog_traits_of_row, catalog_refuse_traits CASCADE;
DROP FUNCTION catalog_keep_traits;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles'),
        ("catalog", "0003_photo_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name='ListingColumns',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='listing_columns', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list)),
            ],
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('word', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False)),
                ('spellings', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40))),
            ],
        ),
        migrations.AlterModelOptions(
            name='product',
            options={'ordering': ['title_key', 'pk'], 'verbose_name': 'product', 'verbose_name_plural': 'products'},
        ),
        migrations.AddField(
            model_name='brand',
            name='words',
            field=models.GeneratedField(db_persist=True, expression=models.Func('name', function='catalog_words'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddField(
            model_name='brandalias',
            name='words',
            field=models.GeneratedField(db_persist=True, expression=models.Func('name', function='catalog_words'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddField(
            model_name='product',
            name='traits',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=['=-m', '=-p'], editable=False),
        ),
        migrations.AddField(
            model_name='product',
            name='title_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func('title', function='catalog_title_key'), output_field=models.CharField(db_collation='C', max_length=200)),
        ),
        migrations.AddField(
            model_name='product',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=models.Func('title', 'sku', 'gtin', 'seller', 'brand', 'category', 'status', 'condition', 'traits', function='catalog_searchable'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddIndex(
            model_name='brand',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='catalog_brand_words'),
        ),
        migrations.AddIndex(
            model_name='brandalias',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='catalog_brandalias_words'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], gin_pending_list_limit=1024, name='catalog_product_search'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['title_key', 'id'], name='catalog_product_by_title'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['updated_at', 'id'], name='catalog_product_by_update'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='seller',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='catalog.seller'),
        ),
        migrations.AddIndex(
            model_name='word',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['spellings'], name='catalog_word_spellings'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['price_refreshed_at', 'product'], name='catalog_offer_by_age'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
