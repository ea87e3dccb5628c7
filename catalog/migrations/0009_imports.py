"""Imports. Rows, results and problems of each one lie in partitions of their own, which are copied into and dropped whole."""

import catalog.models.imports
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


PARTITION = """
ALTER TABLE {name} RENAME TO {name}_plain;
CREATE TABLE {name} (LIKE {name}_plain) PARTITION BY LIST (batch_id);
DROP TABLE {name}_plain;
"""
PARTITIONED = ('catalog_importrow', 'catalog_importresult', 'catalog_importissue')


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_bulk_actions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('upload', 'upload'), ('url', 'address'), ('api', 'API'), ('command', 'command line')], max_length=10, verbose_name='source')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('file', models.FileField(blank=True, upload_to=catalog.models.imports.import_path, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('byte_size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('format', models.JSONField(default=dict)),
                ('header', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('received', 'received'), ('checking', 'being checked'), ('ready', 'ready to apply'), ('applying', 'being applied'), ('applied', 'applied'), ('undoing', 'being undone'), ('undone', 'undone'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='received', max_length=10, verbose_name='state')),
                ('counts', models.JSONField(default=dict)),
                ('undo_counts', models.JSONField(default=dict)),
                ('decimal_mark', models.CharField(blank=True, max_length=1)),
                ('problem', models.JSONField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('applied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='catalog.seller')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=100)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('created', 'created'), ('changed', 'changed')], max_length=7)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField()),
                ('undo', models.CharField(blank=True, choices=[('', 'not undone'), ('restored', 'restored'), ('deleted', 'deleted'), ('removed', 'removed'), ('kept', 'left alone, since it was edited later')], max_length=8)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='catalog.importbatch')),
                ('product', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='import_changes', to='catalog.product')),
            ],
            options={
                'verbose_name': 'change by an import',
                'verbose_name_plural': 'changes by imports',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ImportIssue',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'number', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('position', models.IntegerField()),
                ('column', models.TextField()),
                ('code', models.TextField()),
                ('value', models.TextField()),
                ('facts', models.JSONField()),
                ('is_warning', models.BooleanField()),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='issues', to='catalog.importbatch')),
            ],
            options={
                'verbose_name': 'problem of a row',
                'verbose_name_plural': 'problems of rows',
            },
        ),
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('pending', 'waiting'), ('running', 'running'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='pending', max_length=10, verbose_name='state')),
                ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='progress of the stage in percent')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('token', models.UUIDField(blank=True, editable=False, null=True)),
                ('rung_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('check', 'check'), ('apply', 'apply'), ('undo', 'undo')], max_length=5, verbose_name='kind')),
                ('stage', models.CharField(choices=[('wait', 'waiting for a worker'), ('read', 'reading the file'), ('check', 'checking rows'), ('compare', 'comparing with your listings'), ('write', 'writing listings'), ('done', 'done')], default='wait', max_length=10, verbose_name='stage')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='catalog.importbatch')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.seller')),
            ],
            options={
                'verbose_name': 'import job',
                'verbose_name_plural': 'import jobs',
                'ordering': ['-created_at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportResult',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('outcome', models.TextField(choices=[('create', 'new'), ('change', 'changed'), ('same', 'unchanged'), ('error', 'with errors'), ('conflict', 'edited meanwhile')])),
                ('product_id', models.BigIntegerField(null=True)),
                ('version', models.IntegerField(null=True)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='results', to='catalog.importbatch')),
            ],
            options={
                'verbose_name': 'result of a row',
                'verbose_name_plural': 'results of rows',
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('mark', models.TextField(null=True)),
                ('fault', models.JSONField(null=True)),
                ('sku', models.TextField(null=True)),
                ('title', models.TextField(null=True)),
                ('description', models.TextField(null=True)),
                ('brand', models.TextField(null=True)),
                ('category', models.TextField(null=True)),
                ('gtin', models.TextField(null=True)),
                ('condition', models.TextField(null=True)),
                ('variant_group', models.TextField(null=True)),
                ('variant_name', models.TextField(null=True)),
                ('price', models.TextField(null=True)),
                ('currency', models.TextField(null=True)),
                ('market', models.TextField(null=True)),
                ('stock', models.TextField(null=True)),
                ('image_urls', models.TextField(null=True)),
                ('market_prices', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), null=True)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='rows', to='catalog.importbatch')),
            ],
            options={
                'verbose_name': 'row of an import',
                'verbose_name_plural': 'rows of imports',
            },
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['seller', 'sha256'], name='catalog_import_same_file'),
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['seller', '-created_at', '-id'], name='catalog_import_newest'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['applied', 'undoing', 'undone']), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='catalog_import_applied_dated'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['product'], name='catalog_importchange_product'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(condition=models.Q(('undo', 'removed')), fields=['product'], name='catalog_importchange_removed'),
        ),
        migrations.AddConstraint(
            model_name='importchange',
            constraint=models.UniqueConstraint(fields=('batch', 'number'), name='catalog_importchange_once_a_row'),
        ),
        migrations.AddIndex(
            model_name='importjob',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['due_at'], name='catalog_importjob_due'),
        ),
        migrations.AddIndex(
            model_name='importjob',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['lease_until'], name='catalog_importjob_lease'),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'running'), ('token__isnull', False)), models.Q(('state', 'running'), _negated=True), _connector='OR'), name='catalog_importjob_running_has_lease'),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='catalog_importjob_progress_range'),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'running'])), fields=('batch',), name='catalog_importjob_one_in_batch'),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['apply', 'undo']), ('state__in', ['pending', 'running'])), fields=('seller',), name='catalog_importjob_one_writes'),
        ),
        *(migrations.RunSQL(PARTITION.format(name=name), migrations.RunSQL.noop) for name in PARTITIONED),
    ]
