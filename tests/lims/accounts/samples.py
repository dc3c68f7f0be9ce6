"""Something to fill each address with: by the beginning of its route, and the name of the part to fill.

An address that nothing here fills makes the walk over all views fail, so that no view comes in unseen.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image

from cultures.dosing.services.mechanisms import add_evidence, propose_hypothesis
from cultures.models import (
    CellLine,
    Compound,
    Harvest,
    Hypothesis,
    Ladder,
    Lot,
    Mechanism,
    MediumRecipe,
    MolecularFeature,
    ResistanceModel,
    ReversionTest,
    VesselType,
)
from cultures.quality.models import LabMethod, SharedDonor, STRProfile
from cultures.quality.services import keep_raw_file, plan_test
from cultures.quality.services.tracing import act_on_trace
from lims.accounts.models import User
from lims.clock import now
from lims.instruments.handlers import HANDLERS
from lims.instruments.models import Delivery, Instrument, Token
from tests import lab, ladders
from tests.cultures.quality import qc
from tests.lims.audit.instances import saved

Sample = Callable[[], Any]


A_COUNT = '{"culture": "C-00000", "live_per_ml": "700000", "taken_at": "2026-03-05T09:00:00+01:00"}'


def key_of(model: type, **values: Any) -> Sample:
    return lambda: saved(model, **values).pk


def waiting_delivery() -> int:
    values = {"state": "waiting", "waits_because": "no such culture", "route": next(iter(HANDLERS)), "body": A_COUNT}
    return saved(Delivery, instrument=saved(Instrument), **values).pk


def feature_of_a_line() -> int:
    return saved(MolecularFeature, line=lab.line()).pk


def a_ladder() -> Ladder:
    return Ladder.objects.first() or ladders.climbing()


def harvest_of_a_ladder(arm: str) -> int:
    """Of its first passage, with both arms at once."""
    found = Harvest.objects.filter(sources__culture__dosing__ladder=a_ladder(), sources__culture__arm=arm)
    if not found:
        ladders.passaged(a_ladder())
    return found.earliest("pk").pk


def hypothesis_of_a_model() -> int:
    """One for a model, so that its evidence is its own."""
    known = Hypothesis.objects.filter(model=a_ladder().model).first()
    return (known or proposed(a_ladder().model)).pk


def proposed(model: ResistanceModel) -> Hypothesis:
    said = {"status": "suspected", "note": "as in the review", "at": lab.FRIDAY, "by": lab.technician()}
    return propose_hypothesis(model_id=model.pk, mechanism_id=saved(Mechanism).pk, **said)


def evidence_of_a_hypothesis() -> int:
    said = {"kind": "assay", "text": "95 kDa band", "at": lab.FRIDAY, "by": lab.technician()}
    return add_evidence(hypothesis_id=hypothesis_of_a_model(), **said).pk


def check_of_a_reversion_test() -> int:
    test = ReversionTest.objects.get(pk=reversion_test_of_a_model())
    return test.checks.create(week=4, due_at=lab.FRIDAY).pk


def reversion_test_of_a_model() -> int:
    told = {"started_at": lab.FRIDAY, "passages": 12, "by": lab.technician()}
    return ReversionTest.objects.create(model=a_ladder().model, culture=lab.growing(), **told).pk


def kept_photo() -> int:
    picture = BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    picture.seek(0)
    return lab.observed(lab.growing(), photo=picture).photo_id


def kept_raw_file() -> int:
    return keep_raw_file(upload=BytesIO(b"sample,A,B"), name="plate.csv", by=lab.technician()).pk


def planned_test() -> int:
    said = {"family": "mycoplasma", "due_at": now(), "why": "a neighbour", "by": lab.technician()}
    return plan_test(culture_ids=[lab.growing().pk], **said)[0].pk


def str_profile() -> int:
    return (STRProfile.objects.first() or qc.reference("BT-474")).pk


def lab_method() -> str:
    return (LabMethod.objects.filter(retired_at=None).first() or qc.lab_method()).code


def quarantine() -> int:
    return qc.positive(lab.growing()).quarantines.get().pk


def contamination_trace() -> int:
    return act_on_trace(code=qc.positive(lab.growing()).code, at=now(), by=lab.technician()).pk


# beginning of the route -> what a part of it may be; the longest beginning that fits is taken
SAMPLES: dict[str, dict[str, Sample]] = {
    "people/": {"pk": key_of(User)},
    "history/": {"table": lambda: "cultures_vesseltype", "pk": key_of(VesselType)},
    "instruments/": {"pk": key_of(Instrument)},
    "instruments/keys/": {"pk": key_of(Token)},
    "inbox/": {"pk": waiting_delivery},
    "cultures/": {"code": lambda: lab.growing().code},
    "places/": {"code": lambda: lab.shelf().code},
    "lines/": {"pk": key_of(CellLine)},
    "lines/<int:pk>/names/": {"pk": lambda: lab.line().pk, "name_pk": lambda: lab.line().names.get().pk},
    "lines/<int:pk>/features/": {"pk": lambda: lab.line().pk, "feature_pk": feature_of_a_line},
    "lots/": {"code": lambda: lab.lot().code, "pk": key_of(Lot)},
    "recipes/": {"pk": key_of(MediumRecipe)},
    "compounds/": {"pk": key_of(Compound)},
    "vessels/": {"pk": key_of(VesselType)},
    "api/v1/cultures/": {"code": lambda: lab.growing().code, "pk": lambda: lab.growing().pk},
    "api/v1/entries/": {"kind": lambda: "feed", "id": lambda: lab.fed(lab.growing()).pk},
    "api/v1/lines/": {"pk": key_of(CellLine)},
    "api/v1/models/": {
        "code": lambda: a_ladder().model.code,
        "name": lambda: a_ladder().name,
        "number": lambda: a_ladder().decisions.get().number,
    },
    "api/v1/models/<code>/hypotheses/": {"id": hypothesis_of_a_model},
    "api/v1/models/<code>/reversion-tests/": {"id": reversion_test_of_a_model},
    "api/v1/harvests/": {"pk": key_of(Harvest)},
    "models/": {
        "code": lambda: a_ladder().model.code,
        "name": lambda: a_ladder().name,
        "number": lambda: a_ladder().decisions.get().number,
        "version": lambda: a_ladder().rung.plan.version,
    },
    "models/<slug:code>/hypotheses/": {"pk": hypothesis_of_a_model, "evidence_pk": evidence_of_a_hypothesis},
    "models/<str:code>/reversion/": {"pk": reversion_test_of_a_model},
    "models/<str:code>/reversion/checks/": {"pk": check_of_a_reversion_test},
    "mechanisms/": {"pk": key_of(Mechanism)},
    "models/<str:code>/ladders/<str:name>/passage/": {
        "treated_id": lambda: harvest_of_a_ladder("treated"),
        "control_id": lambda: harvest_of_a_ladder("vehicle"),
    },
    "harvests/": {"harvest_id": lambda: lab.harvest(lab.growing(), discard_rest=False).pk},
    "photos/": {"photo_id": kept_photo},
    "qc/kits/": {"kit_id": lambda: qc.kit().pk},
    "qc/methods/": {"code": lab_method},
    "str/": {"pk": str_profile},
    "str/donors/": {"pk": key_of(SharedDonor)},
    "qc/runs/": {"run_id": lambda: qc.run_of([lab.growing()]).pk},
    "qc/tests/": {"code": lambda: qc.positive(lab.growing()).code},
    "quarantine/": {"pk": quarantine},
    "traces/": {"pk": contamination_trace},
    "api/v1/quarantines/": {"pk": quarantine},
    "api/v1/traces/": {"pk": contamination_trace},
    "api/v1/qc/planned-tests/": {"pk": planned_test},
    "api/v1/qc/kits/": {"pk": lambda: qc.kit().pk},
    "api/v1/shared-donors/": {"pk": key_of(SharedDonor)},
    "api/v1/qc/runs/": {"pk": lambda: qc.run_of([lab.growing()]).pk},
    "api/v1/str-profiles/": {"pk": str_profile},
    "api/v1/qc/tests/": {"code": lambda: qc.positive(lab.growing()).code},
    "qc/files/": {"raw_id": kept_raw_file},
    "entries/": {"kind": lambda: "feed", "entry_id": lambda: lab.fed(lab.growing()).pk},
}


def sample_for(route: str, part: str) -> Any:
    for beginning in sorted(SAMPLES, key=len, reverse=True):
        if route.startswith(beginning) and part in SAMPLES[beginning]:
            return SAMPLES[beginning][part]()
    raise LookupError(f"tests/lims/accounts/samples.py has nothing for <{part}> in {route}")
