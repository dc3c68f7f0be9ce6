from django.db import migrations

FOLLOWED = """
CREATE FUNCTION cultures_followed_plan_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan bigint := CASE WHEN TG_TABLE_NAME = 'cultures_escalationplan' THEN (to_jsonb(NEW) ->> 'id')::bigint
                        ELSE (to_jsonb(NEW) ->> 'plan_id')::bigint END;
BEGIN
    IF EXISTS (SELECT FROM cultures_ladder JOIN cultures_rung ON cultures_rung.id = cultures_ladder.rung_id
               WHERE cultures_rung.plan_id = plan)
       OR EXISTS (SELECT FROM cultures_decision JOIN cultures_rung ON cultures_rung.id = cultures_decision.to_rung_id
                  WHERE cultures_rung.plan_id = plan) THEN
        RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_plan_is_not_edited';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER followed_plan_is_kept BEFORE UPDATE ON cultures_escalationplan
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION cultures_followed_plan_is_kept();
"""
OF_A_PLAN = """
CREATE TRIGGER followed_plan_is_kept BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION cultures_followed_plan_is_kept();
CREATE TRIGGER followed_plan_is_complete BEFORE INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION cultures_followed_plan_is_kept();
"""
AND_BACK = "DROP FUNCTION cultures_followed_plan_is_kept() CASCADE;"
TABLES = ("cultures_rung", "cultures_maintaineddrug")


class Migration(migrations.Migration):
    """A plan that a ladder follows or followed is never edited: a change is a new version, with its reason."""

    dependencies = [("cultures", "0003_stocks_salt_forms_and_dose_ladders")]

    operations = [migrations.RunSQL(FOLLOWED + "".join(OF_A_PLAN.format(table=name) for name in TABLES), AND_BACK)]
