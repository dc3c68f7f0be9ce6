"""A contamination to trace in the large laboratory: a family of 10,000 cultures over 300 generations, never tested
before, whose bottles, shelves, hood rounds and people it shares with 35,000 growing cultures of others."""

from django.db import connection

from cultures.models import Culture, QCTest
from cultures.quality.tracing import reach_of
from lims.clock import now
from tests.bench.timing import paired, seconds

GENERATIONS, LINEAGES, OTHERS = 300, 34, 35_000  # the lineages part in the first generation
SHELVES, LOTS, PEOPLE, DAYS = 200, 60, 40, 4 * GENERATIONS

BUILD = f"""
INSERT INTO cultures_place (code, name, kind, parent_id, full_name, is_quarantine)
SELECT 'T-' || n, 'Traced ' || n, 'shelf', (SELECT min(id) FROM cultures_place), 'Traced ' || n, false
FROM generate_series(1, {SHELVES}) n;
INSERT INTO cultures_lot (code, kind, product, maker, catalogue_number, number, expires_on, received_on,
    concentration_unit, vehicle, aliquots_used, freeze_thaws)
SELECT 'TL-' || n, 'serum', 'FBS', '', '', 'T' || n, '2099-12-31', '2000-01-01', '', '', 0, 0
FROM generate_series(1, {LOTS}) n;
INSERT INTO cultures_benchsession (person_id, hood_id, started_at, ended_at)
SELECT (SELECT min(id) FROM lims_user) + person, (SELECT min(id) FROM cultures_place), day, day + interval '1 day'
FROM generate_series(0, {PEOPLE - 1}) person,
    generate_series(date_trunc('day', now()) - interval '{DAYS} days', now(), interval '1 day') day;
CREATE TEMPORARY TABLE seen AS SELECT coalesce(max(id), 0) AS last FROM cultures_culture;
-- the family by generations, then the others; parents before daughters
INSERT INTO cultures_culture (code, line_id, origin, passage_number, passages_since_thaw, vessel_id, medium_id,
    place_id, arm, keeper_id, seeded_at, seeded_cells, ended_at, fate)
SELECT 'T-' || lpad(n::text, 7, '0'), (SELECT min(id) FROM cultures_cellline),
    CASE WHEN n = 1 OR generation IS NULL THEN 'received' ELSE 'split' END, coalesce(generation, 5),
    coalesce(generation, 5), (SELECT min(id) FROM cultures_vesseltype), (SELECT min(id) FROM cultures_mediumrecipe),
    (SELECT min(id) FROM cultures_place WHERE code LIKE 'T-%%') + n %% CASE WHEN generation IS NULL THEN {SHELVES}
        ELSE 20 END, '', (SELECT min(id) FROM lims_user) + n %% {PEOPLE}, seeded_at, 1500000,
    CASE WHEN generation < {GENERATIONS} THEN seeded_at + interval '4 days' END,
    CASE WHEN generation < {GENERATIONS} THEN 'passaged' ELSE '' END
FROM (
    SELECT 1 AS n, 0 AS generation, now() - interval '{DAYS + 5} days' AS seeded_at
    UNION ALL SELECT 1 + n, 1 + (n - 1) / {LINEAGES},
        now() - interval '{DAYS + 1} days' + (n - 1) / {LINEAGES} * interval '4 days'
    FROM generate_series(1, {GENERATIONS * LINEAGES}) n
    UNION ALL SELECT {GENERATIONS * LINEAGES} + 1 + n, NULL, now() - n %% 1200 * interval '1 hour'
    FROM generate_series(1, {OTHERS}) n
) planned ORDER BY n;
CREATE TEMPORARY TABLE traced AS
SELECT culture.*, row_number() OVER (ORDER BY id) AS n FROM cultures_culture culture, seen WHERE id > last;
INSERT INTO cultures_count (at, recorded_at, source, note, reason, withdrawn_reason, culture_id, live_per_ml,
    dilution, method, by_id, session_id)
SELECT at, now(), 'demonstration', '', '', '', counted.id, 700000, 1, 'automated', keeper_id, session.id
FROM (SELECT *, coalesce(ended_at, least(seeded_at + interval '1 hour', now())) AS at FROM traced) counted
LEFT JOIN cultures_benchsession session ON session.person_id = keeper_id AND session.started_at = date_trunc('day', at);
INSERT INTO cultures_harvest (at, recorded_at, source, note, reason, withdrawn_reason, used_count_id, volume_ml,
    viable_cells, reference_ratio, by_id, session_id)
SELECT counted.at, now(), 'demonstration', '', '', '', counted.id, 10, 7000000, '', counted.by_id, counted.session_id
FROM cultures_count counted JOIN traced ON traced.id = counted.culture_id AND traced.ended_at IS NOT NULL;
INSERT INTO cultures_harvestsource (harvest_id, culture_id)
SELECT harvest.id, counted.culture_id FROM cultures_harvest harvest
JOIN cultures_count counted ON counted.id = harvest.used_count_id JOIN traced ON traced.id = counted.culture_id;
INSERT INTO cultures_descent (parent_id, daughter_id, harvest_id, kind)
SELECT parent.id, daughter.id, source.harvest_id, 'split'
FROM traced daughter JOIN traced parent ON parent.n = greatest(daughter.n - {LINEAGES}, 1) AND parent.n < daughter.n
JOIN cultures_harvestsource source ON source.culture_id = parent.id WHERE daughter.origin = 'split';
INSERT INTO cultures_feed (at, recorded_at, source, note, reason, withdrawn_reason, culture_id, at_seeding,
    recipe_id, volume_ml, without_drug, override, by_id, session_id)
SELECT seeded_at, now(), 'demonstration', '', '', '', traced.id, true, medium_id, 15, '', '', keeper_id, session.id
FROM traced LEFT JOIN cultures_benchsession session
    ON session.person_id = keeper_id AND session.started_at = date_trunc('day', seeded_at);
INSERT INTO cultures_feedlot (feed_id, lot_id)
SELECT feed.id, (SELECT min(id) FROM cultures_lot WHERE code LIKE 'TL-%%') + traced.n %% CASE WHEN origin = 'split'
    THEN 6 ELSE {LOTS} END
FROM cultures_feed feed JOIN traced ON traced.id = feed.culture_id;
INSERT INTO cultures_qctest (at, recorded_at, source, note, reason, withdrawn_reason, code, culture_id, method,
    readings, findings, verdict, sentence, resulted_at)
SELECT seeded_at + interval '1 minute', now(), 'demonstration', '', '', '', 'Q-TRACED', id, 'mycoplasma_pcr',
    '{{}}', '{{}}', 'fail', '', now()
FROM traced WHERE passage_number = {GENERATIONS} ORDER BY n DESC LIMIT 1;
ANALYZE;
"""
TABLES = ("count", "culture", "descent", "feed", "feedlot", "harvest", "harvestsource", "lot", "place", "qctest")


def build_contamination() -> None:
    """Beside the laboratory; the ledger is disarmed meanwhile, as there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        for table in (*TABLES, "benchsession"):
            cursor.execute(f"ALTER TABLE cultures_{table} DISABLE TRIGGER USER")
        cursor.execute(BUILD.replace("%%", "%"))
        cursor.execute("SET session_replication_role = DEFAULT")


def contamination_trace() -> tuple[str, float, float, float, str, bool]:
    """The whole trace against reading the rows of the cultures it reaches."""
    build_contamination()
    test = QCTest.objects.select_related("culture").get(code="Q-TRACED")
    moment = now()
    print(f"  the first trace took {seconds(lambda: reach_of(test, moment)):.2f} s")
    reach = reach_of(test, moment)
    print("  it reaches " + ", ".join(f"{len(found):,} of tier {tier}" for tier, found in reach.by_tier.items()))
    ids = [one.id for one in reach.members]
    trace, rows, ratio = paired(
        lambda: reach_of(test, moment), lambda: list(Culture.objects.select_related("line").in_bulk(ids)), rounds=7
    )
    return "trace of a contamination / rows of whom it reaches", trace, rows, ratio, "at most 10", ratio <= 10
