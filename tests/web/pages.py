"""Small pages that put the frame's parts together, so that they can be looked at and measured without the bench."""

# ruff: noqa: E501
from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import engines

from lims.accounts.models import User
from lims.charts.chart import Chart
from lims.errors import DomainError
from lims.web.filters import Choice, Filters, Flag
from lims.web.forms import BenchForm, NumberField, Proposal
from lims.web.htmx import done
from lims.web.pagination import keyset_page

FRAME = """{% extends "lims/base.html" %}{% block title %}Parts{% endblock %}
{% block body_class %}docked{% endblock %}{% block content %}BODY{% endblock %}"""
sent: list[dict] = []


def shown(request: HttpRequest, body: str, context: dict | None = None, status: int = 200) -> HttpResponse:
    template = engines["django"].from_string(FRAME.replace("BODY", body))
    return HttpResponse(template.render(context or {}, request), status=status)


def today(request: HttpRequest) -> HttpResponse:
    return shown(
        request, '<div class="head"><h1>Today</h1></div><a class="btn" data-key="p" href="/parts/form/">Passage</a>'
    )


def cultures(request: HttpRequest) -> HttpResponse:
    filters = Filters(
        request,
        Flag("viewers", "Viewers", lambda rows: rows.filter(role="viewer")),
        Choice(
            "role", "Role", lambda: [("pi", "PI"), ("technician", "technician")], lambda rows, v: rows.filter(role=v)
        ),
        search=lambda rows, words: rows.filter(username__icontains=words),
    )
    people = User.objects.all()
    rows = keyset_page(
        filters.apply(people),
        request,
        order=("-date_joined",),
        sorts={"name": "username", "seen": "last_login"},
        size=5,
    )
    return shown(request, LIST, {"filters": filters, "rows": rows})


LIST = """
<div class="head"><div class="title"><h1>Cultures</h1><span class="what quiet"><b>{{ rows.total }}</b> growing</span></div>
<div class="btns"><a class="btn" href="?{{ filters.query }}">{% icon "download" %}CSV</a><a class="btn do" href="/">Receive</a></div></div>
{% include "lims/_filters.html" with find="Find line, code, note" %}
{% if rows %}<div class="scroll mt2" role="region" aria-label="Cultures" tabindex="0"><table class="tbl sticky"><thead><tr>
{% sort_th rows "name" "Name" %}{% sort_th rows "seen" "Seen" "h" css="r" %}<th scope="col">In medium</th></tr></thead>
<tbody>{% for row in rows %}<tr><th scope="row">{{ row.username }}</th><td class="r">{{ row.last_login|ago }}</td>
<td>{% say "violet" "drop" "lapatinib 750 nM" %}</td></tr>{% endfor %}</tbody></table></div>
{% include "lims/_pager.html" with order_words="newest first" %}
{% elif filters.is_narrowed %}{% include "lims/_empty.html" with title="No culture fits." text="Take a filter away." url="?" verb="Show all" %}
{% endif %}"""


