"""Template tags: numbers keep their digits, codes are links, times are the lab's."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.template import TemplateSyntaxError, engines
from django.utils import timezone
from django.utils.html import strip_tags

from lims.templatetags import lims as tags
from lims.web.icons import ICONS

AT = datetime(2026, 11, 23, 13, 6, tzinfo=UTC)


def words(html):
    return strip_tags(html).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Decimal("94.25"), "1", "94.2"),
        (Decimal("94"), "1", "94"),
        (94.15000000000001, "1", "94.2"),
        (Decimal("1234567"), "", "1 234 567"),
        (Decimal("-0.5"), "1", "\u22120.5"),
        (Decimal("1E+1"), "", "10"),
        (0, "1", "0"),
        (None, "1", "–"),
        (float("nan"), "1", "–"),
        ("", "1", "–"),
    ],
)
def test_a_number_never_shows_more_digits_than_it_has(value, decimals, shown):
    assert words(tags.num(value, decimals)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1_500_000, "1.5×106"),
        (1_380_000, "1.38×106"),
        (2_000_000, "2.0×106"),
        (9_996_000, "1.0×107"),
        (8500, "8 500"),
        (0, "0"),
    ],
)
def test_cells_are_said_with_a_power_of_ten(value, shown):
    assert words(tags.cells(value)) == shown


def test_units_are_lighter_and_stay_with_their_number():
    assert tags.unit(tags.num(Decimal("12.90"), "1"), "mL") == '12.9<span class="u">\u00a0mL</span>'
    assert words(tags.unit(tags.num(None), "mL")) == "–"
    assert words(tags.pct(Decimal("94.24"))) == "94.2 %"
    assert words(tags.duration_h(timedelta(hours=52, minutes=20))) == "52 h"
    assert words(tags.duration_h(None)) == "–"


def test_a_dose_is_said_as_written_and_a_vehicle_as_such():
    drug = SimpleNamespace(
        compound="trastuzumab", dose=Decimal("10.000000"), dose_unit="µg/mL", vehicle_pct=Decimal("0.0500")
    )
    assert words(tags.dose(drug)) == "trastuzumab 10 µg/mL"
    drug.dose = Decimal("0")
    assert words(tags.dose(drug)) == "vehicle 0.05 %"


@time_machine.travel(AT, tick=False)
def test_times_are_the_labs():
    with timezone.override(ZoneInfo("Europe/Vienna")):
        assert words(tags.lab_time(AT)) == "Mon 23 Nov, 14:06 CET"
        assert words(tags.lab_hour(AT)) == "14:06"
        assert words(tags.lab_date(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))) == "Tue 24 Nov"
        assert words(tags.lab_date(date(2025, 3, 4))) == "4 Mar 2025"


@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=6, hours=3), "6 d ago"),
        (-timedelta(hours=3), "in 3 h"),
    ],
)
def test_ages_are_in_words(span, shown):
    assert words(tags.ago(AT - span)) == shown


@pytest.mark.urls("tests.web.urls")
def test_a_code_is_a_link_and_hostile_names_are_text():
    thing = SimpleNamespace(code="C-7K4QX", get_absolute_url=lambda: "/cultures/C-7K4QX/")
    assert tags.code(thing) == '<a class="code" href="/cultures/C-7K4QX/">C-7K4QX</a>'
    assert 'href="/scan?q=%3Cb%3E"' in tags.code("<b>")
    assert "&lt;b&gt;" in tags.code("<b>")
    assert "<b>" not in tags.chip("red", "stop", "<b>x</b>")


def test_an_unknown_icon_is_found_when_the_page_is_made():
    with pytest.raises(TemplateSyntaxError):
        engines["django"].from_string('{% icon "unicorn" %}').render()


def test_every_icon_named_in_a_template_exists():
    names = set()
    for folder in ("lims", "cultures", "assays"):
        for template in (Path(settings.BASE_DIR) / folder / "templates").rglob("*.html"):
            text = template.read_text()
            names |= set(re.findall(r'{% icon "([\w-]+)"', text))
            names |= set(re.findall(r'{% (?:say|chip) "\w*" "([\w-]+)"', text))
    assert names <= set(ICONS), names - set(ICONS)
