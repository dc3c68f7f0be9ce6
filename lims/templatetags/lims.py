"""The tags and filters of every template: icons, codes, status, numbers with units, times in the zone of the lab."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lims.accounts import access
from lims.clock import now
from lims.web.icons import ICONS
from lims.web.panels import panels_for

register = template.Library()
NOTHING = mark_safe('<span class="quiet" aria-label="not known">–</span>')
NARROW_SPACE, NO_BREAK_SPACE, MINUS = "\u202f", "\u00a0", "\u2212"


# --- icons, codes, status -------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """{% icon "clock" %}: decoration beside a word; it has no name of its own."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"No icon {name!r}; the icons are listed in lims/web/icons.py.")
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("lims/icons.svg"), name)


@register.filter
def code(thing: Model | str | None) -> SafeString | str:
    """{{ culture|code }}: the code as on the flask, linked to its page; a bare string is linked through the scanner."""
    if not thing:
        return NOTHING
    if isinstance(thing, str):
        address = f"{reverse('lims:scan')}?{urlencode({'q': thing})}"
        return format_html('<a class="code" href="{}">{}</a>', address, thing)
    return format_html('<a class="code" href="{}">{}</a>', thing.get_absolute_url(), thing.code)  # type: ignore[attr-defined]  # every thing with a code has both


@register.simple_tag
def chip(colour: str, icon_name: str, text: str, more: str = "") -> SafeString:
    """{% chip "amber" "clock" "Passage due today" "since Mon" %}: status in the head of a page."""
    tail = format_html(' <span class="q">{}</span>', more) if more else ""
    return format_html('<span class="chip {}">{}<span>{}{}</span></span>', colour, icon(icon_name), text, tail)


@register.simple_tag
def say(colour: str, icon_name: str, text: str) -> SafeString:
    """{% say "red" "warn" "feed overdue 1 d" %}: status in a row."""
    return format_html('<span class="say {}">{}<span>{}</span></span>', colour, icon(icon_name), text)


# --- numbers: tabular, with a light unit, never more digits than were given -------------------------------------------
def _decimal(value: Any) -> Decimal | None:
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _grouped(number: Decimal) -> str:
    return f"{number:,f}".replace(",", NARROW_SPACE).replace("-", MINUS)


def plain_number(value: Any, decimals: int | None = None) -> str:
    """The number as text; at most `decimals` places, and never more than it was given with. Empty when unknown."""
    number = _decimal(value)
    if number is None:
        return ""
    places = max(0, -int(number.as_tuple().exponent))
    if decimals is not None and places > decimals:
        places = decimals
    return _grouped(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN))


def with_unit(text: str, unit_name: str) -> SafeString:
    if not text:
        return NOTHING
    return format_html('{}<span class="u">{}{}</span>', text, NO_BREAK_SPACE, unit_name)


@register.filter
def num(value: Any, decimals: str = "") -> str:
    """{{ volume|num:"1" }}: at most one decimal place."""
    return plain_number(value, int(decimals) if str(decimals) else None) or NOTHING


@register.filter
def unit(value: Any, unit_name: str) -> SafeString:
    """{{ volume_ml|num:"1"|unit:"mL" }} or {{ volume_ml|unit:"mL" }}."""
    if isinstance(value, SafeString):
        return value
    return with_unit(value if isinstance(value, str) else plain_number(value), unit_name)


@register.filter
def pct(value: Any, decimals: str = "1") -> SafeString:
    """{{ viability_pct|pct }}: 94.2 %. The value is the percentage itself, not a fraction."""
    return with_unit(plain_number(value, int(decimals)), "%")


def mantissa_and_power(value: Any, decimals: int = 2) -> tuple[str, int] | None:
    """1380000 -> ("1.38", 6); trailing zeros are not invented, but one place is always shown."""
    number = _decimal(value)
    if number is None:
        return None
    power = number.adjusted() if number else 0
    scaled = round(number.scaleb(-power), decimals)
    if abs(scaled) >= 10:
        scaled, power = scaled.scaleb(-1), power + 1
    digits = f"{scaled:f}"
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}".replace("-", MINUS), power


