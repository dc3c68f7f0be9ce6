"""Whatever is sent, the answer is a sentence, never a fault of ours, and nothing is left behind."""

import json

import pytest

from tests import lab
from tests.api.conftest import COUNTS, a_count, signed_in

DEEP = 100_000
HOSTILE_NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "1E400", "1e41", "9" * 31, "9" * 4301, "-" + "9" * 31,
    "0." + "1" * 60, "-1", "-0.1", "1e14", "12345678901234", '"NaN"', '"Infinity"', '"1e999"', '"1,5"', '"1.234,5"',
    '"1_000"', '"١٢٣"', '"１２"', '"0x10"', '"1 000"', '" "', '""', '"+5"', '"5e"', '".5"', "true", "false", "[]", "{}",
    '"' + "9" * 100_000 + '"', "0.12345678901234",
]  # fmt: skip
HOSTILE_TEXTS = [
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u202Eabc"', '"\\u200B"', "1", "null", "[]", "{}",
    '"' + "x" * 61 + '"', '"' + "x" * 900_000 + '"',
]  # fmt: skip
HOSTILE_TIMES = [
    '"2026-03-04"', '"2026-03-04T14:03:00"', '"14:03"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-12:00"',
    '"2026-02-30T10:00:00Z"', '"2026-03-04T14:03:00+25:00"', '"٢٠٢٦-٠٣-٠٤T14:03:00Z"', "1772629380", '"now"', "[]",
]  # fmt: skip
HOSTILE_BODIES = [
    b"", b"null", b"[]", b'"x"', b"1", b"{", b"{}", b"\xff\xfe", b"\xef\xbb\xbf{}", b"\x00", b'{"a":1,}', b"{'a':1}",
    b'{"culture":"C-00000","culture":"C-11111"}', b"[" * DEEP, b'{"a":' * DEEP, b"[" * 40 + b"]" * 40,
    b'{"note":' + b"[" * 33 + b"]" * 33 + b"}", b'{"x":"' + b"y" * 1_100_000 + b'"}', b"[1," * 200_000,
    ("{" + ",".join(f'"k{n}":1' for n in range(50_000)) + "}").encode(), b'{"__class__":"x","pk":1}',
    b'{"_connector":"OR 1=1"}', b'{"\\u0000":1}', b'{"\\ud800":1}',
]  # fmt: skip


def bodies() -> list[bytes]:
    told = []
    for name, values in [
        ("live_per_ml", HOSTILE_NUMBERS),
        ("viability_pct", HOSTILE_NUMBERS),
        ("culture", HOSTILE_TEXTS),
        ("note", [text for text in HOSTILE_TEXTS if len(text) != 63]),
        ("taken_at", HOSTILE_TIMES),
        ("method", [*HOSTILE_TEXTS, '"magic"']),
    ]:
        for value in values:
            others = {key: said for key, said in a_count().items() if key != name}
            told.append(f'{json.dumps(others)[:-1]}, "{name}": {value}}}'.encode())
    return told + HOSTILE_BODIES


def test_no_hostile_delivery_is_taken_or_breaks_us(counter):
    with lab.nothing_written():
        for body in bodies():
            answer = counter.post(COUNTS, body, key="k")
            assert answer.status_code in {400, 413}, (answer.status_code, body[:200], answer.content[:300])
            assert set(answer.json()) >= {"code", "detail"}


@pytest.mark.parametrize("verb", ["count", "feed", "observe", "passage", "move", "discard"])
def test_no_hostile_body_breaks_a_verb(db, verb):
    anna, culture = signed_in("AM"), lab.growing()
    with lab.nothing_written():
        for body in HOSTILE_BODIES:
            if body in {b"", b"{}"} and verb == "observe":
                continue
            answer = anna.post(f"/api/v1/cultures/{culture.code}/{verb}/", body)
            assert answer.status_code in {400, 413}, (answer.status_code, body[:100], answer.content[:300])


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_taken(counter, kind):
    answer = counter.client.post(COUNTS, b"--x", content_type=kind, headers=counter.headers | {"Idempotency-Key": "k"})
    assert answer.status_code in {400, 415}


@pytest.mark.parametrize("path", ["%00", "C-00000", "x" * 300, "..%2f", "C-0000'--", "\u202e"])
def test_a_strange_code_is_not_found(counter, path):
    assert counter.get(f"/api/v1/cultures/{path}/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "line=x", "line=-1", "line=99999999999999999999", "lime=1", "after=x", "after=%00", "after=W10", "size=0",
        "size=201", "size=٣", "size=1e2", "keeper=%00", "seeded_after=yesterday", "seeded_after=2026-01-01T00:00:00",
        "is_growing=maybe", "_connector=OR", "order_by=pk", "line__name=SKBR3", "after=" + "A" * 5000,
        "passage_number=NaN", "passage_number=1e400",
    ],
)  # fmt: skip
def test_a_strange_filter_is_refused(counter, query):
    answer = counter.get(f"/api/v1/cultures/?{query}")
    assert answer.status_code == 400, answer.content
