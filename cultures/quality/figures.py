"""The figures of quality control, as Vega-Lite. Like the specs they name styles and know nothing of colour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.quality.compliance import Compliance, ComplianceRow
from cultures.quality.families import MYCOPLASMA, STR
from cultures.quality.reach import Member, Reach, Tier
from cultures.quality.trace_page import NAMES
from lims.charts.chart import Chart

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDE_PX, NARROW_PX = 1150, 730  # the plot itself: across the page at a desk, and at a hood
ROW_PX, MOST_ROWS = 15, 48
STYLES = {
    Tier.POSITIVE: "fail",
    Tier.DESCENT: "fail",
    Tier.LIKELY: "due-tick",
    Tier.POSSIBLE: "info",
    Tier.REMOTE: "ink-thin",
}


def reach_chart(reach: Reach) -> Chart:
    """Who was suspect from when until when: a line each, the nearest tiers on top."""
    members = reach.members[:MOST_ROWS]
    more = len(reach.members) - len(members)
    said = "Each line is a culture, from the moment it is suspect to its end or to now."
    if more:
        said += f" The {len(members)} nearest of {len(reach.members)}; all are in the tables and the CSV."
    return Chart(
        id="reach",
        title="Suspect cultures over time, by tier",
        words=said,
        spec=_reach_spec(reach, members, WIDE_PX),
        narrow_spec=_reach_spec(reach, members, NARROW_PX),
        columns=("Culture", "Tier", "Suspect from", "until"),
        rows=[
            (one.code, NAMES[one.tier], _day(one.since), _day(one.ended_at) if one.ended_at else "now")
            for one in members
        ],
    )


def _reach_spec(reach: Reach, members: Sequence[Member], width: int) -> Spec:
    """On an axis of days since the window opens, so that no summer time and no zone bends it."""
    opens = [one.since for one in members] + [reach.window.start or reach.test.at, reach.test.at]
    axis = Days(min(opens), reach.window.end)
    rows = [
        {"row": number, "from": axis.day(one.since), "to": axis.day(one.ended_at or axis.end), "code": one.code}
        | {"tier": int(one.tier), "grows": one.is_growing}
        for number, one in enumerate(members)
    ]
    layers: list[Spec] = [_marked_day(axis.day(reach.test.at), f"{reach.test.code} sampled", "fail", "t-fail")]
    if reach.window.start:
        layers.append(_marked_day(axis.day(reach.window.start), "last clean", "ok", "t-ok"))
    for tier, style in STYLES.items():
        if of_tier := [row for row in rows if row["tier"] == tier]:
            layers += _lifelines(of_tier, style)
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": max(len(members) + 1, 4) * ROW_PX,
        "padding": 4,
        "layer": layers,
        "encoding": {
            "x": {"type": "quantitative", "scale": axis.scale, "axis": axis.ticks(6 if width > NARROW_PX else 4)},
            "y": {
                "field": "row",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [len(members) - 0.5, -1.4], "nice": False, "zero": False},
            },
        },
    }


class Days:
    """An axis of days from a first moment, with room for the codes before it."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self.last = max(self.day(end), 1.0)

    def day(self, at: datetime) -> float:
        return round((at - self.start).total_seconds() / 86_400, 3)

    @property
    def scale(self) -> Spec:
        return {"domain": [-0.09 * self.last, 1.02 * self.last], "nice": False, "zero": False}

    def ticks(self, number: int) -> Spec:
        values = [round(self.last * place / number, 1) for place in range(number + 1)]
        words = {value: date_format(localtime(self.start + timedelta(days=value)), "j M Y") for value in values}
        told = " : ".join(f"datum.value == {value} ? '{text}'" for value, text in words.items())
        return {"title": None, "values": values, "labelExpr": f"{told} : ''", "grid": False}


def _lifelines(rows: list[Spec], style: str) -> list[Spec]:
    """A bar each; what still grows ends in a dot; the code stands before its beginning."""
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "rule", "style": style, "strokeWidth": 4},
            "encoding": {"x": {"field": "from"}, "x2": {"field": "to"}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "text", "style": "t2", "align": "right", "dx": -6, "fontSize": 10},
            "encoding": {"x": {"field": "from"}, "text": {"field": "code"}},
        },
    ]
    if alive := [row for row in rows if row["grows"]]:
        dot = {"type": "point", "style": style, "size": 44}
        layers.append({"data": {"values": alive}, "mark": dot, "encoding": {"x": {"field": "to"}}})
    return layers


def _marked_day(day: float, label: str, rule: str, text: str) -> Spec:
    words = {"type": "text", "style": text, "align": "left", "dx": 5, "baseline": "middle"}
    return {
        "data": {"values": [{"at": day, "label": label, "row": -0.95}]},
        "layer": [
            {"mark": {"type": "rule", "style": rule, "strokeWidth": 1}, "encoding": {"x": {"field": "at"}, "y": None}},
            {"mark": words, "encoding": {"x": {"field": "at"}, "text": {"field": "label"}}},
        ],
    }


def _day(at: datetime) -> str:
    return date_format(localtime(at), "j M Y")


# --- compliance ------------------------------------------------------------------------------------------------------