@register.filter
def cells(value: Any, decimals: str = "2") -> SafeString:
    """{{ live_cells|cells }}: 1.5×10⁶; below ten thousand the plain number. Also for cells per mL and per cm²."""
    number = _decimal(value)
    if number is None:
        return NOTHING
    if abs(number) < 10_000:
        return format_html("{}", plain_number(number, 0))
    mantissa, power = mantissa_and_power(number, int(decimals)) or ("", 0)
    return format_html('<span class="nb">{}<span class="e">×10<sup>{}</sup></span></span>', mantissa, power)


@register.filter
def duration_h(value: timedelta | float | None) -> SafeString:
    """{{ doubling_time|duration_h }}: a timedelta, or hours as a number, in whole hours."""
    hours = value.total_seconds() / 3600 if isinstance(value, timedelta) else value
    return with_unit(plain_number(hours, 0), "h")


@register.filter
def dose(drug: Any) -> SafeString | str:
    """{{ drug|dose }}: trastuzumab 10 µg/mL, or vehicle 0.05 %. Takes a DrugInMedium, or anything with its fields."""
    if not drug:
        return NOTHING
    if not drug.dose:
        return format_html("vehicle {}{}%", plain_number(drug.vehicle_pct.normalize()), NO_BREAK_SPACE)
    amount = f"{plain_number(drug.dose.normalize())}{NO_BREAK_SPACE}{drug.dose_unit}"
    return format_html("{} {}", drug.compound, amount)


# --- times, in the lab's zone (the middleware has activated it) -------------------------------------------------------
def _stamp(at: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), text)


def _day(day: date) -> str:
    this_year = timezone.localtime(now()).year
    return date_format(day, "D j M" if day.year == this_year else "j M Y")


@register.filter
def lab_date(value: datetime | date | None) -> SafeString | str:
    """Mon 23 Nov; of another year: 23 Nov 2025."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.strftime("%Y-%m-%d"), _day(local))


@register.filter
def lab_time(value: datetime | None) -> SafeString:
    """Mon 23 Nov, 14:06 CET."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return _stamp(local, f"{_day(local)}, {local:%H:%M} {local.tzname()}")


@register.filter
def lab_hour(value: datetime | None) -> SafeString:
    """14:06."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return _stamp(local, f"{local:%H:%M}")


@register.filter
def lighter(amount: str) -> SafeString:
    """{{ seeded_at|age|lighter }}: 8<span class=u> d</span>, the unit lighter than its number."""
    number, _, unit_name = amount.partition(NO_BREAK_SPACE)
    return with_unit(number, unit_name)


def age_in_words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)}{NO_BREAK_SPACE}min"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NO_BREAK_SPACE}h"
    return f"{minutes // 1440}{NO_BREAK_SPACE}d"


@register.filter
def age(value: datetime | timedelta | None) -> SafeString | str:
    """6 d: how long since, or how long it lasted."""
    if value is None:
        return NOTHING
    return age_in_words(value if isinstance(value, timedelta) else now() - value)


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """2 d ago; in 3 h."""
    if value is None:
        return NOTHING
    span = now() - value
    if timedelta() <= span < timedelta(minutes=1):
        return "just now"
    return f"{age_in_words(span)} ago" if span > timedelta() else f"in {age_in_words(-span)}"


# --- addresses of lists -----------------------------------------------------------------------------------------------
@register.inclusion_tag("lims/_sort_link.html")
def sort_th(rows: Any, column: str, label: str, unit_name: str = "", css: str = "") -> dict[str, Any]:
    """{% sort_th rows "viability" "Viab." "%" css="r desk" %}: the <th> of a column the list can be sorted by."""
    return {"link": rows.sort_link(column), "label": label, "unit_name": unit_name, "css": css}


@register.simple_tag(takes_context=True)
def panels(context: template.Context, page: str, thing: Any) -> SafeString:
    """{% panels "culture" culture %}: what other domains have to say about this thing."""
    request = context["request"]
    shown = (render_to_string(panel.template, panel.context, request) for panel in panels_for(page, request, thing))
    return mark_safe("".join(shown))


# --- who may ----------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def may(context: template.Context, verb: str) -> bool:
    """{% may "passage_culture" as can_passage %}: whether the person's role includes the verb."""
    return access.may(context["request"].user, verb)


@register.simple_tag
def who_may(verb: str) -> str:
    """{% who_may "passage_culture" %}: technician, lab manager or PI."""
    return access.who_may(verb)
