"""What the ladders show on other pages: the ladder of a culture, and the models of a line."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from cultures.dosing.following import state_of
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.members import Member
from cultures.dosing.models import DosingState, ResistanceModel
from cultures.lines.models import CellLine
from cultures.passaging.models import Culture
from lims.clock import now
from lims.web.panels import register_panel

LADDER = "cultures/dosing/models/panel_of_culture.html"
MODELS = "cultures/dosing/models/panel_of_line.html"
MOST_MODELS = 20


def ladder_of_culture(request: HttpRequest, culture: Culture) -> dict[str, Any] | None:
    """Its rung as decided and as it is, what its cells have been through, and its partner in the other arm."""
    rows = DosingState.objects.select_related(
        "ladder__model__compound", "ladder__model__parental_line", "ladder__rung__plan", "ladder__branched_from"
    )
    row = rows.filter(culture=culture).first()
    if row is None:
        return None
    at = now()
    view = views_of([row.ladder], at)[row.ladder_id]
    every = view.ladder.model.compound.redose_interval
    state = state_of(row).until(at, every)  # an ended one stays as it is
    return {
        "culture": culture,
        "view": view,
        "model": view.ladder.model,
        "state": state,
        "longest_gap": timedelta(seconds=state.longest_gap_s),
        "actual": view.dose_in_words(row.dose) if row.dose else "",
        "is_still_elsewhere": bool(row.dose) and row.dose != view.ladder.rung.dose_canonical,
        "partner": _partner(view, culture),
        "can_be_paired": bool(culture.is_growing and view.ladder.is_open and view.arms.lead and view.arms.lead_control),
    }


def _partner(view: LadderView, culture: Culture) -> Culture | None:
    """The leading flask of the other arm."""
    other: Member | None = view.arms.lead if culture.arm == Culture.Arm.VEHICLE else view.arms.lead_control
    return other.culture if other else None


def models_of_line(request: HttpRequest, line: CellLine) -> dict[str, Any] | None:
    """Those that started from it, and the one it came out of."""
    models = ResistanceModel.objects.select_related("compound", "parental_line", "keeper")
    found = models.filter(parental_line=line) | models.filter(resulting_line=line)
    shown = list(found.order_by("-registered_at", "-pk")[: MOST_MODELS + 1])
    if not shown:
        return None
    return {"line": line, "models": shown[:MOST_MODELS], "has_more": len(shown) > MOST_MODELS}


def register() -> None:
    register_panel("culture", template=LADDER, build=ladder_of_culture, place=10)
    register_panel("line", template=MODELS, build=models_of_line, place=20)
