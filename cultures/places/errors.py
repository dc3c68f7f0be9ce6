"""What the tree of places refuses."""

from collections.abc import Sequence

from cultures.places.models import Place
from lims.errors import DomainError


def link(place: Place) -> tuple[str, str]:
    return (f"Open {place.full_name}", place.get_absolute_url())


class PlaceNameTaken(DomainError):
    code = "place_name_taken"

    def __init__(self, holder: Place) -> None:
        where = f" in {holder.parent.full_name}" if holder.parent else ""
        super().__init__(
            f"There is a {holder.name} already{where}. Choose another name.",
            field="name",
            ways=(link(holder),),
        )


class PlaceNameTooLong(DomainError):
    code = "place_name_too_long"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} and the places it is in make a name too long for a label. Shorten it.", field="name")


class PlaceDoesNotFit(DomainError):
    """A shelf stands in an incubator, not in a hood."""

    code = "place_does_not_fit"

    def __init__(self, kind: Place.Kind, parent: Place | None, holders: Sequence[Place.Kind]) -> None:
        if not holders:
            sentence = "A site stands in nothing else. Leave the field In empty."
        elif parent is None:
            sentence = f"{_a(kind).capitalize()} stands in {_either(holders)}. Choose which."
        else:
            sentence = (
                f"{_a(kind).capitalize()} stands in {_either(holders)}, "
                f"and {parent.full_name} is {_a(parent.kind)}. Choose another."
            )
        super().__init__(sentence, field="parent")


class PlaceRetired(DomainError):
    code = "place_retired"

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place.full_name} is not in use any more. Choose another place.", field="parent")


class PlaceInUse(DomainError):
    """A place is retired only when nothing stands in it."""

    code = "place_in_use"

    def __init__(self, place: Place, children: Sequence[Place], growing: int) -> None:
        held = []
        if growing:
            held.append(f"{growing} growing culture{'s' * (growing != 1)}")
        if children:
            more = f" and {len(children) - 3} more" if len(children) > 3 else ""
            held.append(", ".join(child.name for child in children[:3]) + more)
        first = "Move the cultures" if growing else "Retire it" if len(children) == 1 else "Retire these"
        super().__init__(
            f"{place.full_name} still holds {' and '.join(held)}. {first} first.",
            ways=(link(place),),
            extra={"growing": growing, "places": len(children)},
        )


def _a(kind: str) -> str:
    label = Place.Kind(kind).label
    return f"an {label}" if label[0] in "aeiou" else f"a {label}"


def _either(kinds: Sequence[Place.Kind]) -> str:
    return " or ".join(_a(kind) for kind in kinds)


class KeepsNothingApart(DomainError):
    code = "keeps_nothing_apart"

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place} is a {place.get_kind_display()}. Cells are kept apart in a room, an incubator or on a shelf: "
            "mark one of these."
        )