class PassageForm(BenchForm):
    live_per_ml = NumberField(label="Live", unit="×10⁶/mL", scale=1_000_000, least=0)
    volume_ml = NumberField(label="Harvested", unit="mL", least=0, most=2000, help_text="what you measured")
    rest = forms.ChoiceField(label="Left over", choices=[("discard", "discard"), ("keep", "keep")])
    morphology = forms.ChoiceField(
        label="Looks", required=False, widget=forms.RadioSelect, choices=[("even", "even"), ("patchy", "patchy")]
    )
    with_control = forms.BooleanField(label="Passage its control next", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


FORM = """{% include "lims/_refusal.html" %}
<div class="head"><div class="title"><h1>Passage</h1><a class="code" href="/">C-7K4QX</a></div></div>
<form method="post" data-guard>{% csrf_token %}{% include "lims/_command_key.html" %}
<div class="step"><h2>Counted</h2><div class="row">{% include "lims/_field.html" with field=form.live_per_ml %}
<button class="btn can" type="button" data-confirm>Use it</button></div></div>
<div class="step"><h2>Volume</h2><div class="row">{% include "lims/_field.html" with field=form.volume_ml %}
{% include "lims/_field.html" with field=form.rest %}</div></div>
<div class="step"><h2>Besides</h2><div>{% include "lims/_field.html" with field=form.morphology %}
{% include "lims/_field.html" with field=form.with_control %}{% include "lims/_field.html" with field=form.note %}</div></div>
{% include "lims/_dock.html" with verb="Save + labels" back="/parts/round/" note="Saves 1 harvest" icon_name="print" %}</form>"""


def form(request: HttpRequest) -> HttpResponse:
    proposals = {
        "live_per_ml": Proposal(720_000, "Counter 1, 14:03"),
        "volume_ml": Proposal("10.0", "as last time"),
    }
    form = PassageForm(request.POST or None, proposals=proposals)
    if form.is_valid():
        if form.cleaned_data["volume_ml"] < 100:
            sent.append(form.cleaned_data)
            return done(request, to="/parts/round/", message="Passaged into two.")
        form.refuse(
            DomainError(
                "No flask here holds 100 mL.",
                field="volume_ml",
                ways=(("Use 10 mL", "/parts/form/"), ("Count again", "/")),
            )
        )
    return shown(request, FORM, {"form": form}, form.status)


SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": 600,
    "height": 160,
    "title": {"text": "Viability, %"},
    "data": {"values": [{"p": 38, "v": 91.0}, {"p": 39, "v": 92.8}, {"p": 40, "v": 93.9}, {"p": 41, "v": 94.2}]},
    "encoding": {"x": {"field": "p", "type": "quantitative", "scale": {"zero": False}, "axis": {"tickMinStep": 1}}},
    "layer": [
        {
            "mark": {"type": "line", "style": "treated-line", "point": True, "tooltip": True},
            "encoding": {"y": {"field": "v", "type": "quantitative", "scale": {"domain": [80, 100]}}},
        },
        {"mark": {"type": "rule", "style": "limit-hold"}, "encoding": {"y": {"datum": 85}}},
    ],
}


def chart(request: HttpRequest) -> HttpResponse:
    made = Chart(
        "growth", "Viability over passages, %", "It rises from 91.0 to 94.2.", SPEC, ("p", "%"), (("38", "91.0"),)
    )
    body = '<div class="head"><h1>Growth</h1></div>{% include "lims/_chart.html" %}'
    return shown(request, body, {"chart": made})


STATES = """<div class="head"><div class="title"><h1 class="code">C-7K4QX</h1><span class="what"><b>BT474-RES</b> p41</span></div>
<div class="chips">{% chip "amber" "clock" "Passage due today" %}{% chip "violet" "drop" "trastuzumab 10 µg/mL" "17 d" %}
{% chip "green" "qc" "Clean as of p39" %}{% chip "red" "stop" "Quarantine" %}{% chip "blue" "info" "HER2 amplified" %}</div></div>
<dl class="figs"><div><dt>Viability</dt><dd>{{ 94.2|pct }}</dd><dd>limit 85 %</dd></div><div><dt>Doubling</dt><dd>{{ 52|duration_h }}</dd></div>
<div><dt>Cells</dt><dd>{{ 1380000|cells }}</dd></div></dl>
{% for colour, name in colours %}<div class="banner {{ colour }}">{% icon name %}<div><b>What is so.</b> And why.</div>
<div class="btns"><a class="btn" href="/">Why</a></div></div>{% endfor %}
{% include "lims/_read_only.html" with verb="register_line" %}
<div class="frame wait" aria-busy="true"><span class="sr">Loading</span><i></i><i></i></div>
{% include "lims/_empty.html" with title="No culture is growing here yet." text="A culture is one vessel." url="/" verb="Receive" %}
<button class="btn" data-copy="C-7K4QX">{% icon "copy" %}Copy</button>"""


def states(request: HttpRequest) -> HttpResponse:
    colours = [("", "info"), ("amber", "warn"), ("red", "stop"), ("violet", "drop"), ("green", "ok")]
    return shown(request, STATES, {"colours": colours})


def wrong(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def database_down(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


def slow(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.id)
