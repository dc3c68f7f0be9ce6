"""The nouns of quality control: samples and results, policies, identity, quarantine, traces."""

from cultures.quality.models.identity import SharedDonor, STRProfile
from cultures.quality.models.policies import IdentityPolicy, PolicyRule, QCPolicy
from cultures.quality.models.quarantine import CureMark, Quarantine, QuarantineMember, Treatment
from cultures.quality.models.standing import Provenance, QCDue, QCStanding
from cultures.quality.models.tests import KitRecord, LabMethod, PlannedTest, QCRun, QCTest, RawFile
from cultures.quality.models.tracing import ContaminationTrace, TraceMember

__all__ = [
    "ContaminationTrace",
    "CureMark",
    "IdentityPolicy",
    "KitRecord",
    "LabMethod",
    "PlannedTest",
    "PolicyRule",
    "Provenance",
    "QCDue",
    "QCPolicy",
    "QCRun",
    "QCStanding",
    "QCTest",
    "Quarantine",
    "QuarantineMember",
    "RawFile",
    "STRProfile",
    "SharedDonor",
    "TraceMember",
    "Treatment",
]
