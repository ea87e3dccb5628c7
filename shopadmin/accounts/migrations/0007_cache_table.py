"""The table of Django's cache in the database, in which logins are counted; as `createcachetable` makes it."""

from django.db import migrations

CREATE = """
CREATE TABLE IF NOT EXISTS shopadmin_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS shopadmin_cache_expires ON shopadmin_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_confirmed_addresses")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE IF EXISTS shopadmin_cache")]
