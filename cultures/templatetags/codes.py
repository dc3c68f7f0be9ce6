"""Codes in running text, as links."""

import re
from collections.abc import Iterable

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
CULTURE_CODE = re.compile(r"\b(C-[0-9A-HJKMNP-TV-Z]{5,})\b")


@register.filter
def link_codes(facts: Iterable[str]) -> SafeString:
    """{{ entry.facts|link_codes }}: "from C-7K4QX, 20,000 cells/cm²", every code a link to its culture."""
    parts = [
        format_html('<a class="code" href="{}">{}</a>', reverse("cultures:culture", args=[part]), part)
        if place % 2
        else escape(part)
        for place, part in enumerate(CULTURE_CODE.split(", ".join(facts)))
    ]
    return mark_safe("".join(parts))
