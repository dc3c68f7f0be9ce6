"""Filters of the pages of tests."""

from django import template
from django.utils.safestring import SafeString

from cultures.quality.models import QCRun, QCTest
from cultures.quality.signs import RUNS, VERDICTS
from lims.templatetags.lims import chip, say

register = template.Library()


@register.filter
def verdict(test: QCTest) -> SafeString:
    """{{ test|verdict }}: icon and word, as in a row; there only exceptions are coloured."""
    sign = VERDICTS[QCTest.Verdict(test.verdict)]
    return say("" if test.verdict == QCTest.Verdict.PASS else sign.colour, sign.icon, sign.word)


@register.filter
def verdict_chip(test: QCTest) -> SafeString:
    """{{ test|verdict_chip }}: the same in the head of a page."""
    sign = VERDICTS[QCTest.Verdict(test.verdict)]
    return chip(sign.colour, sign.icon, sign.word.capitalize())


@register.filter
def run_state(run: QCRun) -> SafeString:
    sign = RUNS[QCRun.State(run.state)]
    return say(sign.colour, sign.icon, sign.word)
