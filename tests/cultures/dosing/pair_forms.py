"""For the tests of the pages for both arms: a pair at its passage, and their forms as a browser sends them."""

from django.urls import reverse

from cultures.dosing.models import Ladder
from lims.clock import now
from tests import lab, ladders
from tests.cultures.passaging.pages.conftest import fields_of
from tests.lab import DAY


def pair_at_its_passage() -> Ladder:
    """Both arms have been in their flasks for six days; trypsin is open."""
    lab.trypsin()
    lab.line("BT474", passage_interval=5 * DAY)
    return ladders.climbing(at=now() - 6 * DAY)


def url(ladder: Ladder, deed: str = "passage") -> str:
    return reverse(f"cultures:{deed}_pair", args=[ladder.model.code, ladder.name])


def form_as_it_is(page, **changes):
    """What the form of a page would send as it stands, with some fields typed over."""
    form, pair = page.context["form"], page.context["pair"]
    sent = fields_of(page) | {"treated": pair.treated.code, "control": pair.control.code}
    for field in form.control:
        if field.html_name.startswith("control-") and field.value() is not None:
            sent[field.html_name] = field.value()
    return sent | changes


def counted(bench, ladder, **changes):
    """The passage as proposed, with plausible counts by hand."""
    counts = {"treated-live": "0.6", "treated-dead": "0.02", "control-live": "0.7", "control-dead": "0.02"}
    volumes = {"treated-volume_ml": "10", "control-volume_ml": "10"}
    return form_as_it_is(bench.get(url(ladder))) | counts | volumes | {"save": "1"} | changes


def posted(bench, ladder, deed="passage", **changes):
    """Sent, and sent again with what was warned of confirmed."""
    sent = (
        counted(bench, ladder, **changes)
        if deed == "passage"
        else form_as_it_is(bench.get(url(ladder, deed)), **changes)
    )
    answer = bench.post(url(ladder, deed), sent)
    if answer.status_code == 422 and answer.context["form"].warnings:
        answer = bench.post(url(ladder, deed), confirmed(answer, sent))
    return answer


def confirmed(answer, sent):
    return sent | {"confirmed": [warning.code for warning in answer.context["form"].warnings]}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())
