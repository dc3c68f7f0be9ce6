"""The addresses of version 1."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from api.v1.bench import BenchSessionViewSet, EntryViewSet, HarvestViewSet
from api.v1.cultures import CultureViewSet
from api.v1.donors import SharedDonorViewSet
from api.v1.due import DueCsvView, DueViewSet
from api.v1.instruments import PostedCountView, PostedRunView, PostedTestView
from api.v1.kits import KitViewSet
from api.v1.ladders import DecisionViewSet, LadderViewSet
from api.v1.lines import LineViewSet
from api.v1.mechanisms import HypothesisViewSet, MechanismViewSet
from api.v1.models import CODES, ExposureCsvView, ModelViewSet
from api.v1.planned_tests import PlannedTestViewSet
from api.v1.plans import PlanViewSet, ReadinessRulesViewSet
from api.v1.profiles import STRProfileViewSet
from api.v1.quality import IdentityPolicyViewSet, MethodViewSet, QCPolicyViewSet, QCTestViewSet
from api.v1.quarantines import QuarantineViewSet, TraceViewSet
from api.v1.reversion import ReversionTestViewSet
from api.v1.runs import QCRunViewSet

OF_A_MODEL = f"models/(?P<code>{CODES})"

router = SimpleRouter()
router.register("lines", LineViewSet, "line")
router.register("cultures", CultureViewSet, "culture")
router.register("harvests", HarvestViewSet, "harvest")
router.register("entries/(?P<kind>[a-z]+)/(?P<id>[0-9]{1,18})", EntryViewSet, "entry")
router.register("bench-session", BenchSessionViewSet, "bench-session")
router.register("models", ModelViewSet, "model")
router.register(f"{OF_A_MODEL}/plans", PlanViewSet, "plan")
router.register(f"{OF_A_MODEL}/ladders", LadderViewSet, "ladder")
router.register(f"{OF_A_MODEL}/decisions", DecisionViewSet, "decision")
router.register(f"{OF_A_MODEL}/hypotheses", HypothesisViewSet, "hypothesis")
router.register(f"{OF_A_MODEL}/reversion-tests", ReversionTestViewSet, "reversion-test")
router.register("mechanisms", MechanismViewSet, "mechanism")
router.register("qc/tests", QCTestViewSet, "qc-test")
router.register("qc/runs", QCRunViewSet, "qc-run")
router.register("qc/planned-tests", PlannedTestViewSet, "planned-test")
router.register("qc/kits", KitViewSet, "qc-kit")
router.register("qc/due", DueViewSet, "qc-due")
router.register("quarantines", QuarantineViewSet, "quarantine")
router.register("traces", TraceViewSet, "trace")
router.register("str-profiles", STRProfileViewSet, "str-profile")
router.register("shared-donors", SharedDonorViewSet, "shared-donor")

urlpatterns = [
    path("instruments/counts/", PostedCountView.as_view(), name="counts"),
    path("instruments/tests/", PostedTestView.as_view(), name="tests"),
    path("instruments/runs/", PostedRunView.as_view(), name="runs"),
    path("qc/due.csv", DueCsvView.as_view(), name="qc-due-csv"),
    path("qc/methods/", MethodViewSet.as_view({"get": "retrieve"}), name="qc-methods"),
    path("qc/policy/", QCPolicyViewSet.as_view({"get": "retrieve"}), name="qc-policy"),
    path("qc/identity-policy/", IdentityPolicyViewSet.as_view({"get": "retrieve"}), name="identity-policy"),
    path("models/<str:code>/exposure.csv", ExposureCsvView.as_view(), name="model-exposure-csv"),
    path(
        "readiness-rules/",
        ReadinessRulesViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="readiness-rules",
    ),
    *router.urls,
]
