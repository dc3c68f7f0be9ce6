"""The methods of testing, by code: one module each, and those the laboratory defined for itself."""

from cultures.quality.errors.samples import UnknownMethod
from cultures.quality.methods import (
    mycoplasma_culture,
    mycoplasma_luminescence,
    mycoplasma_pcr,
    mycoplasma_stain,
    post_thaw_viability,
    sterility,
    str_identity,
)
from cultures.quality.methods.base import Method
from cultures.quality.methods.lab_methods import method_from
from cultures.quality.models import LabMethod

__all__ = ["METHODS", "UnknownMethod", "family_of", "method_of", "methods_in_use"]

METHODS: dict[str, Method] = {
    method.code: method
    for method in (
        mycoplasma_luminescence.METHOD,
        mycoplasma_pcr.METHOD,
        mycoplasma_culture.METHOD,
        mycoplasma_stain.METHOD,
        str_identity.METHOD,
        sterility.METHOD,
        post_thaw_viability.METHOD,
    )
}


def method_of(code: str) -> Method:
    """Built in, or defined by the laboratory; also one it has retired. Raises UnknownMethod."""
    if found := METHODS.get(code):
        return found
    if row := LabMethod.objects.filter(code=code).first():
        return method_from(row)
    raise UnknownMethod(code)


def methods_in_use() -> list[Method]:
    """All a sample may be taken for: the built-in ones, and those of the laboratory that are not retired."""
    return [*METHODS.values(), *(method_from(row) for row in LabMethod.objects.filter(retired_at=None))]


def family_of(code: str) -> str:
    """What a method's samples speak for; a method of the laboratory speaks for itself. No query."""
    return METHODS[code].family if code in METHODS else code
