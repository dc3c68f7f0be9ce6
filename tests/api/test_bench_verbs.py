"""Each verb of the bench has one endpoint, which calls the same service as the screen does."""

from typing import Any

import pytest

from cultures.passaging.models import BenchSession, Count, Culture, Feed, Harvest
from tests import lab

CULTURES = "/api/v1/cultures/"


def medium(volume_ml: str = "15", **more: Any) -> dict[str, Any]:
    return {"recipe": str(lab.recipe()), "volume_ml": volume_ml, "lots": [lab.lot("DMEM").code], **more}


def receipt(**changes: Any) -> dict[str, Any]:
    lab.line("SKBR3")
    return {
        "line": "SK-BR-3",
        "vessel": lab.vessel("T75").name,
        "place": lab.shelf().code,
        "medium": medium(),
        "came_from": "the lab next door",
        "label_passage_number": 8,
        "seeded_cells": 1_000_000,
        "at": "2026-02-27T09:00:00Z",
    } | changes


def a_passage(**changes: Any) -> dict[str, Any]:
    lab.vessel("T25")
    return {
        "at": "2026-03-05T09:00:00Z",
        "count": {"live_per_ml": 600_000, "dead_per_ml": "20000"},
        "volume_ml": 10,
        "daughters": [{"vessel": "T25", "cells": 500_000, "medium": medium("5")}],
        "dissociation_lots": [lab.trypsin().code],
    } | changes


def at(culture: Culture, verb: str) -> str:
    return f"{CULTURES}{culture.code}/{verb}/"


def test_receive(anna):
    answer = anna.post(f"{CULTURES}receive/", receipt())
    assert answer.status_code == 201, answer.content
    culture = Culture.objects.get(code=answer.json()["code"])
    assert (culture.passage_number, culture.passages_since_thaw, culture.keeper) == (8, 0, lab.technician())
    assert culture.receipts.get().source == "api"


def test_thaw_adds_the_labs_increment(anna):
    answer = anna.post(f"{CULTURES}thaw/", receipt())
    assert answer.json()["passage_number"] == 9


def test_count(anna):
    culture = lab.growing()
    answer = anna.post(at(culture, "count"), {"live_per_ml": "300000", "dead_per_ml": 10000, "dilution": 2})
    assert answer.status_code == 201, answer.content
    assert answer.json()["live_per_ml"] == "600000.0"
    assert Count.objects.get().by == lab.technician()


def test_observe(anna):
    answer = anna.post(at(lab.growing(), "observe"), {"confluence_pct": 80, "morphology": "typical"})
    assert answer.status_code == 201, answer.content


def test_feed_with_a_drug(anna):
    culture = lab.growing()
    drugs = [{"compound": "lapatinib", "dose": "100", "unit": "nM", "stock": lab.stock().code, "vehicle_pct": "0.1"}]
    answer = anna.post(at(culture, "feed"), {"medium": medium(drugs=drugs)})
    assert answer.status_code == 201, answer.content
    assert Feed.objects.get(pk=answer.json()["id"]).drugs.get().dose_canonical == 100


def test_passage(anna):
    culture = lab.growing()
    answer = anna.post(at(culture, "passage"), a_passage())
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert [one["kind"] for one in said["allocations"]] == ["daughter", "discarded"]
    daughter = Culture.objects.get(code=said["allocations"][0]["daughter"])
    assert daughter.passage_number == culture.passage_number + 1
    assert said["viable_cells"] == 6_000_000


def test_pool(anna):
    one, other = lab.growing(), lab.growing()
    answer = anna.post(f"{CULTURES}pool/", a_passage(cultures=[one.code, other.code]))
    assert answer.status_code == 201, answer.content
    assert answer.json()["cultures"] == [one.code, other.code]


def test_seed_and_discard_what_a_harvest_still_holds(anna):
    harvest = lab.harvest(lab.growing(), into=(), discard_rest=False)
    lab.vessel("T25")
    seeding = {"vessel": "T25", "cells": 500_000, "medium": medium("5"), "at": "2026-03-05T09:05:00Z"}
    answer = anna.post(f"/api/v1/harvests/{harvest.pk}/seed/", seeding)
    assert answer.status_code == 201, answer.content
    answer = anna.post(f"/api/v1/harvests/{harvest.pk}/discard-rest/", {"at": "2026-03-05T09:06:00Z"})
    assert (answer.status_code, answer.json()["kind"]) == (201, "discarded")


def test_move(anna):
    culture = lab.growing()
    answer = anna.post(at(culture, "move"), {"place": lab.shelf("shelf B").code})
    assert answer.status_code == 201, answer.content
    assert lab.again(culture).place == lab.shelf("shelf B")


def test_discard(anna):
    culture = lab.growing()
    assert anna.post(at(culture, "discard"), {"why": "contaminated"}).status_code == 201
    assert lab.again(culture).fate == "discarded"


def test_a_bench_session_starts_and_ends(anna):
    started = anna.post("/api/v1/bench-session/start/", {"hood": lab.hood().code})
    assert (started.status_code, started.json()["ended_at"]) == (201, None)
    assert anna.post("/api/v1/bench-session/end/", {}).status_code == 200
    assert BenchSession.objects.get().ended_at


def test_a_rule_of_the_lab_is_a_conflict_with_its_code_and_sentence(anna):
    culture = lab.growing()
    lab.split(culture)
    said = a_passage()
    with lab.nothing_written():
        answer = anna.post(at(culture, "passage"), said)
    assert (answer.status_code, answer.json()["code"]) == (409, "culture_not_growing")
    assert "was passaged" in answer.json()["detail"]


