"""A large laboratory, written by SQL: 2,000 lines, 500,000 cultures in chains of 250, 100,000 of them growing."""

from django.db import connection

LINES, CULTURES, CHAIN, GROWING = 2_000, 500_000, 250, 100_000

BUILD = f"""
INSERT INTO lims_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined,
    role, initials, must_change_password, wants_digest, sign_in_epoch)
SELECT '!', false, 'person' || n, '', 'Person ' || n, '', false, true, now(), 'technician', 'P' || n, false, false, 0
FROM generate_series(1, 50) n;
INSERT INTO cultures_place (code, name, kind, full_name, is_quarantine)
    VALUES ('P-00000', 'Bench', 'site', 'Bench', false);
INSERT INTO cultures_mediumrecipe (name, version, note, has_antibiotics, created_at)
    VALUES ('DMEM + 10 % FBS', 1, '', false, now());
INSERT INTO cultures_vesseltype (name, growth_area_cm2, working_volume_ml) VALUES ('T75', 75, 15);
INSERT INTO cultures_cellline (name, rrid, species, tissue, disease, subtype, source, catalogue_number, lot_number,
    biosafety_level, growth_mode, passage_interval, feed_interval)
SELECT 'LINE' || n, '', 'Homo sapiens', '', '', '', '', '', '', 1, 'adherent', interval '6 days', interval '3 days'
FROM generate_series(1, {LINES}) n;
INSERT INTO cultures_culture (code, line_id, origin, passage_number, passages_since_thaw, vessel_id, medium_id,
    place_id, arm, keeper_id, seeded_at, seeded_cells, ended_at, fate)
SELECT 'C-' || lpad(n::text, 7, '0'), (SELECT min(id) FROM cultures_cellline) + (n / {CHAIN}) %% {LINES},
    CASE WHEN n %% {CHAIN} = 1 THEN 'received' ELSE 'split' END, 5 + n %% {CHAIN}, n %% {CHAIN},
    (SELECT min(id) FROM cultures_vesseltype), (SELECT min(id) FROM cultures_mediumrecipe),
    (SELECT min(id) FROM cultures_place), '', (SELECT min(id) FROM lims_user) + n %% 50,
    now() - interval '20 years' + n * interval '20 minutes', 1500000,
    CASE WHEN n %% 5 = 0 THEN NULL ELSE now() - interval '20 years' + n * interval '20 minutes' + interval '6 days' END,
    CASE WHEN n %% 5 = 0 THEN '' ELSE 'passaged' END
FROM generate_series(1, {CULTURES}) n;
INSERT INTO cultures_count (at, recorded_at, source, note, reason, withdrawn_reason, culture_id, live_per_ml,
    dilution, method)
SELECT seeded_at, now(), 'demonstration', '', '', '', id, 700000, 1, 'automated' FROM cultures_culture;
INSERT INTO cultures_harvest (at, recorded_at, source, note, reason, withdrawn_reason, used_count_id, volume_ml,
    viable_cells, reference_ratio)
SELECT at, recorded_at, source, '', '', '', id, 10, 7000000, '' FROM cultures_count;
INSERT INTO cultures_descent (parent_id, daughter_id, harvest_id, kind)
SELECT c.id - 1, c.id, (SELECT min(id) FROM cultures_harvest) + c.id - first.id, 'split'
FROM cultures_culture c, (SELECT min(id) AS id FROM cultures_culture) first
WHERE c.origin = 'split' AND c.id > first.id;
INSERT INTO cultures_feed (at, recorded_at, source, note, reason, withdrawn_reason, culture_id, at_seeding,
    recipe_id, volume_ml, without_drug, override)
SELECT greatest(seeded_at + f * interval '2 days', seeded_at), now(), 'demonstration', '', '', '', id, f = 0,
    medium_id, 15, '', ''
FROM cultures_culture, generate_series(0, 2) f WHERE ended_at IS NULL;
ANALYZE;
"""


def build() -> None:
    """About a minute. The ledger is disarmed meanwhile: this is a load test's data, not anybody's record."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        for table in ("cultures_culture", "cultures_descent", "cultures_feed", "cultures_harvest", "cultures_count"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(BUILD.replace("%%", "%"))
        cursor.execute("SET session_replication_role = DEFAULT")
