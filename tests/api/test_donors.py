"""Lines known to be of one person, over REST: stated once, whichever is named first, and withdrawn with a reason."""

from typing import Any

import pytest

from cultures.quality.models import SharedDonor
from tests import lab
from tests.api.conftest import done, refused
from tests.api.test_quality import read
from tests.api.test_reading import queries

DONORS = "/api/v1/shared-donors/"


def a_donor(**changes: Any) -> dict[str, Any]:
    return {"line": "SKBR3", "other": "BT474", "reason": "one patient"} | changes


@pytest.fixture(autouse=True)
def lines(db: None) -> None:
    lab.line("SKBR3", rrid="CVCL_0033"), lab.line("BT474")


def test_a_shared_donor_is_stated_once_whichever_is_named_first(manager):
    told = done(manager.post(DONORS, a_donor()))
    assert (told["line"]["name"], told["other"]["name"], told["accession"]) == ("SKBR3", "BT474", "")
    assert (told["reason"], told["by"], told["withdrawn_at"]) == ("one patient", lab.manager().username, None)
    assert read(manager, f"{DONORS}{told['id']}/") == told
    with lab.nothing_written():
        assert refused(manager.post(DONORS, a_donor())) == (409, "donor_known")
        assert refused(manager.post(DONORS, a_donor(line="bt 474", other="sk-br-3"))) == (409, "donor_known")


def test_a_donor_may_be_shared_with_a_line_that_is_not_in_the_lab(manager):
    said = {"line": "BT474", "accession": "cvcl_0179", "reason": "Cellosaurus"}
    told = done(manager.post(DONORS, said))
    assert (told["other"], told["accession"]) == (None, "CVCL_0179")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"other": None}, 400),
        ({"other": "no such line"}, 400),
        ({"accession": "CVCL_0179"}, 400),  # both
        ({"reason": ""}, 400),
        ({"reason": "x" * 201}, 400),
        ({"other": "SK-BR-3"}, 409),  # itself
        ({"by": "anna"}, 400),
    ],
)
def test_a_statement_that_cannot_be_is_refused(manager, changes, status):
    with lab.nothing_written():
        assert refused(manager.post(DONORS, a_donor(**changes)))[0] == status


@pytest.mark.parametrize(("accession", "status"), [("SK-BR-3", 400), ("", 400), ("CVCL_0033", 409)])
def test_an_accession_that_is_none_or_the_own_is_refused(manager, accession, status):
    with lab.nothing_written():
        answer = manager.post(DONORS, {"line": "SKBR3", "accession": accession, "reason": "x"})
        assert refused(answer)[0] == status


def test_neither_another_line_nor_an_accession_is_no_statement(manager):
    answer = manager.post(DONORS, {"line": "SKBR3", "reason": "x"})
    assert (refused(answer), list(answer.json()["fields"])) == ((400, "invalid"), ["other"])


def test_a_statement_is_withdrawn_with_a_reason_and_may_be_stated_anew(manager):
    first = done(manager.post(DONORS, a_donor()))
    path = f"{DONORS}{first['id']}/withdraw/"
    with lab.nothing_written():
        assert refused(manager.post(path, {})) == (400, "invalid")
        assert refused(manager.post(f"{DONORS}999999/withdraw/", {"reason": "x"})) == (404, "not_found")
    assert done(manager.post(path, {"reason": "a misprint"}))["withdrawn_at"]
    assert refused(manager.post(path, {"reason": "a misprint"})) == (409, "donor_gone")
    again = done(manager.post(DONORS, a_donor()))
    assert [row["id"] for row in read(manager, DONORS, {"is_standing": "true"})["results"]] == [again["id"]]
    assert [row["id"] for row in read(manager, DONORS, {"is_standing": "false"})["results"]] == [first["id"]]


def test_shared_donors_are_found_by_either_line_newest_first_and_cost_the_same(manager):
    first = done(manager.post(DONORS, a_donor()))
    few = queries(manager, DONORS)
    lab.line("MCF7"), lab.line("HCC1954")
    others = [done(manager.post(DONORS, a_donor(line="MCF7", other=other))) for other in ("HCC1954", "BT474")]
    assert queries(manager, DONORS) == few <= 4
    assert [row["id"] for row in read(manager, DONORS)["results"]] == [one["id"] for one in (*others[::-1], first)]
    found = read(manager, DONORS, {"line": lab.line("BT474").pk})["results"]
    assert [row["id"] for row in found] == [others[1]["id"], first["id"]]
    assert refused(manager.get(DONORS, {"lyne": "1"}))[0] == 400


def test_a_technician_and_an_instrument_read_donors_and_state_none(anna, counter, manager):
    told = done(manager.post(DONORS, a_donor(), key="k"))
    assert manager.post(DONORS, a_donor(), key="k").json() == told
    for caller in (anna, counter):
        assert read(caller, DONORS)["results"] == [told]
        assert refused(caller.post(DONORS, a_donor())) == (403, "not_allowed")
        assert refused(caller.post(f"{DONORS}{told['id']}/withdraw/", {"reason": "x"})) == (403, "not_allowed")
    assert SharedDonor.objects.count() == 1
