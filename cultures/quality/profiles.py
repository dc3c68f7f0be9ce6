"""STR profiles as pages show them: the list, the grid of one, and what was lost and gained along a lineage."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection
from django.db.models import Q, QuerySet

from cultures.lines.models import CellLine
from cultures.lines.names import search_key
from cultures.quality.models import STRProfile
from cultures.science.str_cells import cell_of
from cultures.science.str_match import Match, Policy, match
from cultures.science.str_profiles import AMELOGENIN, CORE_8, CORE_13, KNOWN, MARKERS, Call, Profile

Kind = STRProfile.Kind
Flag = tuple[str, str, str]  # colour, icon, words
MOST_SAMPLES = 40  # of a line, on a page
ENOUGH = 8  # markers a comparison needs by the default policy
# By sampled culture: those of the sampled ones it descends from, itself among them.
SAMPLED_ABOVE = """
WITH RECURSIVE up (sampled, id) AS (
    SELECT id, id FROM unnest(%(ids)s::bigint[]) AS asked (id)
  UNION
    SELECT up.sampled, descent.parent_id FROM up JOIN cultures_descent descent ON descent.daughter_id = up.id
)
SELECT sampled, id FROM up WHERE id = ANY(%(ids)s::bigint[])"""


def listed(kind: str = "", *, withdrawn: bool = False) -> QuerySet[STRProfile]:
    found = STRProfile.objects.select_related("line", "test__culture__line", "by")
    found = found if withdrawn else found.filter(withdrawn_at=None)
    return found.filter(kind=kind) if kind in Kind.values else found


def matching(profiles: QuerySet[STRProfile], text: str) -> QuerySet[STRProfile]:
    """By name, accession, the code of the sample, or any name of the line."""
    fits = Q(name__icontains=text) | Q(accession__icontains=text) | Q(source__icontains=text)
    if key := search_key(text):
        fits |= Q(line__in=CellLine.objects.filter(names__key__contains=key).values("pk"))
    return profiles.filter(fits)


@dataclass(frozen=True)
class Row:
    """A profile of a list, with what has to be known before it is believed."""

    profile: STRProfile

    @cached_property
    def read(self) -> Profile:
        return Profile.from_json(self.profile.alleles)

    @property
    def markers(self) -> int:
        return len(self.read.calls)

    @property
    def core(self) -> int:
        return sum(marker in self.read.calls for marker in CORE_13)

    @property
    def flags(self) -> list[Flag]:
        problem = ("red", "warn", "problematic line") if self.profile.problem else None
        return [*([problem] if problem else []), *flags_of(self.read)]


def flags_of(profile: Profile) -> list[Flag]:
    """In a word each."""
    found = []
    if profile.may_be_mixture:
        found.append(("amber", "warn", "may be a mixture"))
    if conflicts := len(profile.conflicts):
        found.append(("amber", "split", f"{conflicts} conflict{'s' if conflicts > 1 else ''}"))
    if profile.off_ladder:
        found.append(("amber", "info", "off the ladder"))
    if unknown := len(profile.unknown):
        found.append(("", "info", f"{unknown} unknown marker{'s' if unknown > 1 else ''}"))
    known = len(KNOWN.intersection(profile.calls) - {AMELOGENIN})
    if known < ENOUGH:
        found.append(("amber", "info", f"only {known} marker{'' if known == 1 else 's'}"))
    return found


# --- one profile ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MarkerRow:
    """A marker of a profile beside what it is compared with. `lost` and `gained` of the best pair of versions."""

    name: str
    calls: Sequence[Call]
    other: str
    lost: Sequence[str]
    gained: Sequence[str]
    is_core: bool
    is_unknown: bool

    @property
    def is_conflict(self) -> bool:
        return len(self.calls) > 1

    @property
    def off_ladder(self) -> bool:
        return any(call.off_ladder for call in self.calls)


def grid_of(profile: Profile, other: Profile | None = None, compared: Match | None = None) -> list[MarkerRow]:
    """By marker, in the order of the kits; markers of the other only are there too. Unknown ones come last."""
    beside = other.calls if other else {}
    names = [*MARKERS, *profile.unknown]
    return [
        MarkerRow(
            name,
            profile.calls.get(name, ()),
            cell_of(beside.get(name, ())),
            compared.lost.get(name, ()) if compared else (),
            compared.gained.get(name, ()) if compared else (),
            name in CORE_8,
            name not in KNOWN,
        )
        for name in names
        if name in profile.calls or name in beside
    ]


# --- along a lineage --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """An allele of the reference that the sample has not, or the other way; since which passage on its way down."""

    marker: str
    allele: str
    is_lost: bool
    since: int
    is_new: bool


@dataclass(frozen=True)
class Sampled:
    """A sample of a line beside its reference."""

    profile: STRProfile
    match: Match
    changes: list[Change] = field(default_factory=list)


def samples_of(line_ids: Iterable[int], most: int = MOST_SAMPLES) -> list[STRProfile]:
    """The newest of these lines that stand, the oldest of them first. One query."""
    found = STRProfile.objects.filter(kind=Kind.SAMPLE, withdrawn_at=None, line__in=list(line_ids))
    newest = found.select_related("line", "test__culture__line").order_by("-test__at", "-pk")[:most]
    return list(newest)[::-1]


def along(samples: Sequence[STRProfile], reference: Profile, policy: Policy) -> list[Sampled]:
    """Samples in the order of their passages, with what each lost and gained. One query.

    A change is counted from the first of a run of samples without a gap, along the culture's own way down.
    """
    matches = {one.pk: match(Profile.from_json(one.alleles), reference, policy) for one in samples}
    changed = {one.pk: _changed(matches[one.pk]) for one in samples}
    above = _sampled_above([one.test.culture_id for one in samples if one.test])
    in_order = sorted(samples, key=_place)
    told = []
    for one in in_order:
        way = [other for other in in_order if _culture(other) in above[_culture(one)] and _place(other) <= _place(one)]
        changes = [_since(key, way, changed) for key in sorted(changed[one.pk], key=_by_marker)]
        told.append(Sampled(one, matches[one.pk], changes))
    return told


Key = tuple[str, str, bool]  # marker, allele, whether it was lost


def _changed(found: Match) -> set[Key]:
    lost = {(marker, allele, True) for marker, alleles in found.lost.items() for allele in alleles}
    return lost | {(marker, allele, False) for marker, alleles in found.gained.items() for allele in alleles}


def _since(key: Key, way: Sequence[STRProfile], changed: Mapping[int, set[Key]]) -> Change:
    """`way` ends with the sample itself."""
    first = way[-1]
    for one in reversed(way):
        if key not in changed[one.pk]:
            break
        first = one
    return Change(*key, since=_passage(first), is_new=first is way[-1])


def _by_marker(key: Key) -> tuple[int, str, bool, str]:
    marker, allele, is_lost = key
    return MARKERS.index(marker) if marker in MARKERS else len(MARKERS), marker, is_lost, allele


def _culture(sample: STRProfile) -> int:
    return sample.test.culture_id if sample.test else 0


def _passage(sample: STRProfile) -> int:
    return sample.test.culture.passage_number if sample.test else 0


def _place(sample: STRProfile) -> tuple[int, float, int]:
    return _passage(sample), sample.test.at.timestamp() if sample.test else 0.0, sample.pk


def _sampled_above(culture_ids: Sequence[int]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(SAMPLED_ABOVE, {"ids": list(culture_ids)})
        for sampled, above in cursor.fetchall():
            found[sampled].add(above)
    return found


def reference_of(lines: Iterator[int] | Iterable[int]) -> STRProfile | None:
    """The standing reference of the first of these lines that has one. One query."""
    ids = list(lines)
    standing = STRProfile.objects.filter(kind=Kind.REFERENCE, withdrawn_at=None, line__in=ids).select_related("line")
    return min(standing, key=lambda one: ids.index(one.line_id or 0), default=None)
