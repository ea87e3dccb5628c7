"""The audit log's chain: the database seals entries when their transaction commits, and refuses to change them.

Sealing gives the next position and the hash (see `shopadmin/accounts/audit/chain.py`). It needs a lock that all writers
share, so it has to be the very last thing of a transaction: a transaction that held this lock and then waited for a row
would deadlock with one that holds the row and wants to seal. Deferred foreign keys wait for rows at commit. Therefore the
entry's own deferred trigger only touches the entry, which queues a second trigger: PostgreSQL fires what deferred
triggers queue after all that was deferred before.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.position := NULL;
        NEW.hash := '';
        NEW.at := statement_timestamp();
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        -- Only the triggers below, only what is not sealed yet, and only position and hash.
        IF pg_trigger_depth() > 1 AND OLD.position IS NULL THEN
            OLD.position := NEW.position;
            OLD.hash := NEW.hash;
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
    ELSIF TG_OP = 'TRUNCATE' AND current_setting('shopadmin.audit_may_be_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only; % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE TRIGGER accounts_audit_guard BEFORE INSERT OR UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
CREATE TRIGGER accounts_audit_guard_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_guard();
"""

SEAL = """
CREATE FUNCTION accounts_audit_touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- The first entry of the transaction does; `accounts_audit_seal` seals all, at once where constraints are immediate.
    IF coalesce(current_setting('shopadmin.audit_touched', true), '') <> 'yes'
        AND EXISTS (SELECT FROM accounts_auditentry WHERE id = NEW.id AND position IS NULL)
    THEN
        PERFORM set_config('shopadmin.audit_touched', 'yes', true);
        UPDATE accounts_auditentry SET position = NULL WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION accounts_audit_payload(entry accounts_auditentry, place bigint) RETURNS text
LANGUAGE sql STABLE AS $body$
    SELECT jsonb_build_array(
        place, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        entry.actor_kind, entry.actor_key, entry.actor_name, entry.token_name,
        entry.action, entry.target_label, entry.target_key, entry.target_name, entry.tenant_key,
        entry.before, entry.after, entry.reason, entry.request_id
    )::text
$body$;

CREATE FUNCTION accounts_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    entry accounts_auditentry;
    place bigint;
    last_hash text;
    ids bigint[] := '{}';
    places bigint[] := '{}';
    hashes text[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts_auditentry', 0));
    SELECT position, hash INTO place, last_hash
        FROM accounts_auditentry WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1;
    place := coalesce(place, 0);
    last_hash := coalesce(last_hash, repeat('0', 64));
    FOR entry IN SELECT * FROM accounts_auditentry WHERE position IS NULL AND id >= NEW.id ORDER BY id LOOP
        place := place + 1;
        last_hash := encode(
            sha256(convert_to(last_hash || accounts_audit_payload(entry, place), 'UTF8')), 'hex');
        ids := ids || entry.id;
        places := places || place;
        hashes := hashes || last_hash;
    END LOOP;
    UPDATE accounts_auditentry AS row SET position = sealed.place, hash = sealed.hash
        FROM unnest(ids, places, hashes) AS sealed(id, place, hash) WHERE row.id = sealed.id;
    PERFORM set_config('shopadmin.audit_touched', '', true);
    RETURN NULL;
END
$body$;

CREATE CONSTRAINT TRIGGER accounts_audit_touch AFTER INSERT ON accounts_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_touch();
CREATE CONSTRAINT TRIGGER accounts_audit_seal AFTER UPDATE ON accounts_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.position IS NULL) EXECUTE FUNCTION accounts_audit_seal();
"""

UNDO = """
DROP TRIGGER accounts_audit_seal ON accounts_auditentry;
DROP TRIGGER accounts_audit_touch ON accounts_auditentry;
DROP TRIGGER accounts_audit_guard_truncate ON accounts_auditentry;
DROP TRIGGER accounts_audit_guard ON accounts_auditentry;
DROP FUNCTION accounts_audit_seal();
DROP FUNCTION accounts_audit_payload(accounts_auditentry, bigint);
DROP FUNCTION accounts_audit_touch();
DROP FUNCTION accounts_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_audit_and_notifications")]
    operations = [migrations.RunSQL(GUARD + SEAL, UNDO)]
