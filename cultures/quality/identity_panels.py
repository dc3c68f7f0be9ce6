"""What profiles show on other pages: of a line, and of an STR test."""

from collections import Counter
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from cultures.lines.models import CellLine
from cultures.quality.families import STR
from cultures.quality.house import policy_in_force
from cultures.quality.identity_words import ALGORITHMS, MODES, in_brief
from cultures.quality.models import QCTest, SharedDonor, STRProfile
from cultures.quality.profiles import along, flags_of, reference_of, samples_of
from cultures.science.str_profiles import Profile
from lims.web.panels import register_panel

AREA = "cultures/quality/identity"
NEWEST = 5
UP = """
WITH RECURSIVE up (id, parent_id, depth) AS (
    SELECT id, parent_id, 0 FROM cultures_cellline WHERE id = %s
  UNION
    SELECT line.id, line.parent_id, up.depth + 1 FROM up JOIN cultures_cellline line ON line.id = up.parent_id
) SELECT id FROM up ORDER BY depth"""


def of_line(request: HttpRequest, line: CellLine) -> dict[str, Any]:
    """Its reference, or that of the line it derives from; its newest samples; whom it shares its donor with."""
    ids = [row.pk for row in CellLine.objects.raw(UP, [line.pk])]
    reference = reference_of(ids)
    samples = samples_of([line.pk], NEWEST)
    policy, version = policy_in_force()
    told = along(samples, Profile.from_json(reference.alleles), policy)[::-1] if reference and samples else []
    pair = Q(line=line) | Q(other_line=line)
    return {
        "line": line,
        "reference": reference,
        "flags": flags_of(Profile.from_json(reference.alleles)) if reference else [],
        "is_inherited": reference is not None and reference.line_id != line.pk,
        "samples": told,
        "untold": Counter(one.kind for one in samples).total() if not reference else 0,
        "brief": in_brief(policy),
        "version": version,
        "donors": SharedDonor.objects.filter(pair, withdrawn_at=None).select_related("line", "other_line"),
    }


def of_test(request: HttpRequest, test: QCTest) -> dict[str, Any] | None:
    """What a profile was compared with when it was judged."""
    if test.method != STR or not test.findings.get("policy"):
        return None
    algorithm, mode = test.findings.get("algorithm", ""), test.findings.get("mode", "")
    return {
        "test": test,
        "findings": test.findings,
        "algorithm": ALGORITHMS.get(algorithm, algorithm),
        "mode": MODES.get(mode, mode),
        "profile": STRProfile.objects.filter(test=test).first(),
    }


def register() -> None:
    register_panel("line", template=f"{AREA}/panel_of_line.html", build=of_line, place=30)
    register_panel("qc_test", template=f"{AREA}/panel_of_test.html", build=of_test, place=5)
