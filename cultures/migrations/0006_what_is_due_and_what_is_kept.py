from django.db import migrations

# By culture and method: those of the policy in force, and what somebody planned besides. A culture's own rule goes
# before the lab's; asked for some cultures, the planner goes by their index.
DUE = """
CREATE VIEW cultures_qcdue AS
WITH rule AS MATERIALIZED (
    SELECT * FROM cultures_policyrule
    WHERE policy_id = (SELECT id FROM cultures_qcpolicy ORDER BY version DESC LIMIT 1)
), method AS (
    SELECT method, bool_or(is_of_policy) AS is_of_policy FROM (
        SELECT method, true AS is_of_policy FROM rule WHERE phase IN ('growing', 'received', 'thawed')
        UNION ALL SELECT method, false FROM cultures_plannedtest WHERE settled_at IS NULL
    ) asked_for GROUP BY method
), stood AS (
    SELECT culture.id AS culture_id, method.method, standing.clean_id, standing.last_id, last.at AS last_at,
        CASE last.verdict WHEN 'inconclusive' THEN growing.retest_after WHEN 'fail' THEN growing.after_fail
            ELSE growing.every END AS gap,
        CASE last.verdict WHEN 'inconclusive' THEN 'retest' WHEN 'fail' THEN 'failed' ELSE 'growing' END AS gap_why,
        coalesce(provenance.entered_at, culture.seeded_at) AS entered_at, provenance.entered_as,
        entry.first_after, entry.due_by, planned.due_at AS planned_at
    FROM cultures_culture culture
    CROSS JOIN method
    LEFT JOIN cultures_provenance provenance ON provenance.culture_id = culture.id
    LEFT JOIN cultures_qcstanding standing
        ON standing.culture_id = culture.id AND standing.method = method.method
    LEFT JOIN cultures_qctest last ON last.id = standing.last_id
    LEFT JOIN cultures_plannedtest planned
        ON planned.culture_id = culture.id AND planned.method = method.method AND planned.settled_at IS NULL
    LEFT JOIN LATERAL (
        SELECT * FROM rule WHERE rule.method = method.method AND rule.phase = 'growing'
            AND (rule.line_id = culture.line_id OR rule.line_id IS NULL) ORDER BY rule.line_id NULLS LAST LIMIT 1
    ) growing ON true
    LEFT JOIN LATERAL (
        SELECT * FROM rule WHERE rule.method = method.method AND rule.phase = provenance.entered_as
            AND (rule.line_id = culture.line_id OR rule.line_id IS NULL) ORDER BY rule.line_id NULLS LAST LIMIT 1
    ) entry ON true
    WHERE culture.ended_at IS NULL AND (method.is_of_policy OR planned.id IS NOT NULL)
), asked AS (
    SELECT stood.*,
        CASE WHEN last_at IS NULL AND (gap IS NOT NULL OR due_by IS NOT NULL)
                 THEN entered_at + coalesce(due_by, interval '0')
             WHEN last_at < entered_at + first_after THEN entered_at + due_by END AS entry_at,
        last_at + gap AS gap_at
    FROM stood
)
SELECT culture_id || ':' || method AS id, culture_id, method, clean_id, last_id,
    least(planned_at, entry_at, gap_at) AS due_at,
    CASE least(planned_at, entry_at, gap_at)
        WHEN planned_at THEN 'planned'
        WHEN entry_at THEN CASE WHEN due_by IS NULL THEN 'never' ELSE entered_as END
        WHEN gap_at THEN gap_why ELSE '' END AS why
FROM asked
"""
# A result is never edited: a row that is not right is withdrawn, and another supersedes it.
KEPT = """
CREATE FUNCTION cultures_test_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'];
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change THEN
        RAISE EXCEPTION 'a test is not edited'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_test_is_not_edited';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER test_is_kept BEFORE UPDATE ON cultures_qctest
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION cultures_test_is_kept();
"""


class Migration(migrations.Migration):
    """What is due is a view over the records; a test that was recorded is kept as it is."""

    dependencies = [("cultures", "0005_quality_control")]

    operations = [
        migrations.RunSQL(DUE, "DROP VIEW cultures_qcdue"),
        migrations.RunSQL(KEPT, "DROP FUNCTION cultures_test_is_kept() CASCADE"),
    ]
