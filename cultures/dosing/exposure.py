"""The exposure ledger of a culture: what its cells were in, over every passage, freeze and thaw, of one compound."""

from dataclasses import dataclass
from datetime import datetime

from cultures.compounds.models import Compound
from cultures.dosing.following import media_of, stay_of
from cultures.dosing.models import DosingState
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture, DrugInMedium
from cultures.science.exposure import Ledger, ledger
from lims.clock import now


@dataclass(frozen=True)
class Exposure:
    compound: Compound
    ledger: Ledger

    @property
    def unit(self) -> str:
        return self.compound.unit


def exposure_of(culture_id: int, at: datetime | None = None) -> Exposure:
    """To the rising drug of its ladder. The culture belongs to one."""
    state = DosingState.objects.select_related("ladder__model__compound").get(pk=culture_id)
    return _exposures(culture_id, [state.ladder.model.compound], at or now())[0]


def exposures_of(culture_id: int, at: datetime | None = None) -> list[Exposure]:
    """To every drug its line of ancestors ever got, in order of their names. Five queries, however old the line."""
    given = DrugInMedium.objects.filter(feed__culture__in=main_line(culture_id), feed__withdrawn_at=None, dose__gt=0)
    compounds = Compound.objects.filter(pk__in=given.values("compound")).order_by("name")
    return _exposures(culture_id, list(compounds), at or now())


def _exposures(culture_id: int, compounds: list[Compound], at: datetime) -> list[Exposure]:
    line = main_line(culture_id)
    cultures = Culture.objects.in_bulk(line)
    media = media_of(line, {compound.pk for compound in compounds})
    return [
        Exposure(
            compound,
            ledger(
                [stay_of(cultures[pk], media.get((pk, compound.pk), [])) for pk in reversed(line)],
                redose_every=compound.redose_interval,
                now=at,
            ),
        )
        for compound in compounds
    ]
