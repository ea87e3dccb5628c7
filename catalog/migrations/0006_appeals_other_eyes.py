"""Nobody answers an appeal against a hold of their own, whatever the code says.

A check cannot look into another table, so a trigger does; it raises what a check would raise.
"""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION catalog_appeal_other_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalog_hold WHERE id = NEW.hold_id AND placed_by_id = NEW.answered_by_id) THEN
        RAISE EXCEPTION 'the one who placed a hold may not answer the appeal against it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'catalog_appeal_other_eyes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalog_appeal_other_eyes BEFORE INSERT OR UPDATE ON catalog_appeal
    FOR EACH ROW WHEN (NEW.answered_by_id IS NOT NULL) EXECUTE FUNCTION catalog_appeal_other_eyes();
"""
NO_TRIGGER = """
DROP TRIGGER catalog_appeal_other_eyes ON catalog_appeal;
DROP FUNCTION catalog_appeal_other_eyes();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_brand_keys_and_trader_days")]
    operations = [migrations.RunSQL(TRIGGER, NO_TRIGGER)]