def test_more_cells_than_harvested_are_refused_and_nothing_is_kept(anna):
    culture = lab.growing()
    said = a_passage(daughters=[{"vessel": "T25", "cells": 7_000_000, "medium": medium("5")}])
    with lab.nothing_written():
        answer = anna.post(at(culture, "passage"), said, key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_cells")
    assert answer.json()["extra"]["available"] == 6_000_000


def test_a_command_sent_again_under_its_key_is_answered_again(anna):
    culture, said = lab.growing(), a_passage()
    first = anna.post(at(culture, "passage"), said, key="k1")
    again = anna.post(at(culture, "passage"), said, key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert Harvest.objects.count() == 1


def test_a_key_belongs_to_one_culture(anna):
    anna.post(at(lab.growing(), "observe"), {"confluence_pct": 80}, key="k1")
    answer = anna.post(at(lab.growing(), "observe"), {"confluence_pct": 80}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"line": "MCF-99"}, "line"),
        ({"vessel": "bucket"}, "vessel"),
        ({"place": "P-00000"}, "place"),
        ({"medium": {"recipe": "DMEM + 10 % FBS", "volume_ml": 15}}, "medium"),
        ({"at": "2026-02-27T09:00:00"}, "at"),
        ({"label_passage_number": -1}, "label_passage_number"),
        ({"by": 1}, "by"),
    ],
)
def test_a_receipt_names_what_is_wrong(anna, changes, field):
    said = receipt(**changes)
    with lab.nothing_written():
        answer = anna.post(f"{CULTURES}receive/", said)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_count_is_given_in_one_way(anna):
    answer = anna.post(at(lab.growing(), "passage"), a_passage(count_id=1))
    assert "count" in answer.json()["fields"]


# --- undo and correct -------------------------------------------------------------------------------------------------
def test_undo_takes_back_the_last_entry(anna):
    culture = lab.growing()
    made = anna.post(at(culture, "feed"), {"medium": medium()}).json()
    answer = anna.post(f"/api/v1/entries/feed/{made['id']}/undo/", {})
    assert answer.status_code == 200, answer.content
    assert Feed.objects.get(pk=made["id"]).withdrawn_at
    again = anna.post(f"/api/v1/entries/feed/{made['id']}/undo/", {})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_undo")


def test_a_correction_is_previewed_and_then_made_with_its_reason(anna):
    culture = lab.growing(passage=8)
    daughter = lab.split(culture)[0]
    entry, changes = f"/api/v1/entries/receipt/{culture.receipts.get().pk}/", {"label_passage_number": 18}
    with lab.nothing_written():
        preview = anna.post(f"{entry}preview/", {"changes": changes})
    assert preview.status_code == 200, preview.content
    assert daughter.code in {change["culture"] for change in preview.json()}
    answer = anna.post(f"{entry}correct/", {"changes": changes, "reason": "read the label again"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["supersedes"] == culture.receipts.order_by("pk").first().pk
    assert lab.again(daughter).passage_number == 19


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("count", lambda: {"live_per_ml": "500000"}),
        ("harvest", lambda: {"volume_ml": "9.5"}),
        ("feed", lambda: {"recipe": str(lab.recipe(version=2)), "lots": [lab.lot("DMEM").code]}),
        ("observation", lambda: {"confluence_pct": 70}),
        ("move", lambda: {"place": lab.shelf("shelf C").code}),
        ("discard", lambda: {"why": "dead"}),
    ],
)
def test_every_kind_of_entry_is_corrected(anna, kind, changes):
    culture = lab.growing()
    event = {
        "count": lambda: lab.count_of(culture),
        "harvest": lambda: lab.harvest(culture),
        "feed": lambda: lab.fed(culture),
        "observation": lambda: lab.observed(culture),
        "move": lambda: lab.moved(culture, lab.shelf("shelf B")),
        "discard": lambda: lab.discarded(culture),
    }[kind]()
    answer = anna.post(f"/api/v1/entries/{kind}/{event.pk}/correct/", {"changes": changes(), "reason": "a slip"})
    assert answer.status_code == 201, answer.content


def test_the_cells_of_a_daughter_are_corrected_by_its_code(anna):
    harvest = lab.harvest(lab.growing())
    code = harvest.daughters[0].code
    said = {"changes": {"daughter_cells": {code: 2_000_000}}, "reason": "two million went in"}
    answer = anna.post(f"/api/v1/entries/harvest/{harvest.pk}/correct/", said)
    assert answer.status_code == 201, answer.content
    assert Culture.objects.get(code=code).seeded_cells == 2_000_000


@pytest.mark.parametrize(
    "changes", [{}, {"recorded_at": "2026-01-01T00:00:00Z"}, {"by": 1}, [], "x", {"volume_ml": "NaN"}]
)
def test_a_correction_names_what_may_be_changed_and_why(anna, changes):
    feed = lab.fed(lab.growing())
    with lab.nothing_written():
        for reason in ("a slip", ""):
            answer = anna.post(f"/api/v1/entries/feed/{feed.pk}/correct/", {"changes": changes, "reason": reason})
            assert answer.status_code in {400, 409}, answer.content


def test_an_unknown_kind_of_entry_is_not_found(anna):
    assert anna.post("/api/v1/entries/user/1/undo/", {}).status_code == 404
