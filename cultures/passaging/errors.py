"""What the bench refuses: each a sentence that says what is wrong and what to do next."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.lines.models import CellLine
from cultures.passaging.models import Count, Culture, Discard, Event, Harvest, VesselType
from cultures.places.models import Place
from lims.accounts.models import User
from lims.clock import lab_time
from lims.errors import DomainError
from lims.tabular.numbers import NotANumber

__all__ = ["NotANumber"]  # and every class below

HOW_IT_ENDED = {
    Culture.Fate.PASSAGED: "was passaged",
    Culture.Fate.FROZEN: "was frozen",
    Culture.Fate.USED_UP: "was used up",
    Culture.Fate.DISCARDED: "was discarded",
    Culture.Fate.LOST: "was lost",
    Culture.Fate.ENTERED_IN_ERROR: "was entered in error",
}


def day(at: datetime | date) -> str:
    return f"{lab_time(at) if isinstance(at, datetime) else at:%d %b %Y}"


def moment(at: datetime) -> str:
    return f"{lab_time(at):%d %b %Y %H:%M}"


def cells(number: int) -> str:
    """Cells as they are said at the bench.

    >>> cells(1_500_000), cells(640)
    ('1.50×10⁶', '640')
    """
    if number < 10_000:
        return str(number)
    power = len(str(number)) - 1
    return f"{number / 10**power:.2f}×10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def link(culture: Culture) -> tuple[str, str]:
    return (f"Open {culture.code}", culture.get_absolute_url())


# --- the culture -----------------------------------------------------------------------------------------------------


class NoSuchCulture(DomainError):
    code = "no_such_culture"

    def __init__(self) -> None:
        super().__init__("There is no such culture. Scan its code again.", field="culture")


class CultureNotGrowing(DomainError):
    """The flask is not there any more: it was passaged, discarded, used up."""

    code = "culture_not_growing"

    def __init__(self, culture: Culture) -> None:
        ending = _ending_of(culture)
        by = f" by {ending.by.initials}" if ending and ending.by else ""
        daughters = Culture.objects.filter(descents_up__parent=culture).exclude(fate=Culture.Fate.ENTERED_IN_ERROR)
        made = list(daughters.select_related("line", "vessel").order_by("pk")[:2])
        super().__init__(
            f"{culture} {HOW_IT_ENDED[Culture.Fate(culture.fate)]} on {day(culture.ended_at)}{by}."
            + (" Work on with what was made of it." if made else " If that is wrong, correct that entry."),
            ways=tuple(link(daughter) for daughter in made) or (link(culture),),
            extra={"culture": culture.code, "fate": culture.fate},
        )


def _ending_of(culture: Culture) -> Event | None:
    source = culture.harvest_sources.filter(withdrawn_at=None).select_related("harvest__by").first()
    if source:
        return source.harvest
    return Discard.objects.standing().filter(culture=culture).select_related("by").first()


class DuplicateCulture(DomainError):
    code = "duplicate_culture"

    def __init__(self) -> None:
        super().__init__("The same culture was scanned twice. Scan each flask of the pool once.", field="cultures")


class NotASubline(DomainError):
    code = "not_a_subline"

    def __init__(self, line: CellLine, parent: CellLine) -> None:
        sentence = f"{line} is not derived from {parent}. Register it as a subline of {parent} first."
        super().__init__(sentence, field="line")


class PoolOfDifferentLines(DomainError):
    code = "pool_of_different_lines"

    def __init__(self, cultures: list[Culture]) -> None:
        named = ", ".join(f"{culture.code} is {culture.line}" for culture in cultures)
        super().__init__(f"Only flasks of one line are pooled, and {named}. Take the odd one out.", field="cultures")


class PoolNeedsSeveral(DomainError):
    code = "pool_needs_several"

    def __init__(self) -> None:
        super().__init__("A pool needs two flasks or more. To harvest one, passage it.", field="cultures")


class LineRetired(DomainError):
    code = "line_retired"

    def __init__(self, line: CellLine) -> None:
        super().__init__(
            f"{line} was retired from the registry on {day(line.retired_at)}. Choose another line.", field="line"
        )


class VesselRetired(DomainError):
    code = "vessel_retired"

    def __init__(self, vessel: VesselType) -> None:
        super().__init__(f"{vessel} is not in the catalogue any more. Choose another vessel.", field="vessel")


class PlaceRetired(DomainError):
    code = "place_retired"

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} is not in use any more. Choose another place.", field="place")


class PlaceKeepsNoCultures(DomainError):
    code = "place_keeps_no_cultures"

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place} is a {place.get_kind_display()}. Cultures stand in an incubator or on its shelf: choose one.",
            field="place",
        )


class AlreadyThere(DomainError):
    code = "already_there"

    def __init__(self, culture: Culture, place: Place) -> None:
        super().__init__(f"{culture} already stands in {place}. Choose where it goes.", field="place")


class KeeperGone(DomainError):
    code = "keeper_gone"

    def __init__(self, keeper: User) -> None:
        super().__init__(f"{keeper} does not work here any more. Choose who looks after it.", field="keeper")


class NotThere(DomainError):
    """An id that names nothing."""

    code = "not_there"

    def __init__(self, noun: str, field: str) -> None:
        super().__init__(f"There is no such {noun}. Reload the page and choose again.", field=field)


# --- time ------------------------------------------------------------------------------------------------------------


class InTheFuture(DomainError):
    code = "in_the_future"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{moment(at)} has not come yet. Enter when it happened.", field="at")


class LongAgo(DomainError):
    code = "long_ago"

    def __init__(self) -> None:
        super().__init__("That is before anything here was grown. Check the year.", field="at")


class BeforeItsSeeding(DomainError):
    code = "before_its_seeding"

    def __init__(self, culture: Culture, at: datetime) -> None:
        super().__init__(
            f"{culture} was seeded on {moment(culture.seeded_at)}, after {moment(at)}. Correct the time.",
            field="at",
            ways=(link(culture),),
        )


class AfterItsEnd(DomainError):
    code = "after_its_end"

    def __init__(self, culture: Culture, at: datetime) -> None:
        super().__init__(
            f"{culture} {HOW_IT_ENDED[Culture.Fate(culture.fate)]} on {moment(culture.ended_at)}, before {moment(at)}. "
            "Correct the time.",
            field="at",
            ways=(link(culture),),
        )


class BeforeItsLastEntry(DomainError):
    """An end dated before something else that is on record."""

    code = "before_its_last_entry"

    def __init__(self, culture: Culture, what: str, last_at: datetime) -> None:
        super().__init__(
            f"{culture} has a {what} of {moment(last_at)}, which is later. Correct this time, or that entry first.",
            field="at",
            ways=(link(culture),),
        )


class EntryBefore(DomainError):
    """A seeding cannot be dated after what happened to the culture since."""

    code = "entry_before"

    def __init__(self, at: datetime, first_at: datetime) -> None:
        super().__init__(
            f"Something is on record for {moment(first_at)}, before {moment(at)}. Correct that entry first.", field="at"
        )


class BeforeItsHarvest(DomainError):
    code = "before_its_harvest"

    def __init__(self, harvest: Harvest) -> None:
        super().__init__(f"The cells were harvested on {moment(harvest.at)}. Correct the time.", field="at")


class SessionEndsBeforeItsStart(DomainError):
    code = "session_ends_before_its_start"

    def __init__(self, started_at: datetime) -> None:
        super().__init__(f"The bench session began on {moment(started_at)}. It ends after that.", field="at")


class NotAHood(DomainError):
    code = "not_a_hood"

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} is a {place.get_kind_display()}. A bench session is held at a hood.", field="hood")


class NoOpenSession(DomainError):
    code = "no_open_session"

    def __init__(self) -> None:
        super().__init__("You have no bench session open. There is nothing to end.")


# --- numbers ---------------------------------------------------------------------------------------------------------


class NumberOutOfRange(DomainError):
    code = "number_out_of_range"

    def __init__(self, what: str, value: object, limits: str, *, field: str) -> None:
        super().__init__(f"{what} is {value}; it must be {limits}. Check the number and its unit.", field=field)


class NotEnoughCells(DomainError):
    code = "not_enough_cells"

    def __init__(self, *, wanted: int, available: int) -> None:
        super().__init__(
            f"The plan takes {cells(wanted)} viable cells, and there are {cells(available)}. "
            "Seed fewer, or check count and volume.",
            field="daughters",
            extra={"wanted": wanted, "available": available},
        )


class SeedingWithoutCells(DomainError):
    code = "seeding_without_cells"

    def __init__(self, vessel: VesselType) -> None:
        super().__init__(
            f"The {vessel} would get no living cell. Say how many go in, or take it out.", field="daughters"
        )


class SeedingSaidTwice(DomainError):
    """Exactly one of cells, density and ratio."""

    code = "seeding_said_twice"

    def __init__(self, vessel: VesselType, said: int) -> None:
        how = "in more than one way" if said else "in no way"
        super().__init__(
            f"How many cells go into the {vessel} is said {how}. Give cells, a density, or a split ratio.",
            field="daughters",
        )


class DestinationUnknown(DomainError):
    code = "destination_unknown"

    def __init__(self, kind: str, known: list[str]) -> None:
        choose = f"Choose one of: {', '.join(known)}." if known else "Seed the cells, or discard them."
        super().__init__(f"Cells cannot go to {kind!r}. {choose}", field="portions")


class NothingLeft(DomainError):
    code = "nothing_left"

    def __init__(self) -> None:
        super().__init__("Nothing is left of this harvest: the rest was discarded already.")


# --- counts ----------------------------------------------------------------------------------------------------------


class CountOfAnotherCulture(DomainError):
    code = "count_of_another_culture"

    def __init__(self, count: Count) -> None:
        super().__init__(f"That count is of {count.culture.code}. Choose a count of this culture.", field="count")


class CountNotStanding(DomainError):
    code = "count_not_standing"

    def __init__(self) -> None:
        super().__init__("That count was corrected or undone. Choose the count that stands.", field="count")


class CountAlreadyUsed(DomainError):
    code = "count_already_used"

    def __init__(self) -> None:
        super().__init__("That count was used for another harvest. Count again, or choose another.", field="count")


class MethodUnknown(DomainError):
    code = "method_unknown"

    def __init__(self, method: str) -> None:
        known = ", ".join(label for _, label in Count.Method.choices)
        super().__init__(f"{method[:40]!r} is not a way of counting we know. Choose one of: {known}.", field="method")


# --- the medium ------------------------------------------------------------------------------------------------------


class RecipeRetired(DomainError):
    code = "recipe_retired"

    def __init__(self, recipe: MediumRecipe) -> None:
        super().__init__(f"{recipe} is not made any more. Choose its newest version.", field="recipe")


class LotExpired(DomainError):
    code = "lot_expired"

    def __init__(self, lot: Lot) -> None:
        super().__init__(f"{lot} expired on {day(lot.expires_on)}. Take a lot that is in date.", field="lots")


class LotFinished(DomainError):
    code = "lot_finished"

    def __init__(self, lot: Lot) -> None:
        super().__init__(f"{lot} was finished on {day(lot.finished_on)}. Choose the bottle you used.", field="lots")


class LotNotReceived(DomainError):
    code = "lot_not_received"

    def __init__(self, lot: Lot) -> None:
        super().__init__(
            f"{lot} came on {day(lot.received_on)}, after this day. Choose the bottle you used.", field="lots"
        )


class LotOfWrongKind(DomainError):
    code = "lot_of_wrong_kind"

    def __init__(self, lot: Lot, wanted: str) -> None:
        super().__init__(f"{lot} is a {lot.get_kind_display()}. Choose a {wanted} here.", field="lots")


class DoseUnitUnknown(DomainError):
    code = "dose_unit_unknown"

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit[:20]!r} is not a unit of dose. Write nM, µM, mM, µg/mL or mg/mL.", field="drugs")


class DoseWithoutMolarMass(DomainError):
    code = "dose_without_molar_mass"

    def __init__(self, compound: Compound, unit: str) -> None:
        super().__init__(
            f"{compound} is dosed in {compound.unit}; {unit} converts only through its molar mass, which is not "
            f"registered. Write the dose in {compound.unit}, or have the molar mass of its salt form entered.",
            field="drugs",
        )


class DoseWithoutStock(DomainError):
    code = "dose_without_stock"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"Which stock did the {compound} come from? Choose its lot.", field="drugs")


class StockIsOfAnotherDrug(DomainError):
    code = "stock_is_of_another_drug"

    def __init__(self, stock: Lot, compound: Compound) -> None:
        super().__init__(f"{stock} is {stock.compound}, not {compound}. Choose a stock of {compound}.", field="drugs")


class DrugNamedTwice(DomainError):
    code = "drug_named_twice"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is named twice. Give one dose of each drug.", field="drugs")


class CompoundRetired(DomainError):
    code = "compound_retired"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is not used here any more. Choose another compound.", field="drugs")


class VehicleMismatch(DomainError):
    code = "vehicle_mismatch"

    def __init__(self, stock: Lot) -> None:
        super().__init__(
            f"{stock} is an antibody in {stock.vehicle}, which destroys it. "
            f"Use a stock in {stock.compound.vehicle}, or correct the lot's vehicle.",  # type: ignore[union-attr]
            field="drugs",
        )


class VehicleArmHasADose(DomainError):
    code = "vehicle_arm_has_a_dose"

    def __init__(self, compound: Compound) -> None:
        super().__init__(
            f"A vehicle control gets no {compound}, only its vehicle. Write dose 0, or set the arm to treated.",
            field="drugs",
        )


# --- photos, text ----------------------------------------------------------------------------------------------------


class NotAPhoto(DomainError):
    code = "not_a_photo"

    def __init__(self) -> None:
        super().__init__("This file is not a readable picture. Take a JPEG, PNG or TIFF.", field="photo")


class PhotoTooLarge(DomainError):
    code = "photo_too_large"

    def __init__(self, has: str, limit: str) -> None:
        super().__init__(f"The picture has {has}, more than {limit}. Save it smaller and take it again.", field="photo")


class NothingObserved(DomainError):
    code = "nothing_observed"

    def __init__(self) -> None:
        super().__init__("Say what was seen: confluence, morphology, a photo or a note.", field="confluence")


class NotAChoice(DomainError):
    code = "not_a_choice"

    def __init__(self, what: str, value: object, known: list[str], *, field: str) -> None:
        super().__init__(f"{str(value)[:40]!r} is no {what} we know. Choose one of: {', '.join(known)}.", field=field)


# --- undo, correct ---------------------------------------------------------------------------------------------------


class NothingToUndo(DomainError):
    code = "nothing_to_undo"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Correct the entry instead.")


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"

    def __init__(self, minutes: int) -> None:
        super().__init__(f"An entry can be undone for {minutes} minutes. Correct it instead, with a reason.")


class NotCorrectable(DomainError):
    code = "not_correctable"


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why this is corrected: the record keeps it.", field="reason")


class NothingChanged(DomainError):
    code = "nothing_changed"

    def __init__(self) -> None:
        super().__init__("The correction changes nothing. Change what is wrong, or leave the entry as it is.")


# --- what the database itself refuses ---------------------------------------------------------------------------------


class RefusedByTheDatabase(DomainError):
    """The last guard: two people at once, or a value no form should have let through."""

    code = "refused_by_the_database"


SENTENCES = {
    "culture_is_harvested_once": "Someone else has just harvested this culture. Reload to see what became of it.",
    "culture_is_discarded_once": "Someone else has just discarded this culture. Reload to see it.",
    "culture_is_received_once": "This culture has been received already. Reload to see it.",
    "count_is_used_for_one_harvest": "That count has just been used for another harvest. Choose another.",
    "never_more_cells_than_harvested": "More viable cells were taken than harvested. Reload to see what is left.",
    "rest_is_discarded_once": "The rest of this harvest has been discarded already. Reload to see it.",
    "one_open_session_per_person": "You have just opened a bench session in another window. Reload to see it.",
    "one_medium_at_seeding": "The medium of this seeding was corrected at the same time. Reload to see it.",
    "culture_ends_after_seeding": "A culture cannot end before it was seeded. Correct the time.",
}


def sentence_for(error: IntegrityError) -> RefusedByTheDatabase:
    """The refusal behind a violated constraint. Constraints are named as sentences, so unlisted ones speak too."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    rule = name.replace("_", " ") or "an entry must fit the others"
    sentence = SENTENCES.get(
        name, f"Nothing was saved: the rule is that {rule}. Check the entry, or reload and try again."
    )
    return RefusedByTheDatabase(sentence, extra={"constraint": name})


def limits(least: Decimal | int | None, above: Decimal | int | None, most: Decimal | int) -> str:
    """Limits in words: "above 0 and at most 100"."""
    low = f"above {above}" if above is not None else f"{least} or more"
    return f"{low} and at most {most}"
