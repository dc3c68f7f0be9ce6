"""Mycoplasma by culture in broth and on agar: the slow reference. A clean result takes 28 days."""

from datetime import timedelta

from cultures.quality.methods.base import MYCOPLASMA, MYCOPLASMA_RELEASE, Effect, Method
from cultures.quality.methods.growth import Growth, judge_after

DAYS = 28

METHOD = Method(
    code="mycoplasma_culture",
    title="mycoplasma by culture",
    short="culture",
    family=MYCOPLASMA,
    form=Growth,
    judge=judge_after(DAYS, "mycoplasma"),
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=MYCOPLASMA_RELEASE,
    pending_up_to=timedelta(days=DAYS),
)
