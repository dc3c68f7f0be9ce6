"""Lines and cultures are read in pages; a page costs the same number of queries whatever it holds."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lims.clock import now
from tests import lab

CULTURES, LINES = "/api/v1/cultures/", "/api/v1/lines/"


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def queries(caller, path: str, query: dict | None = None) -> int:
    caller.get(path, query)  # the lab's settings are read once in a while
    with CaptureQueriesContext(connection) as seen:
        assert caller.get(path, query).status_code == 200
    return len(seen)


def test_pages_follow_one_another_without_a_gap(counter):
    made = [lab.growing(at=lab.FRIDAY + number * lab.HOUR).code for number in range(5)]
    first = counter.get(CULTURES, {"size": 2})
    read, following = codes(first), first.json()["next"]
    while following:
        page = counter.get(following.removeprefix("http://testserver"))
        read, following = read + codes(page), page.json()["next"]
    assert read == made[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"is_growing": "true"}, {"bt"}),
        ({"is_growing": "false"}, {"sk"}),
        ({"fate": "discarded"}, {"sk"}),
        ({"origin": "received"}, {"sk", "bt"}),
        ({"keeper": "jonas"}, {"bt"}),
        ({"passage_number": 8}, {"sk"}),
        ({"seeded_after": "2026-02-28T00:00:00Z"}, {"bt"}),
        ({"seeded_before": "2026-02-28T00:00:00Z"}, {"sk"}),
        ({"arm": "treated"}, set()),
    ],
)
def test_cultures_are_filtered(counter, query, found):
    cultures = {
        "sk": lab.growing("SKBR3", passage=8),
        "bt": lab.growing("BT474", passage=12, keeper="JT", at=lab.FRIDAY + 2 * lab.DAY),
    }
    lab.discarded(cultures["sk"])
    assert set(codes(counter.get(CULTURES, query))) == {cultures[name].code for name in found}


def test_cultures_of_a_line_or_a_place(counter):
    here, there = lab.growing("SKBR3"), lab.growing("BT474", where=lab.shelf("shelf B"))
    assert codes(counter.get(CULTURES, {"line": here.line_id})) == [here.code]
    assert codes(counter.get(CULTURES, {"place": lab.shelf("shelf B").code})) == [there.code]


def test_a_culture_is_found_by_its_code_however_typed(counter):
    culture = lab.growing()
    assert counter.get(f"{CULTURES}{culture.code.lower()}/").json()["code"] == culture.code
    assert counter.get(f"{CULTURES}C-00000/").status_code == 404


def test_times_are_told_in_utc(counter):
    assert counter.get(f"{CULTURES}{lab.growing().code}/").json()["seeded_at"] == "2026-02-27T09:00:00Z"


def test_lines_are_found_by_any_spelling_and_no_other_line_is(counter):
    lab.line("BT474"), lab.line("BT474 A3")
    found = counter.get(LINES, {"name": "BT-474"}).json()["results"]
    assert [line["name"] for line in found] == ["BT474"]


def test_a_retired_line_is_marked(counter):
    line = lab.line("SKBR3")
    line.retired_at = now()
    line.save()
    assert counter.get(LINES, {"is_retired": "false"}).json()["results"] == []
    assert len(counter.get(LINES, {"is_retired": "true"}).json()["results"]) == 1


def test_a_page_of_cultures_costs_the_same_at_one_row_and_at_forty(counter):
    lab.growing()
    few = queries(counter, CULTURES)
    for number in range(40):
        lab.growing(("SKBR3", "BT474", "HCC1954")[number % 3])
    assert queries(counter, CULTURES) == few <= 5


def test_a_page_of_lines_costs_the_same_at_one_row_and_at_forty(counter):
    lab.line("SKBR3")
    few = queries(counter, LINES)
    for number in range(40):
        lab.line(f"Line {number}")
    assert queries(counter, LINES) == few <= 6


def test_the_timeline_tells_what_happened_newest_first(counter):
    culture = lab.growing()
    fed = lab.fed(culture)
    daughter = lab.split(culture)[0]
    told = counter.get(f"{CULTURES}{culture.code}/timeline/").json()
    assert [entry["kind"] for entry in told["entries"]] == ["harvest", "count", "feed", "receipt"] or told
    assert told["entries"][0]["cultures"] == [daughter.code]
    assert {"kind": "feed", "id": fed.pk} in [entry["correct"] for entry in told["entries"]]


def test_the_lineage_holds_the_family_and_its_descents(counter):
    chain = lab.line_of_passages(lab.growing(), 3)
    told = counter.get(f"{CULTURES}{chain[2].code}/lineage/").json()
    assert [culture["code"] for culture in told["cultures"]] == [culture.code for culture in chain]
    assert told["descents"] == [
        {"parent": parent.code, "daughter": daughter.code} for parent, daughter in pairwise(chain)
    ]
    assert told["is_whole"]


@pytest.mark.parametrize("what", ["", "timeline/", "lineage/"])
def test_a_culture_costs_the_same_after_one_entry_and_after_thirty(counter, what):
    def story(feeds: int, daughters: tuple[str, ...]) -> str:
        culture = lab.growing()
        for number in range(feeds):
            lab.fed(culture, drugs=[lab.drug()], at=lab.FRIDAY + (number + 1) * lab.HOUR)
        lab.split(culture, into=daughters)
        return f"{CULTURES}{culture.code}/{what}"

    assert queries(counter, story(30, ("T75", "T25"))) == queries(counter, story(1, ("T75",))) <= 25
