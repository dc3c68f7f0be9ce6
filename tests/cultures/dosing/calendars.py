"""What the calendar's tests share: a model with flasks on its ladder, and a kind of work that is due for everybody."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.db.models import CharField, DateTimeField, F, QuerySet, Value

from cultures.dosing.models import DosingState, EscalationPlan, Ladder, ResistanceModel, Rung
from cultures.passaging.models import Culture
from lims.accounts.models import User
from lims.codes import new_codes
from lims.reminders.registry import SOURCES, Source
from tests import lab


def model_with(*flasks: Culture, name: str = "BT474-T") -> ResistanceModel:
    """A model whose ladder A holds these flasks."""
    kept = {"keeper": lab.technician(), "parental_line": lab.line("BT474"), "compound": lab.compound("trastuzumab")}
    model = ResistanceModel.objects.create(code=new_codes("M")[0], name=name, **kept)
    plan = EscalationPlan.objects.create(
        model=model, version=1, strategy="stepwise", vehicle_pct=Decimal(0), made_by=lab.manager()
    )
    dose = {"dose": Decimal(1), "dose_unit": "µg/mL", "dose_canonical": Decimal(1)}
    rung = Rung.objects.create(plan=plan, number=1, planned_days=28, min_days=14, min_passages=2, **dose)
    ladder = Ladder.objects.create(model=model, name="A", rung=rung, started_at=lab.FRIDAY)
    for flask in flasks:
        DosingState.objects.create(culture=flask, ladder=ladder, dose=Decimal(1), last_dose=Decimal(1))
    return model


def checks_due(monkeypatch: pytest.MonkeyPatch, subject: str, at: datetime) -> None:
    """A source of a later domain, with a subject of its own: the same check is due for every person."""

    def due(by: datetime) -> QuerySet:
        said = {"kind": "check_due", "subject": subject, "subject_label": "ladder A", "place_label": "", "url": "/"}
        texts = {name: Value(text, CharField()) for name, text in said.items()}
        return User.objects.annotate(
            **texts, person_id=F("pk"), due_at=Value(at, DateTimeField()), action=Value("feed_culture", CharField())
        ).filter(due_at__lt=by)

    source = Source("check_due", "escalation check", due, lambda codes: {}, "none.html")
    monkeypatch.setitem(SOURCES, "check_due", source)
