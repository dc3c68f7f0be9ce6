"""Families of methods: what a sample speaks for. A negative PCR says "no mycoplasma" as luminescence does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cultures.quality.methods import METHODS, UnknownMethod, method_of
from cultures.quality.methods.base import Release
from cultures.quality.models import LabMethod

MYCOPLASMA, STR = "mycoplasma", "str"
TITLES = {MYCOPLASMA: "mycoplasma", STR: "STR identity", "sterility": "sterility", "post_thaw_viability": "viability"}
# What lets cells out that came from outside, and cells that are held until a retest.
ARRIVAL_RELEASE = Release(passes=1, apart=timedelta(0), needs_lead=True)
HOLD_RELEASE = Release(passes=1, apart=timedelta(0), needs_lead=False)


def methods_of(family: str) -> list[str]:
    """The codes of its methods. Raises UnknownMethod."""
    found = [code for code, method in METHODS.items() if method.family == family]
    return found or [method_of(family).code]


def release_of(family: str) -> Release:
    """What lets cells out that failed it."""
    return method_of(methods_of(family)[0]).release


def release_of_suspected(family: str) -> Release:
    """What lets cells out that did not fail it themselves: of a suspicion a clean sample always does."""
    release = release_of(family)
    return release if release.passes else replace(release, passes=1)


def families() -> dict[str, str]:
    """All families a policy may name, with their titles: the built-in ones, and each method of the lab."""
    built_in = {method.family: TITLES.get(method.family, method.title) for method in METHODS.values()}
    return built_in | dict(LabMethod.objects.filter(retired_at=None).values_list("code", "title"))


def title_of(family: str) -> str:
    return TITLES.get(family) or method_of(family).title


def title_in(titles: Mapping[str, str], family: str) -> str:
    """Of a family, also one whose method the laboratory has retired meanwhile."""
    return titles.get(family) or method_of(family).title


def known_family(family: str) -> str:
    """The family, when there is such a one. Raises UnknownMethod."""
    if family not in families():
        raise UnknownMethod(family)
    return family
