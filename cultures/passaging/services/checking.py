"""Refusals that several verbs share: numbers, places, and whether a culture was there at that time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.db.models import CharField, Value

from cultures.passaging.errors import (
    BeforeItsLastEntry,
    BeforeItsSeeding,
    CultureNotGrowing,
    DuplicateCulture,
    KeeperGone,
    NoSuchCulture,
    NotAChoice,
    NotANumber,
    NotThere,
    NumberOutOfRange,
    PlaceKeepsNoCultures,
    PlaceRetired,
    VesselRetired,
    limits,
)
from cultures.passaging.models import Culture, Feed, Move, Observation, VesselType
from cultures.passaging.models.cultures import MOST_CELLS
from cultures.passaging.registry import OnRecord, last_told
from cultures.places.models import Place
from lims.accounts.models import User

MOST_ML = Decimal("99999.99")
HIGHEST_PASSAGE = 9_999
COUNTED_SOON_AFTER = timedelta(hours=1)  # the counter posts its reading when the flask is already passaged


def number(
    value: Decimal | int | float,
    what: str,
    *,
    field: str,
    most: Decimal | int,
    least: Decimal | int | None = 0,
    above: Decimal | int | None = None,
    places: int = 2,
    exact: bool = False,
) -> Decimal:
    """A finite number within limits, rounded half up to `places` decimals; `exact` refuses what would be rounded."""
    try:
        given = Decimal(str(value))
    except InvalidOperation as error:
        raise NotANumber(f"{what}: {str(value)[:40]} is not a number.", field=field) from error
    if not given.is_finite():
        raise NotANumber(f"{what} is {given}. Write a number.", field=field)
    if abs(given) > MOST_CELLS * 10:  # far outside every limit; rounding it would overflow
        raise NumberOutOfRange(what, f"{given:.3g}", limits(least, above, most), field=field)
    rounded = given.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    too_low = rounded <= above if above is not None else least is not None and rounded < least
    if too_low or rounded > most or given < 0 <= rounded:
        raise NumberOutOfRange(what, f"{given:f}", limits(least, above, most), field=field)
    if exact and rounded != given:
        raise NumberOutOfRange(what, f"{given:f}", f"written with at most {places} decimals", field=field)
    return rounded


def volume_in_ml(value: Decimal | int | float, field: str = "volume_ml", *, places: int = 2) -> Decimal:
    return number(value, "The volume in mL", field=field, least=None, above=0, most=MOST_ML, places=places)


def whole_number(value: int, what: str, *, field: str, least: int = 0, most: int = MOST_CELLS - 1) -> int:
    return int(number(value, what, field=field, least=least, most=most, places=0, exact=True))


def one_of(value: str, choices: type, what: str, *, field: str) -> str:
    """The value when it is one of a TextChoices class; NotAChoice otherwise."""
    if value not in choices.values:  # type: ignore[attr-defined]  # a TextChoices class
        raise NotAChoice(what, value, [label for _, label in choices.choices], field=field)  # type: ignore[attr-defined]  # a TextChoices class
    return value


# --- cultures --------------------------------------------------------------------------------------------------------


def lock_cultures(culture_ids: Sequence[int]) -> list[Culture]:
    """The cultures, locked in the order of their ids and returned in the order asked for."""
    if len(set(culture_ids)) != len(culture_ids):
        raise DuplicateCulture()
    locked = Culture.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=culture_ids).order_by("pk")
    found = {culture.pk: culture for culture in locked.select_related("line", "vessel", "medium", "place", "keeper")}
    if not found or len(found) != len(culture_ids):
        raise NoSuchCulture()
    return [found[pk] for pk in culture_ids]


def lock_growing(culture_ids: Sequence[int], at: datetime) -> list[Culture]:
    """Locked, growing, and seeded before `at`."""
    cultures = lock_cultures(culture_ids)
    for culture in cultures:
        if not culture.is_growing:
            raise CultureNotGrowing(culture)
        if at < culture.seeded_at:
            raise BeforeItsSeeding(culture, at)
    return cultures


def lock_present(culture_id: int, at: datetime, *, grace: timedelta = timedelta(0)) -> Culture:
    """Locked, and in its vessel at that time: entries that come late are taken, those after its end are not."""
    (culture,) = lock_cultures([culture_id])
    refuse_outside_its_life(culture, at, grace=grace)
    return culture


def refuse_outside_its_life(culture: Culture, at: datetime, *, grace: timedelta = timedelta(0)) -> None:
    if culture.fate == Culture.Fate.ENTERED_IN_ERROR:
        raise CultureNotGrowing(culture)
    if at < culture.seeded_at:
        raise BeforeItsSeeding(culture, at)
    if culture.ended_at and at > culture.ended_at + grace:
        raise CultureNotGrowing(culture)


def refuse_before_last_entry(cultures: Sequence[Culture], at: datetime) -> None:
    """Nothing may be on record after a culture's end. Counts may: they are read when the flask is already empty."""
    later = [
        model.objects.standing()
        .filter(culture__in=cultures, at__gt=at)
        .order_by()
        .values_list("at", "culture_id", Value(noun, output_field=CharField()))
        for model, noun in ((Feed, "medium change"), (Observation, "look under the microscope"), (Move, "move"))
    ]
    entered = later[0].union(*later[1:], all=True).order_by("-at").first()
    told = [OnRecord(*entered)] if entered else []
    if last := max([*told, *filter(None, [last_told(cultures, at)])], default=None):
        raise BeforeItsLastEntry(next(c for c in cultures if c.pk == last.culture_id), last.noun, last.at)


# --- what is named by an id -------------------------------------------------------------------------------------------


def vessels(ids: set[int], known: Sequence[VesselType], at: datetime) -> dict[int, VesselType]:
    """Vessels in use; `known` are those at hand already."""
    found = {vessel.pk: vessel for vessel in known}
    if missing := ids - set(found):
        found |= VesselType.objects.in_bulk(list(missing))
    for pk in ids:
        if pk not in found:
            raise NotThere("vessel", "vessel")
        if (gone := found[pk].retired_at) and gone <= at:
            raise VesselRetired(found[pk])
    return found


def places(ids: set[int], known: Sequence[Place], at: datetime) -> dict[int, Place]:
    """Places cultures may stand at; `known` are those at hand already."""
    found = {place.pk: place for place in known}
    if missing := ids - set(found):
        found |= Place.objects.in_bulk(list(missing))
    for pk in ids:
        if pk not in found:
            raise NotThere("place", "place")
        if (gone := found[pk].retired_at) and gone <= at:
            raise PlaceRetired(found[pk])
        if found[pk].kind not in Place.KEEPS_CULTURES:
            raise PlaceKeepsNoCultures(found[pk])
    return found


def refuse_absent_keepers(ids: set[int]) -> None:
    if not ids:
        return
    found = User.objects.in_bulk(list(ids))
    for pk in ids:
        if pk not in found:
            raise NotThere("person", "keeper")
        if not found[pk].is_active:
            raise KeeperGone(found[pk])
