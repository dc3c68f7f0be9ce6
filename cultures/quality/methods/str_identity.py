"""Identity by short tandem repeats: alleles by marker, against the reference, the parent and all in the house."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cultures.quality.markers import MarkersField
from cultures.quality.methods.base import Effect, Judgement, Method, Readings, Release, Sample
from cultures.science.str_profiles import Profile

LAB_TIME = timedelta(days=28)  # a core facility or a company answers within weeks


class Markers(Readings):
    markers = MarkersField(label="Alleles")


def judge_identity(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    from cultures.quality.identity import judge  # it searches the house, which knows this module's families

    return judge(Profile.from_json(readings["markers"]), sample.culture, code=sample.code)


METHOD = Method(
    code="str",
    title="STR profile",
    short="STR",
    form=Markers,
    judge=judge_identity,
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=Release(passes=1),
    pending_up_to=LAB_TIME,
)
