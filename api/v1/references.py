"""Records by what people call them: machines and people speak of T75 and L-7K4QX, not of row numbers."""

from typing import Any

from django.db.models import Model

from api.fields import ManyByCode, Named
from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.dosing.models import Mechanism, ResistanceModel
from cultures.lines.selectors import line_named
from cultures.passaging.models import Culture, VesselType
from cultures.places.models import Place
from cultures.quality.deliveries import kit_named
from cultures.quality.families import known_family
from cultures.quality.methods import UnknownMethod, method_of
from lims.accounts.models import User
from lims.codes import tidy_code


def _recipe(text: str) -> MediumRecipe | None:
    """DMEM + 10 % FBS v2"""
    name, _, version = text.rpartition(" v")
    if not (version.isascii() and version.isdigit() and len(version) <= 4):
        return None
    return MediumRecipe.objects.filter(name=name, version=int(version)).first()


def _by_code(model: type[Model]) -> Any:
    return lambda text: model._default_manager.filter(code=tidy_code(text)).first()


def _by(model: type[Model], lookup: str) -> Any:
    return lambda text: model._default_manager.filter(**{lookup: text}).first()


def a_line(**options: Any) -> Named:
    return Named("line", line_named, **{"help_text": "Any of its names: SKBR3, SK-BR-3"} | options)


def a_culture(**options: Any) -> Named:
    return Named("culture", _by_code(Culture), **{"help_text": "Its code: C-7K4QX"} | options)


def cultures(most: int, **options: Any) -> ManyByCode:
    told: dict[str, Any] = {"help_text": "Their codes: C-7K4QX", "max_length": most}
    return ManyByCode("culture", Culture.objects.all, **told | options)


def a_place(**options: Any) -> Named:
    return Named("place", _by_code(Place), **{"help_text": "Its code: P-7K4QX"} | options)


def a_lot(**options: Any) -> Named:
    return Named("lot", _by_code(Lot), **{"help_text": "Its code: L-7K4QX"} | options)


def a_recipe(**options: Any) -> Named:
    return Named("recipe", _recipe, **{"help_text": "Name and version: DMEM + 10 % FBS v2"} | options)


def a_vessel(**options: Any) -> Named:
    return Named("vessel", _by(VesselType, "name"), **{"help_text": "As in the catalogue: T75"} | options)


def a_compound(**options: Any) -> Named:
    return Named("compound", _by(Compound, "name__iexact"), **{"help_text": "Its name: lapatinib"} | options)


def a_model(**options: Any) -> Named:
    return Named("model", _by_code(ResistanceModel), **{"help_text": "Its code: M-7K4QX"} | options)


def a_mechanism(**options: Any) -> Named:
    return Named(
        "mechanism", _by(Mechanism, "name__iexact"), **{"help_text": "A word of the vocabulary: p95HER2"} | options
    )


def a_person(**options: Any) -> Named:
    return Named("person", _by(User, "username"), **{"help_text": "The name the person signs in with"} | options)


def a_method(**options: Any) -> Named:
    return Named("method", _known(method_of), **{"help_text": "Of testing, by its code: mycoplasma_pcr"} | options)


def a_family(**options: Any) -> Named:
    """What samples speak for: "mycoplasma" for all four methods that look for it."""
    return Named("family", _known(known_family), **{"help_text": "mycoplasma, str, sterility ..."} | options)


def a_kit(**options: Any) -> Named:
    return Named("kit", kit_named, **{"help_text": "The lab's record of it, with its version: MycoAlert v2"} | options)


def _known(find: Any) -> Any:
    def found(text: str) -> Any:
        try:
            return find(text)
        except UnknownMethod:
            return None

    return found
