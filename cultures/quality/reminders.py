"""Tests that fall due for growing cultures: by the policy in force, or because somebody asked for one."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import F, QuerySet

from cultures.passaging.models import Culture
from cultures.passaging.reminders import cards, for_its_people
from cultures.quality.families import MYCOPLASMA, STR
from lims.reminders.registry import Source, register_source

JOB = "cultures/passaging/_job.html"


def register() -> None:
    register_source(Source("mycoplasma_due", "mycoplasma test", due_of(MYCOPLASMA), cards, JOB))
    register_source(Source("str_due", "STR profile", due_of(STR), cards, JOB))
    register_source(Source("qc_due", "test", other_tests_due, cards, JOB))


def due_of(family: str) -> Callable[[datetime], QuerySet]:
    """The growing cultures whose test of a family is due before a moment; quarantined ones too, ended ones not."""

    def due(by: datetime) -> QuerySet:
        return _for_people(_dues().filter(family=family, test_due_at__lt=by), f"{family}_due")

    return due


def other_tests_due(by: datetime) -> QuerySet:
    """Of the families without a reminder of their own; several that fall due together are one row."""
    return _for_people(_dues().filter(test_due_at__lt=by).exclude(family__in=(MYCOPLASMA, STR)), "qc_due").distinct()


def _dues() -> QuerySet:
    return Culture.objects.growing().annotate(family=F("qc_dues__method"), test_due_at=F("qc_dues__due_at"))


def _for_people(due: QuerySet, kind: str) -> QuerySet:
    return for_its_people(due, kind=kind, due_at=F("test_due_at"), action="take_samples", page="qc")
