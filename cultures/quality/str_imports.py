"""What the profiles of a file would become: the reference of a line, one of the library, or nothing new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from cultures.lines.models import CellLine, LineName
from cultures.lines.names import search_key
from cultures.quality.models import STRProfile
from cultures.quality.str_files import NamedProfile

Kind = STRProfile.Kind


@dataclass(frozen=True)
class Incoming:
    """One profile of a file. `former` stands where it would stand: in the library, or as the reference of the line."""

    place: int
    named: NamedProfile
    former: STRProfile | None

    @property
    def is_known(self) -> bool:
        return self.former is not None and self.former.alleles == self.named.profile.to_json()


def incoming(found: Mapping[int, NamedProfile], lines: Mapping[int, int]) -> list[Incoming]:
    """By place in the file; `lines` are those whose reference it would be. Two queries, however many they are."""
    standing = STRProfile.objects.filter(withdrawn_at=None)
    references = {one.line_id: one for one in standing.filter(kind=Kind.REFERENCE, line__in=set(lines.values()))}
    told = [found[place] for place in found if place not in lines]
    accessions = {one.accession for one in told if one.accession}
    alike = Q(accession__in=accessions) | Q(accession="", name__in={one.name for one in told if not one.accession})
    library = {(one.accession or one.name): one for one in standing.filter(alike, kind=Kind.LIBRARY).order_by("pk")}
    return [
        Incoming(
            place,
            one,
            references.get(lines[place]) if place in lines else library.get(one.accession or one.name),
        )
        for place, one in found.items()
    ]


def lines_meant(found: Iterable[NamedProfile]) -> list[CellLine | None]:
    """For each profile the line it is of: by its accession, else by its name or a synonym. Two queries."""
    found = list(found)
    by_rrid = {line.rrid: line for line in CellLine.objects.filter(rrid__in={one.accession for one in found} - {""})}
    keys = [[search_key(name) for name in (one.name, *one.synonyms)] for one in found]
    known = LineName.objects.filter(key__in={key for ours in keys for key in ours if key}, withdrawn_at=None)
    by_key = {name.key: name.line for name in known.select_related("line")}
    return [
        by_rrid.get(one.accession) or next((by_key[key] for key in ours if key in by_key), None)
        for one, ours in zip(found, keys, strict=True)
    ]
