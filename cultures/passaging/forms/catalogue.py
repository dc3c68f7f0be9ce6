"""What may be chosen at the bench on a day. Each list is read once per request, however many rows ask for it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Case, Q, Value, When

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.compounds.selectors import first_choices, lots_for
from cultures.lines.models import CellLine
from cultures.passaging.forms.fields import Choices
from cultures.passaging.models import VesselType
from cultures.places.models import Place
from cultures.places.selectors import is_quarantine_at
from lims.accounts.access import BENCH
from lims.accounts.models import User

VEHICLE_ALONE, STOCK = "vehicle", "stock"  # a drug is chosen as "stock:12", or as "vehicle:3" for its vehicle alone


@dataclass(frozen=True)
class Catalogue:
    """`besides` are lots an entry names already: they may be chosen again although they are finished by now."""

    day: date
    besides: frozenset[int] = frozenset()

    @cached_property
    def vessels(self) -> dict[int, VesselType]:
        return {vessel.pk: vessel for vessel in VesselType.objects.filter(retired_at=None)}

    @cached_property
    def lines(self) -> dict[int, CellLine]:
        return {line.pk: line for line in CellLine.objects.filter(retired_at=None).order_by("name")}

    @cached_property
    def places(self) -> Choices:
        keeping = Place.objects.filter(retired_at=None, kind__in=Place.KEEPS_CULTURES)
        is_apart = Case(When(is_quarantine_at(), then=Value(True)), default=Value(False))
        places = keeping.order_by("full_name").values_list("pk", "full_name", is_apart)
        return [(pk, f"{name} (quarantine)" if apart else name) for pk, name, apart in places]

    @cached_property
    def hoods(self) -> list[Place]:
        return list(Place.objects.filter(retired_at=None, kind=Place.Kind.HOOD).order_by("full_name"))

    @cached_property
    def keepers(self) -> Choices:
        people = User.objects.active().filter(role__in=BENCH).by_name()
        return [(person.pk, f"{person} ({person.initials})") for person in people]

    @cached_property
    def recipes(self) -> dict[int, MediumRecipe]:
        recipes = MediumRecipe.objects.filter(retired_at=None).prefetch_related("components")
        return {recipe.pk: recipe for recipe in recipes}

    @cached_property
    def unfinished_lots(self) -> list[Lot]:
        """Opened ones first, the newest of each product before the others."""
        lots = Lot.objects.filter(Q(finished_on=None) | Q(pk__in=self.besides))
        lots = lots.select_related("compound", "salt_form")
        return sorted(lots, key=lambda lot: (lot.kind, lot.product, lot.opened_on is None, -lot.pk))

    @cached_property
    def lots(self) -> dict[int, Lot]:
        """What a medium is made of, or cells are detached with."""
        return {lot.pk: lot for lot in self.unfinished_lots if lot.kind != Lot.Kind.DRUG_STOCK}

    @cached_property
    def stocks(self) -> dict[int, Lot]:
        return {lot.pk: lot for lot in self.unfinished_lots if lot.kind == Lot.Kind.DRUG_STOCK}

    @cached_property
    def compounds(self) -> dict[int, Compound]:
        return {compound.pk: compound for compound in Compound.objects.filter(retired_at=None)}

    @cached_property
    def lots_by_recipe(self) -> dict[int, list[int]]:
        """What is checked when the recipe changes: for each part the lot that is proposed."""
        here = [lot for lot in self.lots.values() if not lot.finished_on and lot.received_on <= self.day]
        choices = first_choices(lot for lot in here if not lot.is_expired(self.day))
        return {
            pk: [lot.pk for lot in lots_for(recipe.components.all(), choices)] for pk, recipe in self.recipes.items()
        }

    # --- as choices of a form ----------------------------------------------------------------------------------------
    @property
    def line_choices(self) -> Choices:
        return [(pk, line.name) for pk, line in self.lines.items()]

    @property
    def vessel_choices(self) -> Choices:
        return [(pk, vessel.name) for pk, vessel in self.vessels.items()]

    @property
    def recipe_choices(self) -> Choices:
        return [(pk, str(recipe)) for pk, recipe in self.recipes.items()]

    def lot_choices(self, *kinds: str) -> Choices:
        return [(pk, self.spoken(lot)) for pk, lot in self.lots.items() if lot.kind in kinds]

    @cached_property
    def drug_choices(self) -> Choices:
        """Per compound its stocks, and its vehicle alone for a control."""
        groups: dict[int, list[tuple[str, str]]] = {pk: [] for pk in self.compounds}
        for pk, lot in self.stocks.items():
            if lot.compound_id in groups:
                groups[lot.compound_id].append((f"{STOCK}:{pk}", self.spoken(lot)))
        for pk, compound in self.compounds.items():
            groups[pk].append((f"{VEHICLE_ALONE}:{pk}", f"vehicle of {compound} alone ({compound.vehicle})"))
        return [(self.compounds[pk].name, choices) for pk, choices in groups.items()]

    def spoken(self, lot: Lot) -> str:
        """DMEM, lot M-118; with what speaks against using it."""
        name = f"{lot.compound}, lot {lot.number}, {strength(lot)}" if lot.compound_id else str(lot)
        if lot.expires_on < self.day:
            return f"{name}, expired {lot.expires_on:%d %b %Y}"
        return f"{name}, not opened" if lot.opened_on is None else name


def strength(stock: Lot) -> str:
    """21 mg/mL."""
    return f"{stock.concentration.normalize():f} {stock.concentration_unit}" if stock.concentration else ""
