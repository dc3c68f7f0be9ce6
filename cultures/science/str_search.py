"""One STR profile against all that are known: who is closest, and is that the own parent?

Every version of a profile is one whole number with a bit per marker and allele, so that shared alleles are counted at
once: the ones of `query & reference`. The answers are those of `str_match.match`, pair by pair; the tests hold that.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Generic, NamedTuple, TypeVar

from cultures.science.str_match import (
    DEFAULT,
    Comparison,
    Counts,
    Policy,
    Scored,
    best_and_worst,
    outcome,
    rank,
    score_of,
    sides_of,
)
from cultures.science.str_profiles import MARKERS, Alleles, Profile

Key = TypeVar("Key", bound=Hashable)
MARKER_BITS = {marker: 1 << place for place, marker in enumerate(MARKERS)}


@dataclass(frozen=True)
class Hit(Comparison, Generic[Key]):
    """How alike the query and one profile of the index are."""

    key: Key


class _Row(NamedTuple):
    """One version of one profile, in bits."""

    place: int  # of its profile in the index
    alleles: int
    markers: int


class Index(Generic[Key]):
    """Profiles made ready to be searched, many times. What is in it does not change.

    >>> index = Index({"A": Profile.of({"TH01": "6,9.3", "TPOX": "8"}), "B": Profile.of({"TH01": "7", "TPOX": "8"})})
    >>> [(hit.key, round(hit.score, 1)) for hit in index.search(Profile.of({"TH01": "7,9.3", "TPOX": "8"}))]
    [('B', 80.0), ('A', 66.7)]
    """

    def __init__(self, profiles: Mapping[Key, Profile]) -> None:
        self._keys: list[Key] = []
        self._rows: list[_Row] = []
        self._bits: dict[tuple[str, str], int] = {}
        self._fields = dict.fromkeys(MARKERS, 0)  # all alleles of a marker
        self._add(profiles)

    def _add(self, profiles: Mapping[Key, Profile]) -> None:
        first = len(self._keys)
        self._keys += profiles
        self._rows += [
            _Row(place, self._in_bits(version), _any(MARKER_BITS[marker] for marker in version))
            for place, profile in enumerate(profiles.values(), start=first)
            for version in profile.versions
        ]
        for (marker, _), bit in self._bits.items():
            self._fields[marker] |= bit

    def changed(self, added: Mapping[Key, Profile], removed: Collection[Key]) -> "Index[Key]":
        """Another index, without `removed` and with `added` at its end. Cheap while these are few; this one stays."""
        other: Index[Key] = Index({})
        kept = [place for place, key in enumerate(self._keys) if key not in removed]
        moved = {place: new for new, place in enumerate(kept)}
        other._keys = [self._keys[place] for place in kept]
        other._rows = [row._replace(place=moved[row.place]) for row in self._rows if row.place in moved]
        other._bits = dict(self._bits)
        other._add(added)
        return other

    def __len__(self) -> int:
        return len(self._keys)

    def search(self, query: Profile, policy: Policy = DEFAULT) -> list[Hit[Key]]:
        """Every profile, the best score first; of equal scores the one of more markers, then as the index was given."""
        found: list[list[Scored]] = [[] for _ in self._keys]
        for version in query.versions:
            for place, counts in self._counts(version, policy):
                found[place].append(Scored(counts, score_of(counts, policy.algorithm)))
        hits = [_hit(key, pairs, policy) for key, pairs in zip(self._keys, found, strict=True)]
        return sorted(hits, key=lambda hit: rank(hit.score, hit.markers), reverse=True)

    def _in_bits(self, version: Alleles) -> int:
        pairs = ((marker, allele) for marker, alleles in version.items() for allele in alleles)
        return _any(self._bits.setdefault(pair, 1 << len(self._bits)) for pair in pairs)

    def _counts(self, query: Alleles, policy: Policy) -> Iterator[tuple[int, Counts]]:
        """By row. Few sets of markers are met among many profiles: what depends on these alone is worked out once."""
        by_markers: dict[int, tuple[int, int, int, int]] = {}
        pairs = ((marker, allele) for marker in policy.scored.intersection(query) for allele in query[marker])
        wanted = _any(self._bits.get(pair, 0) for pair in pairs)  # an allele nobody has is shared with nobody
        for place, alleles, markers in self._rows:
            if markers not in by_markers:
                by_markers[markers] = self._sizes(query, markers, policy)
            query_alleles, counted, compared, field = by_markers[markers]
            shared, reference_alleles = (wanted & alleles).bit_count(), (field & alleles).bit_count()
            yield place, Counts(shared, query_alleles, reference_alleles, counted, compared)

    def _sizes(self, query: Alleles, markers: int, policy: Policy) -> tuple[int, int, int, int]:
        """The query's alleles, the markers counted and compared, and the bits of the reference that count."""
        sides = sides_of(query, [marker for marker, bit in MARKER_BITS.items() if markers & bit], policy)
        query_alleles = sum(len(query[marker]) for marker in sides.query)
        return query_alleles, sides.counted, sides.compared, _any(self._fields[marker] for marker in sides.reference)


def _any(bits: Iterator[int]) -> int:
    return reduce(or_, bits, 0)


def _hit(key: Key, pairs: list[Scored], policy: Policy) -> Hit[Key]:
    return Hit(key=key, **outcome(*best_and_worst(pairs), policy))
