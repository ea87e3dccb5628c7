from django.db import migrations, models


def erase_former_results(apps, schema_editor):
    """Erase backtests whose results lack what their pages show now; they can be asked again in seconds."""
    apps.get_model('catalog', 'Backtest').objects.filter(state='succeeded').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0022_notices_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='screening',
            name='drawn_percent',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='screening',
            index=models.Index(condition=models.Q(('drawn_percent__isnull', False)), fields=['at'], name='catalog_screening_drawn'),
        ),
        migrations.AlterField(
            model_name='backtest',
            name='stage',
            field=models.CharField(choices=[('wait', 'waiting for a worker'), ('ask', 'asking listings'), ('count', 'counting what changes'), ('replay', 'asking listings as they were'), ('done', 'done')], default='wait', max_length=10, verbose_name='stage'),
        ),
        migrations.RunPython(erase_former_results, migrations.RunPython.noop, elidable=True),
    ]
