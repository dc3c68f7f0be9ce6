"""What is due to be tested: the 35,000 growing cultures beside the traced family, each with two clean samples."""

from django.db import connection

from cultures.models import Culture
from cultures.quality.models import QCDue
from cultures.quality.services import adopt_standard_policy
from cultures.quality.standing import standings_of
from tests.bench.timing import paired, seconds

SAMPLE = 300
BUILD = """
CREATE TEMPORARY TABLE tested AS
SELECT id, seeded_at, row_number() OVER (ORDER BY id) AS n FROM cultures_culture
WHERE ended_at IS NULL AND code LIKE 'T-%%' AND origin = 'received';
INSERT INTO cultures_provenance (culture_id, seeded_at, entered_at, entered_as)
SELECT id, seeded_at, seeded_at, 'received' FROM tested;
INSERT INTO cultures_qctest (at, recorded_at, source, note, reason, withdrawn_reason, code, culture_id, method,
    readings, findings, verdict, sentence, resulted_at)
SELECT seeded_at, now(), 'demonstration', '', '', '', left(upper(method), 1) || n, id, method,
    '{}', '{}', 'pass', '', now()
FROM tested, unnest(ARRAY['mycoplasma_pcr', 'str']) method;
INSERT INTO cultures_qcstanding (culture_id, method, clean_id, last_id)
SELECT culture_id, CASE method WHEN 'str' THEN 'str' ELSE 'mycoplasma' END, id, id
FROM cultures_qctest WHERE code <> 'Q-TRACED' AND verdict = 'pass';
ANALYZE;
"""


def due_tests() -> tuple[str, float, float, float, str, bool]:
    """When each is due for each method: one statement for all, against one for each."""
    adopt_standard_policy(by="bench")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; ALTER TABLE cultures_qctest DISABLE TRIGGER USER")
        cursor.execute(BUILD.replace("%%", "%"))
        cursor.execute("SET session_replication_role = DEFAULT")
    codes = {"code__startswith": "T-", "origin": "received", "ended_at": None}
    ids = list(Culture.objects.filter(**codes).values_list("pk", flat=True))
    due = QCDue.objects.filter(**{f"culture__{name}": value for name, value in codes.items()})
    rows = due.values_list("culture", "method", "due_at", "why")
    print(f"  {len(rows):,} due dates of {len(ids):,} growing cultures in {seconds(lambda: list(rows.all())):.2f} s")
    one_by_one, at_once, _ = paired(
        lambda: [standings_of([pk]) for pk in ids[:SAMPLE]], lambda: list(rows.all()), rounds=5
    )
    one_by_one *= len(ids) / SAMPLE
    ratio = one_by_one / at_once
    return (
        f"{len(ids):,} cultures one by one / tests due, at once",
        one_by_one,
        at_once,
        ratio,
        "at least 50",
        ratio >= 50,
    )
