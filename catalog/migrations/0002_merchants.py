"""Merchants: members with roles, trader files, brands' other names and authorisations, holds and appeals."""

import catalog.models.brands
import catalog.models.sellers
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEEP_MEMBERS = """
INSERT INTO catalog_sellermember (seller_id, user_id, role, joined_at)
SELECT seller_id, user_id, 'owner', now() FROM catalog_seller_members
"""

FILL_PATHS = """
WITH RECURSIVE tree AS (
    SELECT id, name::text AS path FROM catalog_category WHERE parent_id IS NULL
    UNION ALL
    SELECT child.id, tree.path || ' > ' || child.name
    FROM catalog_category child JOIN tree ON child.parent_id = tree.id
)
UPDATE catalog_category SET path = tree.path FROM tree WHERE tree.id = catalog_category.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='what you say')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('waiting', 'waiting for an answer'), ('upheld', 'the hold stands'), ('overturned', 'the hold was lifted')], default='waiting', max_length=10, verbose_name='state')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'appeal',
                'verbose_name_plural': 'appeals',
                'ordering': ['made_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='BrandAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('folded', models.CharField(editable=False, max_length=200, unique=True)),
            ],
            options={
                'verbose_name': 'alias',
                'verbose_name_plural': 'aliases',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='BrandAuthorization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.CharField(blank=True, help_text='A country; empty for all of them.', max_length=2, verbose_name='territory')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('document', models.FileField(blank=True, upload_to=catalog.models.brands.document_path, verbose_name='document')),
                ('state', models.CharField(choices=[('asked', 'asked for'), ('granted', 'granted'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], default='asked', max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'brand authorisation',
                'verbose_name_plural': 'brand authorisations',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(choices=[('counterfeit', 'may be counterfeit'), ('unauthorised', 'brand not authorised for this seller'), ('forbidden', 'may not be sold here'), ('misleading', 'misleading title, photo or price'), ('unsafe', 'unsafe or recalled'), ('incomplete', 'something required is missing'), ('other', 'another reason')], max_length=20, verbose_name='ground')),
                ('explanation', models.TextField(verbose_name='what is wrong')),
                ('remedy', models.TextField(blank=True, verbose_name='what the merchant can do')),
                ('status_before', models.CharField(choices=[('draft', 'draft'), ('live', 'live'), ('held', 'held'), ('removed', 'removed')], max_length=10)),
                ('placed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('release_reason', models.TextField(blank=True, verbose_name='why it was released')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'ordering': ['-placed_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MonthlySales',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='first day of the month')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('sales_count', models.PositiveIntegerField(default=0, verbose_name='sales')),
                ('value_minor', models.PositiveBigIntegerField(default=0, verbose_name='value in minor units')),
            ],
            options={
                'verbose_name': 'monthly sales',
                'verbose_name_plural': 'monthly sales',
                'ordering': ['month'],
            },
        ),
        migrations.CreateModel(
            name='SellerInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('editor', 'editor'), ('viewer', 'viewer')], default='editor', max_length=10, verbose_name='role')),
                ('token_sha256', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(default=catalog.models.sellers.invitation_end)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SellerMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('editor', 'editor'), ('viewer', 'viewer')], default='owner', max_length=10, verbose_name='role')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='joined at')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'ordering': ['joined_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TraderFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('legal_name', models.CharField(blank=True, max_length=300, verbose_name='legal name')),
                ('street', models.CharField(blank=True, max_length=300, verbose_name='street and number')),
                ('postal_code', models.CharField(blank=True, max_length=20, verbose_name='postal code')),
                ('city', models.CharField(blank=True, max_length=200, verbose_name='city')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address for customers')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('register', models.CharField(blank=True, max_length=200, verbose_name='trade register')),
                ('registration_number', models.CharField(blank=True, max_length=100, verbose_name='registration number')),
                ('tax_number', models.CharField(blank=True, max_length=40, verbose_name='tax or VAT number')),
                ('payment_account_holder', models.CharField(blank=True, max_length=300, verbose_name='holder of the payment account')),
                ('payment_account_last4', models.CharField(blank=True, max_length=4, verbose_name='last four of the payment account')),
                ('certified_at', models.DateTimeField(blank=True, null=True, verbose_name='certified at')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'trader file',
                'verbose_name_plural': 'trader files',
            },
        ),
        migrations.CreateModel(
            name='TraderVerification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('verified', 'verified'), ('refused', 'refused'), ('more needed', 'more needed')], max_length=12, verbose_name='outcome')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('verified', models.JSONField(default=dict, help_text='The file as it was when it was checked.')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'verification',
                'verbose_name_plural': 'verifications',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='category',
            options={'ordering': ['path'], 'verbose_name': 'category', 'verbose_name_plural': 'categories'},
        ),
        migrations.AlterModelOptions(
            name='offer',
            options={'ordering': ['market'], 'verbose_name': 'offer', 'verbose_name_plural': 'offers'},
        ),
        migrations.AddField(
            model_name='brand',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='brand',
            name='is_protected',
            field=models.BooleanField(default=False, verbose_name='protected'),
        ),
        migrations.AddField(
            model_name='brand',
            name='owner',
            field=models.CharField(blank=True, help_text='Who holds the trade mark.', max_length=300, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='category',
            name='detector_labels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), blank=True, default=list),
        ),
        migrations.AddField(
            model_name='category',
            name='path',
            field=models.CharField(default='', editable=False, max_length=1000, verbose_name='path'),
        ),
        migrations.RunSQL(FILL_PATHS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='category',
            name='path',
            field=models.CharField(default='', editable=False, max_length=1000, unique=True, verbose_name='path'),
        ),
        migrations.AddField(
            model_name='product',
            name='condition',
            field=models.CharField(choices=[('new', 'new'), ('refurbished', 'refurbished'), ('used', 'used')], db_default='new', default='new', max_length=12, verbose_name='condition'),
        ),
        migrations.AddField(
            model_name='product',
            name='gtin',
            field=models.CharField(blank=True, db_default='', max_length=14, verbose_name='GTIN'),
        ),
        migrations.AddField(
            model_name='product',
            name='variant_name',
            field=models.CharField(blank=True, db_default='', max_length=100, verbose_name='variant'),
        ),
        migrations.AddField(
            model_name='product',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name='productimage',
            name='perceptual_hash',
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='product',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AlterField(
            model_name='product',
            name='updated_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('condition__in', ['new', 'refurbished', 'used'])), name='catalog_product_condition_known'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appeal',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brandalias',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='brandauthorization',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brandauthorization',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='brandauthorization',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brandauthorization',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authorizations', to='catalog.seller'),
        ),
        migrations.AddField(
            model_name='hold',
            name='placed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='hold',
            name='released_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appeal',
            name='hold',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='catalog.hold'),
        ),
        migrations.AddField(
            model_name='monthlysales',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='monthly_sales', to='catalog.seller'),
        ),
        migrations.AddField(
            model_name='sellerinvitation',
            name='accepted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sellerinvitation',
            name='invited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sellerinvitation',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='catalog.seller'),
        ),
        migrations.AddField(
            model_name='sellermember',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='catalog.seller'),
        ),
        migrations.AddField(
            model_name='sellermember',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(KEEP_MEMBERS, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='seller', name='members'),
        migrations.AddField(
            model_name='seller',
            name='members',
            field=models.ManyToManyField(blank=True, related_name='sellers', through='catalog.SellerMember', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='traderfile',
            name='certified_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='traderfile',
            name='seller',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='trader', to='catalog.seller'),
        ),
        migrations.AddField(
            model_name='traderverification',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='traderverification',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='catalog.seller'),
        ),
        migrations.AddConstraint(
            model_name='brandauthorization',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='catalog_authorization_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='brandauthorization',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'asked'), ('decided_at__isnull', False), _connector='OR'), name='catalog_authorization_decision_dated'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('product',), name='catalog_hold_one_open'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='catalog_appeal_answer_dated'),
        ),
        migrations.AddConstraint(
            model_name='monthlysales',
            constraint=models.UniqueConstraint(fields=('seller', 'month', 'currency'), name='catalog_sales_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='monthlysales',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='catalog_sales_month_starts'),
        ),
        migrations.AddConstraint(
            model_name='sellermember',
            constraint=models.UniqueConstraint(fields=('seller', 'user'), name='catalog_member_once_in_seller'),
        ),
        migrations.AddConstraint(
            model_name='sellermember',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'editor', 'viewer'])), name='catalog_member_role_known'),
        ),
    ]