SHARES = {
    MYCOPLASMA: ("Mycoplasma", "accent-line", "accent", "t-accent"),
    STR: ("STR", "control-line", "control-fill", "t2"),
}
BARS = {"pass": "ok", "fail": "fail", "inconclusive": "due-tick", "invalid": "plan-line", "pending": "plan-line"}
LABELS_PX = 110  # the names of the lines, right of them
LINE_PCT = 9  # the height of such a name
SHARE_PX, TESTS_PX = 170, 90


def compliance_chart(found: Compliance) -> Chart:
    """Shares in date at the end of each month, and under them how many samples were tested, by verdict."""
    return Chart(
        id="compliance",
        title="Growing cultures in date, in % at the end of each month; samples tested, by verdict",
        words=compliance_in_words(found),
        spec=_compliance_spec(found, WIDE_PX),
        narrow_spec=_compliance_spec(found, NARROW_PX),
    )


def compliance_in_words(found: Compliance) -> str:
    said = []
    for family, (name, *_) in SHARES.items():
        if share := found.now.shares[family]:
            pct = share.pct
            told = f"{share.in_date} of {share.of} ({pct:.0f} %)" if pct is not None else "nothing to be in date for"
            said.append(f"{name}: {told} today")
    total = sum(row.total for row in found.rows)
    return f"{'; '.join(said)}. {total} sample{'' if total == 1 else 's'} in twelve months."


def _compliance_spec(found: Compliance, width: int) -> Spec:
    width -= LABELS_PX
    names = [_month_name(row) for row in found.rows]
    scale = {"type": "band", "domain": names, "paddingInner": 0.35, "paddingOuter": 0.3}
    x = {"field": "month", "type": "ordinal", "scale": scale}
    bare = {"labels": False, "ticks": False, "title": None, "grid": False}
    axis = {"title": None, "values": [0, 25, 50, 75, 100]}
    y = {"field": "pct", "type": "quantitative", "scale": {"domain": [0, 100]}, "axis": axis}
    shares = {
        "width": width,
        "height": SHARE_PX,
        "title": {"text": "In date, %"},
        "layer": _shares(found, names, width),
        "encoding": {"x": {**x, "axis": bare}, "y": y},
    }
    tests = {
        "width": width,
        "height": TESTS_PX,
        "title": {"text": "Samples tested"},
        "layer": _bars(found, names),
        "encoding": {"x": {**x, "axis": {"title": None, "labelAngle": 0, "grid": False}}},
    }
    return {"$schema": SCHEMA, "padding": 4, "spacing": 30, "vconcat": [shares, tests]}


def _shares(found: Compliance, names: Sequence[str], width: int) -> list[Spec]:
    layers: list[Spec] = []
    for family, (name, line, dot, text) in SHARES.items():
        values = [
            {"month": month, "pct": round(pct, 1), "label": f"{name} {pct:.0f} %"}
            for month, row in zip(names, found.rows, strict=True)
            if (pct := row.shares[family].pct) is not None
        ]
        if values:
            layers += _share_layers(values, line, dot, text, (width // 19 + 6, _rise(found, family)))
    return layers or [{"data": {"values": []}, "mark": "point"}]


def _rise(found: Compliance, family: str) -> int:
    """Names of lines that end close together stand above and below each other."""
    mine, other = (found.now.shares[one].pct for one in (family, STR if family == MYCOPLASMA else MYCOPLASMA))
    if mine is None or other is None or abs(mine - other) > LINE_PCT:
        return 0
    return -7 if (mine, family) > (other, STR if family == MYCOPLASMA else MYCOPLASMA) else 7


def _share_layers(values: list[Spec], line: str, dot: str, text: str, off: tuple[int, int]) -> list[Spec]:
    """`off` is where its name stands, from its last point: clear of the column of its month."""
    last = {"values": values[-1:]}
    return [
        {"data": {"values": values}, "mark": {"type": "line", "style": line}},
        {"data": {"values": values}, "mark": {"type": "point", "style": dot, "size": 30}},
        {
            "data": last,
            "mark": {"type": "text", "style": text, "align": "left", "dx": off[0], "dy": off[1], "baseline": "middle"},
            "encoding": {"text": {"field": "label"}},
        },
    ]


def _bars(found: Compliance, names: Sequence[str]) -> list[Spec]:
    """Stacked by hand, so that each verdict has its style."""
    most = max([row.total for row in found.rows] + [4])
    y = {"type": "quantitative", "scale": {"domain": [0, most]}, "axis": {"title": None, "tickCount": 3, "format": "d"}}
    layers: list[Spec] = []
    bottom = [0] * len(names)
    for verdict, style in BARS.items():
        values = []
        for place, row in enumerate(found.rows):
            number = row.tests.get(verdict, 0)
            if number:
                values.append({"month": names[place], "from": bottom[place], "to": bottom[place] + number})
            bottom[place] += number
        if values:
            layers.append(
                {
                    "data": {"values": values},
                    "mark": {"type": "bar", "style": style},
                    "encoding": {"y": {"field": "from", **y}, "y2": {"field": "to"}},
                }
            )
    return layers or [{"data": {"values": []}, "mark": "bar", "encoding": {"y": {"field": "to", **y}}}]


def _month_name(row: ComplianceRow) -> str:
    return "today" if row.month.is_current else date_format(row.month.start, "M y")
