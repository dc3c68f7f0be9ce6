"""Codes in running text, as links."""

import re

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
CULTURE_CODE = re.compile(r"\b(C-[0-9A-HJKMNP-TV-Z]{5,})\b")


@register.filter
def link_codes(text: str) -> SafeString:
    """{{ "from C-7K4QX, 20,000 cells/cm²"|link_codes }}: every code is a link to its culture; the rest is escaped."""
    parts = [
        format_html('<a class="code" href="{}">{}</a>', reverse("cultures:culture", args=[part]), part)
        if place % 2
        else conditional_escape(part)
        for place, part in enumerate(CULTURE_CODE.split(text))
    ]
    return mark_safe("".join(parts))
