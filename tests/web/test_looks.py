"""One place for every colour: tokens.css; charts and the two ways to be dark agree with it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from lims.charts import theme
from lims.management.commands.build_assets import sprite, stamp_of_sources
from lims.web.icons import ICONS

CSS = Path(settings.BASE_DIR) / "lims/static/lims/css"
TOKENS = (CSS / "tokens.css").read_text()
COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(")


def block(opening):
    start = TOKENS.index(opening) + len(opening)
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", TOKENS[start : TOKENS.index("}", start)]))


LIGHT, DARK = block(":root {"), block(":root[data-theme=dark] {")


def test_dark_is_the_same_by_device_and_by_choice():
    assert block(":root:not([data-theme=light]) {") == DARK


@pytest.mark.parametrize(("palette", "tokens"), [(theme.LIGHT, LIGHT), (theme.DARK, LIGHT | DARK)])
def test_charts_use_the_colours_of_the_pages(palette, tokens):
    shared = {"ground", "ink", "ink-2", "accent", "green", "amber", "red", "blue", "violet"}
    assert {name: palette[name] for name in shared} == {name: tokens[name] for name in shared}


def test_every_style_exists_in_every_look():
    assert {frozenset(config["style"]) for config in theme.CONFIGS.values()} == {theme.STYLES}


@pytest.mark.parametrize("name", ["subline.css", "product.css"])
def test_only_tokens_name_colours_on_screen(name):
    screen = re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(), flags=re.DOTALL)
    screen = "\n".join(line for line in screen.split("@media print")[0].splitlines())
    assert not COLOUR.findall(screen)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["green", "amber", "red", "blue", "violet", "accent"])
def test_status_is_readable_on_the_ground_and_on_its_tint(tokens, name):
    assert contrast(tokens[name], tokens["ground"]) >= 4.5
    assert contrast(tokens[name], tokens[f"{name}-tint"]) >= 4.5


def test_the_sprite_holds_each_icon_once_without_colour():
    drawn = sprite()
    assert re.findall(r'<symbol id="([\w-]+)"', drawn) == list(ICONS)
    assert "stroke=" not in drawn
    assert "style=" not in drawn


def test_assets_are_made_again_only_when_their_sources_change():
    assert stamp_of_sources() == stamp_of_sources()
