"""The cut-offs of the lab's kits, over REST: registered once, revised with a reason, never edited."""

from typing import Any

import pytest

from cultures.quality.models import KitRecord
from tests import lab
from tests.api.conftest import done, refused
from tests.api.test_quality import QC, TESTS, light, read
from tests.api.test_reading import queries
from tests.cultures.quality import qc

KITS = f"{QC}kits/"


def a_kit(**changes: Any) -> dict[str, Any]:
    cut_offs = {"negative_below": "0.9", "positive_above": 1.2, "positive_control_above": 1.2}
    return {"name": "MycoAlert", **cut_offs, "negative_control_below": 0.9} | changes


def test_a_kit_is_registered_and_results_are_judged_by_its_cut_offs(manager):
    told = done(manager.post(KITS, a_kit(negative_below=0.4, reason="as validated here")))
    assert (told["name_and_version"], told["negative_below"], told["least_reading_a"]) == ("MycoAlert v1", "0.400", 0)
    assert (told["by"], told["reason"]) == (lab.manager().username, "as validated here")
    assert read(manager, KITS)["results"] == [told]
    result = done(manager.post(TESTS, light(lab.growing(), kit="MycoAlert v1")))  # a ratio of 0.5
    assert result["verdict"] == "inconclusive"


def test_a_revision_is_the_next_version_and_results_keep_theirs(manager):
    first = done(manager.post(KITS, a_kit()))
    code = qc.negative(lab.growing()).code
    said = {"changes": {"least_reading_a": 500}, "reason": "of our luminometer"}
    second = done(manager.post(f"{KITS}{first['id']}/revise/", said))
    assert (second["name_and_version"], second["least_reading_a"]) == ("MycoAlert v2", 500)
    assert second["positive_above"] == first["positive_above"]
    assert read(manager, f"{TESTS}{code}/")["kit"] == "MycoAlert v1"
    assert [row["version"] for row in read(manager, KITS)["results"]] == [1, 2]


def test_only_the_newest_version_is_revised_and_only_to_another_one(manager):
    first = done(manager.post(KITS, a_kit()))
    path, said = f"{KITS}{first['id']}/revise/", {"changes": {"least_reading_a": 500}, "reason": "x"}
    with lab.nothing_written():
        assert refused(manager.post(path, {"changes": {}, "reason": "x"})) == (409, "kit_unchanged")
        assert refused(manager.post(f"{KITS}999999/revise/", said)) == (404, "not_found")
    done(manager.post(path, said))
    assert refused(manager.post(path, said)) == (409, "kit_changed_meanwhile")


def test_a_kit_is_registered_once(manager):
    first, again = (manager.post(KITS, a_kit(), key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert refused(manager.post(KITS, a_kit(name="mycoalert"))) == (409, "kit_name_taken")
    assert KitRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 400),
        ({"negative_below": 0}, 400),
        ({"negative_below": "0,9"}, 400),
        ({"positive_above": 1000}, 400),
        ({"positive_above": 1.2345}, 400),
        ({"positive_control_above": None}, 400),
        ({"least_reading_a": -1}, 400),
        ({"version": 7}, 400),
        ({"by": "anna"}, 400),
        ({"negative_below": 1.5}, 409),  # above the positive cut-off
    ],
)
def test_cut_offs_that_cannot_be_are_refused(manager, changes, status):
    with lab.nothing_written():
        assert refused(manager.post(KITS, a_kit(**changes)))[0] == status


def test_a_revision_that_cannot_be_is_refused(manager):
    path = f"{KITS}{qc.kit().pk}/revise/"
    with lab.nothing_written():
        for changes in ({"name": "Other"}, {"negative_below": "NaN"}, {"least_reading_a": 1.5}):
            assert refused(manager.post(path, {"changes": changes, "reason": "x"})) == (400, "invalid")
        assert refused(manager.post(path, {"changes": {"least_reading_a": 1}})) == (400, "invalid")
        answer = manager.post(path, {"changes": {"negative_below": 1.3}, "reason": "x"})
        assert (refused(answer)[0], answer.json()["field"]) == (409, "positive_above")


def test_a_technician_and_an_instrument_read_kits_and_change_none(anna, counter):
    kit = qc.kit()
    for caller in (anna, counter):
        assert [row["id"] for row in read(caller, KITS)["results"]] == [kit.pk]
        assert refused(caller.post(KITS, a_kit(name="Other"))) == (403, "not_allowed")
        said = {"changes": {"least_reading_a": 1}, "reason": "x"}
        assert refused(caller.post(f"{KITS}{kit.pk}/revise/", said)) == (403, "not_allowed")


def test_kits_cost_the_same_at_one_and_at_many(manager):
    done(manager.post(KITS, a_kit()))
    few = queries(manager, KITS)
    for number in range(4):
        done(manager.post(KITS, a_kit(name=f"Kit {number}")))
    assert queries(manager, KITS) == few <= 4
