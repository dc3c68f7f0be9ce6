"""How a model may resist, and whether it lasts: noted by machines as on its page."""

from cultures.dosing.models import Hypothesis
from cultures.dosing.services.mechanisms import register_mechanism
from lims.clock import now
from tests import lab, ladders
from tests.api.conftest import done, of, refused
from tests.lab import DAY, HOUR


def test_a_hypothesis_is_proposed_stated_anew_and_given_evidence(anna, manager):
    model = ladders.planned()
    done(manager.post("/api/v1/mechanisms/", {"name": "kinase 9", "group": "HER2 itself"}))
    path = of(model, "hypotheses/")
    told = done(anna.post(path, {"mechanism": "Kinase 9", "note": "smaller band"}))
    assert (told["mechanism"], told["status"]) == ("kinase 9", "suspected")
    assert refused(anna.post(path, {"mechanism": "kinase 9"}))[0] == 409
    one = f"{path}{told['id']}/"
    assert refused(anna.post(f"{one}state/", {"status": "supported"}))[0] == 409
    (evidence,) = done(anna.post(f"{one}evidence/", {"kind": "assay", "text": "blot 12"}))["evidence"]
    assert done(anna.post(f"{one}state/", {"status": "supported"}))["status"] == "supported"
    withdrawn = {"evidence": evidence["id"], "reason": "wrong lane"}
    assert done(anna.post(f"{one}withdraw-evidence/", withdrawn))["evidence"][0]["withdrawn_reason"] == "wrong lane"


def test_evidence_is_withdrawn_only_below_its_own_hypothesis(anna):
    model = ladders.planned()
    for name in ("p95HER2", "t-Darpp"):
        register_mechanism(name=name, group="HER2 itself", by=lab.manager())
        done(anna.post(of(model, "hypotheses/"), {"mechanism": name}))
    first, other = Hypothesis.objects.order_by("pk")
    path = of(model, f"hypotheses/{first.pk}/")
    evidence = done(anna.post(f"{path}evidence/", {"kind": "assay", "text": "blot"}))["evidence"][0]["id"]
    stray = of(model, f"hypotheses/{other.pk}/withdraw-evidence/")
    assert refused(anna.post(stray, {"evidence": evidence, "reason": "x"})) == (404, "not_found")
    elsewhere = of(ladders.planned("another"), f"hypotheses/{first.pk}/state/")
    assert refused(anna.post(elsewhere, {"status": "refuted", "note": "x"})) == (404, "not_found")


def test_a_reversion_test_is_started_settled_and_ended(anna):
    ladder = ladders.climbing(at=now() - 40 * DAY)
    at = now() - 34 * DAY
    kept = lab.seeding("T75", said=lab.medium(drugs=[lab.drug("trastuzumab", 1)]))
    free, _ = lab.split(ladders.lead(ladder), (lab.seeding("T75", arm="", cells=1_000_000), kept), at=at)
    path = of(ladder.model, "reversion-tests/")
    assert refused(anna.post(path, {"culture": ladders.lead(ladder).code})) == (409, "still_in_the_drug")
    started = {"culture": free.code, "weeks": [4, 8], "at": (at + HOUR).isoformat()}
    told = done(anna.post(path, started))
    assert [check["week"] for check in told["checks"]] == [4, 8]
    one = f"{path}{told['id']}/"
    assert done(anna.post(f"{one}settle/", {"week": 4, "note": "run 12"}), 200)["settled_by"] == "anna"
    assert refused(anna.post(f"{one}settle/", {"week": 5, "note": "run 12"})) == (404, "not_found")
    assert done(anna.post(f"{one}end/", {"reason": "enough"}), 200)["ended_reason"] == "enough"
    assert [row["id"] for row in anna.get(path).json()["results"]] == [told["id"]]
