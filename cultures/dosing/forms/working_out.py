"""The buttons of a plan's form that do not save: work out, add up, one row more or fewer. With or without script."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal

from django.http import QueryDict

from cultures.dosing.errors.plans import PlanUnusable
from cultures.dosing.forms.how import NUMBERS, WHOLE, How, is_for
from cultures.dosing.forms.plans import PlanForm
from cultures.dosing.forms.rungs import EMPTIED, typed_rows, with_one_more, with_rows, without_one
from cultures.dosing.services import plan_by_strategy
from cultures.passaging.forms.entry import value_of

BUTTONS = {"work_out", "add_up", "add", "remove"}
Build = Callable[[QueryDict | None], PlanForm]


def answered(build: Build, sent: QueryDict | None) -> PlanForm:
    """The form as sent, or as a button other than Save has changed it."""
    form = build(sent)
    if sent is None or not form.is_draft:
        return form
    if "work_out" in sent:
        form = worked_out(build, sent)
    elif prefix := sent.get("add", "").partition("-")[0] or sent.get("remove", "").partition("-")[0]:
        form = build(reshaped(form, sent, prefix))
    form.forgive_gaps()
    return form


def is_draft(data: QueryDict | None) -> bool:
    return data is not None and bool(BUTTONS & set(data))


def reshaped(form: PlanForm, sent: QueryDict, prefix: str) -> QueryDict:
    """One row more, or one fewer."""
    rows = {"rungs": form.rungs, "kept": form.kept}.get(prefix)
    if rows is None:
        return sent
    typed, index = typed_rows(rows), sent.get("remove", "").partition("-")[2]
    if "add" in sent:
        return with_rows(sent, prefix, with_one_more(typed, EMPTIED[prefix]))
    if index.isascii() and index.isdigit() and len(index) < 4:
        return with_rows(sent, prefix, without_one(typed, int(index), EMPTIED[prefix]))
    return sent


def worked_out(build: Build, sent: QueryDict) -> PlanForm:
    """The rungs a strategy comes to. A protocol that was just chosen fills in the strategy first."""
    data = taken_over(build(sent), sent)
    form = build(data)
    form.is_valid()
    if {*NUMBERS, *WHOLE, "doses", "template", "strategy"} & set(form.errors):
        return form
    how = form.how
    if (template := form.chosen_template) and not how.follows(template):
        data["template"] = ""
        how = How("", how.strategy, how.parameters)
    try:
        plan = plan_by_strategy(how.strategy, how.parameters, form.shown_unit, Decimal(0))
    except PlanUnusable as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return form
    data["worked_from"] = str(how)
    return build(with_rows(data, "rungs", [asdict(rung) for rung in plan.rungs]))


def taken_over(form: PlanForm, sent: QueryDict) -> QueryDict:
    """What was sent; when the protocol is another than the rungs came from, with its numbers."""
    data = sent.copy()
    template = form.chosen_template
    if template is None or f'"template": "{template.code}"' in (value_of(form, "worked_from") or ""):
        return data
    for name in (*NUMBERS, "doses", "on_days", "off_days", "planned_days"):
        data[name] = str(template.parameters.get(name, ""))
    data["strategy"], data["unit"], data["vehicle_pct"] = template.strategy, template.unit, str(template.vehicle_pct)
    if "compound" in form.fields and form.rising is None:
        fitting = [pk for pk, one in form.catalogue.compounds.items() if is_for(template, one)]
        data["compound"] = str(fitting[0])
    return data
