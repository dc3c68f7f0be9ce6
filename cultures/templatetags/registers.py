"""Filters of the registers' pages."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def written(value: Decimal | None) -> Any:
    """A decimal as it was written, without the zeros its column adds: 21.000000 is 21."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


@register.filter
def up_to(low: int, high: int) -> SafeString:
    """{{ 20000|up_to:40000 }}: 2 to 4×10⁴, so that a range stays as short as a number."""
    power = len(str(low)) - 1
    ends = " to ".join(dict.fromkeys(f"{end / 10**power:g}" for end in (low, high)))
    return format_html('{}<span class="u">×10<sup>{}</sup></span>', ends, power)
