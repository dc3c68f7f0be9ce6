"""One look for every chart, as Vega-Lite configuration: light, dark, and grey for paper.

A spec names no colour: it names styles of this module ("treated-line", "limit-hold"), so one spec serves screen, dark
hood and print. Colours that pages know too are those of tokens.css; a test holds both equal.
"""

from typing import Any

FACE = "Liberation Sans, Arial, Helvetica, sans-serif"
Palette = dict[str, str]

LIGHT: Palette = {
    "ground": "#FBFBF9", "ink": "#16202A", "ink-2": "#4A5763", "hair": "#DDE2E6", "accent": "#0B6E6E",
    "green": "#1F7A3D", "amber": "#935200", "red": "#B42318", "blue": "#1D5FBF", "violet": "#6B3FA0",
    "faint": "#66737E", "grid": "#ECEFF1", "ghost": "#9AA5AE", "hold": "#E9B44C", "band": "#F1F3F4",
}  # fmt: skip
DARK: Palette = {
    "ground": "#0F1518", "ink": "#E8EDF0", "ink-2": "#A9B4BC", "hair": "#2A353C", "accent": "#4FC3BE",
    "green": "#5CC98A", "amber": "#E5A84B", "red": "#F27A70", "blue": "#7FB0F5", "violet": "#B79AE0",
    "faint": "#8A97A0", "grid": "#1E282E", "ghost": "#6C7A84", "hold": "#A97A1E", "band": "#192227",
}  # fmt: skip
GREY: Palette = {
    "ground": "#FFFFFF", "ink": "#000000", "ink-2": "#333333", "hair": "#CCCCCC", "accent": "#000000",
    "green": "#444444", "amber": "#666666", "red": "#000000", "blue": "#555555", "violet": "#222222",
    "faint": "#707070", "grid": "#E8E8E8", "ghost": "#999999", "hold": "#888888", "band": "#F4F4F4",
}  # fmt: skip
HEAT = {
    "light": ["#8CC7C3", "#F4F4F2", "#DCD0EC", "#A585CF", "#5B2F92"],
    "dark": ["#1F5A58", "#1B2329", "#352C50", "#7659A8", "#C9B2EE"],
    "grey": ["#FFFFFF", "#FAFAFA", "#DDDDDD", "#999999", "#444444"],
}

# style name -> (colour of the palette, properties); "ground>violet" is a mark filled with ground and edged violet
_MARKS: dict[str, tuple[str, dict[str, Any]]] = {
    "treated": ("violet", {}),
    "treated-line": ("violet", {"strokeWidth": 2.6}),
    "treated-thin": ("violet", {"strokeWidth": 1.5}),
    "treated-band": ("violet", {"opacity": 0.16}),
    "treated-open": ("ground>violet", {"strokeWidth": 1.6}),
    "treated-rep": ("violet", {"opacity": 0.45}),
    "control-line": ("ink-2", {"strokeWidth": 1.2, "strokeDash": [5, 3]}),
    "control-open": ("ground>ink-2", {"strokeWidth": 1.3}),
    "control-solid": ("ink-2", {"strokeWidth": 1.8}),
    "control-fill": ("ink-2", {}),
    "control-band": ("ink-2", {"opacity": 0.14}),
    "control-rep": ("ink-2", {"opacity": 0.45}),
    "plan-line": ("ghost", {"strokeWidth": 1.3, "strokeDash": [2, 3]}),
    "hatch": ("ghost", {"strokeWidth": 0.8}),
    "wash": ("band", {}),
    "limit-ready": ("green", {"strokeWidth": 1}),
    "limit-back": ("red", {"strokeWidth": 1, "strokeDash": [4, 2]}),
    "limit-hold": ("amber", {"strokeWidth": 1.2, "strokeDash": [1, 2]}),
    "hold-bar": ("hold", {"strokeWidth": 7, "opacity": 0.8}),
    "ok": ("green", {}),
    "due": ("ground>amber", {"strokeWidth": 1.7}),
    "due-tick": ("amber", {}),
    "fail": ("red", {"strokeWidth": 2}),
    "info": ("blue", {}),
    "ink": ("ink", {}),
    "ink-thin": ("ink-2", {"strokeWidth": 1}),
    "hair": ("hair", {}),
    "gap": ("ground", {"strokeWidth": 6}),
    "today": ("accent", {"strokeWidth": 1.2}),
    "half": ("faint", {"strokeWidth": 1, "strokeDash": [3, 3]}),
    "accent": ("accent", {}),
    "accent-band": ("accent", {"opacity": 0.18}),
    "accent-line": ("accent", {"strokeWidth": 2}),
}
_TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "t": ("ink", {}),
    "t-bold": ("ink", {"fontWeight": 600}),
    "t2": ("ink-2", {}),
    "tq": ("faint", {"fontSize": 10}),
    "t-treated": ("violet", {"fontWeight": 600}),
    "t-ok": ("green", {}),
    "t-due": ("amber", {}),
    "t-fail": ("red", {}),
    "t-accent": ("accent", {"fontWeight": 600}),
    "t-info": ("blue", {}),
    "t-on-dark": ("ground", {}),
}


def _style(palette: Palette, colour: str, properties: dict[str, Any]) -> dict[str, Any]:
    fill, _, edge = colour.partition(">")
    return {"color": palette[fill]} | ({"stroke": palette[edge]} if edge else {}) | properties


def _config(palette: Palette, heat: list[str]) -> dict[str, Any]:
    ink, ink_2, hair = palette["ink"], palette["ink-2"], palette["hair"]
    text = {"font": FACE, "fontSize": 11}
    return {
        "background": palette["ground"],
        "font": FACE,
        "padding": 8,
        "view": {"stroke": None, "fill": None},
        "title": {
            **text, "fontSize": 12, "fontWeight": 600, "color": ink, "subtitleColor": ink_2, "subtitleFontSize": 11,
            "subtitleFont": FACE, "subtitlePadding": 2, "anchor": "start", "frame": "group", "offset": 6,
        },
        "axis": {
            "labelFont": FACE, "titleFont": FACE, "labelColor": ink_2, "titleColor": ink_2, "labelFontSize": 11,
            "titleFontSize": 11, "titleFontWeight": "normal", "domainColor": hair, "tickColor": hair, "domain": True,
            "gridColor": palette["grid"], "gridWidth": 1, "tickSize": 4, "labelPadding": 4,
        },
        "axisY": {"domain": False, "ticks": False},
        "axisX": {"grid": False, "domainColor": ink_2, "tickColor": ink_2},
        "text": {**text, "color": ink},
        "line": {"strokeWidth": 1.6, "strokeJoin": "round"},
        "point": {"size": 34, "filled": True, "opacity": 1},
        "rule": {"color": hair},
        "concat": {"spacing": 12},
        "legend": {"disable": True},
        "range": {"heat": heat, "ramp": heat, "heatmap": heat},
        "style": {name: _style(palette, colour, more) for name, (colour, more) in _MARKS.items()}
        | {name: {"font": FACE} | _style(palette, colour, more) for name, (colour, more) in _TEXTS.items()}
        | {"t-halo": {"font": FACE, "color": palette["ground"], "stroke": palette["ground"], "strokeWidth": 3.5,
                      "strokeJoin": "round"}},
    }  # fmt: skip


CONFIGS = {
    "light": _config(LIGHT, HEAT["light"]),
    "dark": _config(DARK, HEAT["dark"]),
    "grey": _config(GREY, HEAT["grey"]),
}
STYLES = frozenset(_MARKS) | frozenset(_TEXTS) | {"t-halo"}
