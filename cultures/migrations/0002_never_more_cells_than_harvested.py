from django.db import migrations

SUM_IS_CHECKED_AT_COMMIT = """
CREATE FUNCTION cultures_allocations_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    harvested bigint;
    allocated numeric;
BEGIN
    SELECT viable_cells INTO harvested FROM cultures_harvest
        WHERE id = NEW.harvest_id AND withdrawn_at IS NULL FOR UPDATE;
    SELECT coalesce(sum(cells), 0) INTO allocated FROM cultures_allocation
        WHERE harvest_id = NEW.harvest_id AND withdrawn_at IS NULL;
    IF harvested IS NOT NULL AND allocated > harvested THEN
        RAISE EXCEPTION 'allocated % cells of % harvested', allocated, harvested
            USING ERRCODE = 'check_violation', CONSTRAINT = 'never_more_cells_than_harvested';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER never_more_cells_than_harvested AFTER INSERT OR UPDATE ON cultures_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cultures_allocations_fit();
"""
AND_BACK = """
DROP TRIGGER never_more_cells_than_harvested ON cultures_allocation;
DROP FUNCTION cultures_allocations_fit();
"""


class Migration(migrations.Migration):
    """Viable cells allocated never exceed those harvested, whoever writes; the sum is checked at commit."""

    dependencies = [("cultures", "0001_the_bench")]

    operations = [migrations.RunSQL(SUM_IS_CHECKED_AT_COMMIT, AND_BACK)]
