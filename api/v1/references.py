"""Records by what people call them: machines and people speak of T75 and L-7K4QX, not of row numbers."""

from typing import Any

from django.db.models import Model

from api.fields import Named
from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.dosing.models import Mechanism, ResistanceModel
from cultures.lines.selectors import line_named
from cultures.passaging.models import Culture, VesselType
from cultures.places.models import Place
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


def a_line(**options: Any) -> Named:
    return Named("line", line_named, **{"help_text": "Any of its names: SKBR3, SK-BR-3"} | options)


def a_culture(**options: Any) -> Named:
    return Named("culture", _by_code(Culture), **{"help_text": "Its code: C-7K4QX"} | options)


def a_place(**options: Any) -> Named:
    return Named("place", _by_code(Place), **{"help_text": "Its code: P-7K4QX"} | options)


def a_lot(**options: Any) -> Named:
    return Named("lot", _by_code(Lot), **{"help_text": "Its code: L-7K4QX"} | options)


def a_recipe(**options: Any) -> Named:
    return Named("recipe", _recipe, **{"help_text": "Name and version: DMEM + 10 % FBS v2"} | options)


def a_vessel(**options: Any) -> Named:
    found = lambda text: VesselType.objects.filter(name=text).first()  # noqa: E731
    return Named("vessel", found, **{"help_text": "As in the catalogue: T75"} | options)


def a_compound(**options: Any) -> Named:
    found = lambda text: Compound.objects.filter(name__iexact=text).first()  # noqa: E731
    return Named("compound", found, **{"help_text": "Its name: lapatinib"} | options)


def a_model(**options: Any) -> Named:
    return Named("model", _by_code(ResistanceModel), **{"help_text": "Its code: M-7K4QX"} | options)


def a_mechanism(**options: Any) -> Named:
    found = lambda text: Mechanism.objects.filter(name__iexact=text).first()  # noqa: E731
    return Named("mechanism", found, **{"help_text": "A word of the vocabulary: p95HER2"} | options)


def a_person(**options: Any) -> Named:
    found = lambda text: User.objects.filter(username=text).first()  # noqa: E731
    return Named("person", found, **{"help_text": "The name the person signs in with"} | options)
