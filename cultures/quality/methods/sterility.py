"""Sterility: bacteria and fungi in broth. Nothing lets a culture out that failed it but disposal or treatment."""

from datetime import timedelta

from cultures.quality.methods.base import Effect, Method, Release
from cultures.quality.methods.growth import Growth, judge_after

DAYS = 14  # as the pharmacopoeias incubate

METHOD = Method(
    code="sterility",
    title="sterility",
    short="sterility",
    form=Growth,
    judge=judge_after(DAYS, "bacteria or fungi"),
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=Release(passes=0),
    pending_up_to=timedelta(days=DAYS),
)
