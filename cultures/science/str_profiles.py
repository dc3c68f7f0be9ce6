"""STR profiles: which alleles were called at which marker, and by whom, where sources do not agree.

An allele is a number of repeats, with the bases of an incomplete one after the point: 9.3 is nine repeats and three
bases. It is a text and never a float: "10.0" reads as "10", and 9.3 is neither 9 nor 10. Peaks outside the ladder (OL,
<8, >20, ?) are kept and shown, but are no alleles and score nothing. A homozygote has one allele: 12,12 is 12.

The eight core loci are those of ANSI/ATCC ASN-0002-2011, the thirteen those of ASN-0002-2022.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, product
from math import prod
from typing import Any, TypeGuard

AMELOGENIN = "Amelogenin"  # tells the sex: kept for that, scored only when asked
CORE_8 = ("D5S818", "D13S317", "D7S820", "D16S539", "vWA", "TH01", "TPOX", "CSF1PO")
CORE_13 = (*CORE_8, "D8S1179", "D3S1358", "D18S51", "D21S11", "FGA")
MARKERS = (
    *(AMELOGENIN, *CORE_13, "D2S1338", "D19S433", "Penta D", "Penta E"),
    *("D1S1656", "D2S441", "D6S1043", "D10S1248", "D12S391", "D22S1045", "DXS101", "DYS391"),
    *("F13A01", "F13B", "FESFPS", "LPL", "Penta C", "SE33"),
)
ALIASES = {"AMEL": AMELOGENIN, "AM": AMELOGENIN, "THO1": "TH01", "CSF1P0": "CSF1PO"}

ALLELE = re.compile(r"0*([1-9][0-9]{0,2})(?:\.([0-9])0*)?")
OFF_LADDER = re.compile(r"OL|\?|[<>][0-9]{1,3}(?:\.[0-9])?")
NO_DATA = frozenset({"", "-", "–", "—", "ND", "N/D", "NA", "N/A", "NOT_DETECTED", "NOT DETECTED"})
BETWEEN_ALLELES = re.compile(r"[\s,;/]+")
BLANKS = re.compile(r"[\s_-]+")
LONGEST = 200  # signs in the alleles of one marker
LONGEST_NAME = 40
MOST_VERSIONS = 150  # of one profile, as many as CLASTR compares
MIXTURE = 3  # three alleles are usual in aneuploid lines, but not at more than three markers

Alleles = Mapping[str, frozenset[str]]  # by marker, without the markers that have none


class NotAnAllele(ValueError):
    """What was written at a marker is no allele."""

    def __init__(self, marker: str, allele: str, why: str) -> None:
        super().__init__(f"{allele} at {marker} {why}")
        self.marker, self.allele = marker, allele


class NotAMarker(ValueError):
    """A marker without a name that can be shown."""


class NotAProfile(ValueError):
    """Stored text that is not what `Profile.to_json` writes."""


def marker_name(written: str) -> str:
    """The one name of a marker; an unknown one keeps its own, tidied. Raises NotAMarker.

    >>> [marker_name(name) for name in ("AMEL", "THO1", "vwa", "CSF1P0", "Penta_D", "d5s818", " STR  9-2")]
    ['Amelogenin', 'TH01', 'vWA', 'CSF1PO', 'Penta D', 'D5S818', 'STR 9-2']
    """
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NotAMarker(f"A marker has a name of 1 to {LONGEST_NAME} visible signs.")
    return NAMES.get(_key(name), name)


def _key(name: str) -> str:
    return BLANKS.sub("", name).upper()


NAMES = {_key(name): name for name in MARKERS} | ALIASES
KNOWN = frozenset(MARKERS)


def allele_name(written: str, marker: str) -> str:
    """The canonical text of one allele, or of a peak outside the ladder. Raises NotAnAllele.

    >>> [allele_name(text, "TH01") for text in ("9.3", "9.30", "10.0", "08", "ol", "<8")]
    ['9.3', '9.3', '10', '8', 'OL', '<8']
    >>> allele_name("9.33", "TH01")
    Traceback (most recent call last):
        ...
    cultures.science.str_profiles.NotAnAllele: 9.33 at TH01 has more than one digit after the point. Look it up again.
    """
    text = written.strip().upper()
    if OFF_LADDER.fullmatch(text):
        return text
    if marker == AMELOGENIN:
        if text in ("X", "Y"):
            return text
        raise NotAnAllele(marker, written, "is neither X nor Y. Write X, or X,Y.")
    if match := ALLELE.fullmatch(text):
        repeats, bases = match.groups()
        return f"{repeats}.{bases}" if bases and bases != "0" else repeats
    if re.fullmatch(r"[0-9]+\.[0-9]{2,}", text):
        raise NotAnAllele(marker, written, "has more than one digit after the point. Look it up again.")
    raise NotAnAllele(marker, written, "is no allele. Write 11 or 9.3, OL beside the ladder, nothing for no result.")


def split_alleles(written: str, marker: str) -> list[str]:
    """The alleles of one marker, as they stand in one cell: 11,12 or 11/12; none for ND and an empty cell."""
    text = written.strip()
    if text.upper() in NO_DATA:
        return []
    if len(text) > LONGEST:
        raise NotAnAllele(marker, f"{text[:20]}…", f"is longer than {LONGEST} signs. Check this cell.")
    if marker == AMELOGENIN and text.upper() in ("XX", "XY"):
        return list(text)
    return [part for part in BETWEEN_ALLELES.split(re.sub(r"([<>])\s+", r"\1", text)) if part]


def in_order(alleles: Iterable[str]) -> list[str]:
    """By repeats; X before Y; what is no allele comes last."""

    def place(allele: str) -> tuple[bool, float, str]:
        is_number = allele[:1].isdigit()
        return bool(OFF_LADDER.fullmatch(allele)), float(allele) if is_number else 0.0, allele

    return sorted(alleles, key=place)


@dataclass(frozen=True)
class Call:
    """What was found at one marker. `sources` say so, or nobody in particular."""

    alleles: frozenset[str]
    off_ladder: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ",".join(in_order(self.alleles | self.off_ladder))

    @classmethod
    def read(cls, marker: str, written: Iterable[str], sources: Iterable[str] = ()) -> "Call":
        """Of the alleles one by one; empty ones and ND are none. Raises NotAnAllele."""
        found = frozenset(allele_name(one, marker) for one in written if one.strip().upper() not in NO_DATA)
        off_ladder = frozenset(one for one in found if OFF_LADDER.fullmatch(one))
        return cls(found - off_ladder, off_ladder, tuple(sorted(set(sources))))


@dataclass(frozen=True)
class Profile:
    """By marker, what was found there: one call, or several where sources or rows do not agree.

    Made by `read`, `of` or `from_json`, which bring names and alleles into their canonical form.
    """

    calls: Mapping[str, tuple[Call, ...]]

    @classmethod
    def read(cls, rows: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> "Profile":
        """Of rows (marker, its alleles one by one, its sources). Rows that agree are one call; empty rows are none.

        Raises NotAMarker or NotAnAllele.
        """
        found: dict[str, dict[tuple[frozenset[str], frozenset[str]], set[str]]] = {}
        for row in rows:
            marker, call = _read(row[0], tuple(row[1]), tuple(row[2]))
            if call.alleles or call.off_ladder:
                found.setdefault(marker, {}).setdefault((call.alleles, call.off_ladder), set()).update(call.sources)
        return cls({marker: _in_order(calls) for marker, calls in found.items()})

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> "Profile":
        """Of what a person writes: {"TH01": "6,9.3"}. Raises NotAMarker or NotAnAllele.

        >>> profile = Profile.of({"THO1": "9.3, 6", "AMEL": "XY", "TPOX": "8,8", "FGA": "OL,21", "vWA": ""})
        >>> {marker: str(calls[0]) for marker, calls in profile.calls.items()}
        {'TH01': '6,9.3', 'Amelogenin': 'X,Y', 'TPOX': '8', 'FGA': '21,OL'}
        """
        return cls.read((marker, split_alleles(cell, marker_name(marker)), ()) for marker, cell in cells.items())

    def to_json(self) -> dict[str, list[dict[str, list[str]]]]:
        """{"TH01": [{"alleles": ["6", "9.3", "OL"], "sources": ["ATCC"]}]}"""
        return {
            marker: [{"alleles": str(call).split(","), "sources": list(call.sources)} for call in calls]
            for marker, calls in self.calls.items()
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Profile":
        """Raises NotAProfile, NotAMarker or NotAnAllele."""
        if not isinstance(stored, Mapping):
            raise NotAProfile("A profile is an object: a list of calls by marker.")
        return cls.read(row for marker, calls in stored.items() for row in _rows_of(marker, calls))

    @cached_property
    def conflicts(self) -> tuple[str, ...]:
        """Markers where more than one call stands."""
        return tuple(marker for marker, calls in self.calls.items() if len(calls) > 1)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Markers that are not of people, or misspelt. They are not scored."""
        return tuple(sorted(set(self.calls) - KNOWN))

    @cached_property
    def off_ladder(self) -> dict[str, list[str]]:
        peaks = {marker: {one for call in calls for one in call.off_ladder} for marker, calls in self.calls.items()}
        return {marker: in_order(found) for marker, found in peaks.items() if found}

    @property
    def may_be_mixture(self) -> bool:
        """Three alleles or more at more than three markers, whichever source is right."""
        crowded = (all(len(call.alleles) >= MIXTURE for call in calls) for calls in self.calls.values())
        return sum(crowded) > MIXTURE

    @cached_property
    def versions(self) -> tuple[Alleles, ...]:
        """What the profile may be, at the markers that are scored; one version where nothing conflicts.

        Sources that all speak at every marker in conflict give one version each. Where they do not, any call may go
        with any other: the first 150 of these, those of most sources first (`is_cut`). CLASTR does so too, Robin 2020.
        """
        calls = {marker: self.calls[marker] for marker in self.calls if marker in KNOWN}
        markers = [marker for marker in self.conflicts if marker in KNOWN]
        conflicting = [calls[marker] for marker in markers]
        choices = _by_source(conflicting) or islice(product(*conflicting), MOST_VERSIONS)
        settled = {marker: found[0] for marker, found in calls.items()}
        return tuple(_alleles(settled | dict(zip(markers, choice, strict=True))) for choice in choices)

    @property
    def is_cut(self) -> bool:
        """There are more versions than are compared."""
        possible = prod(len(calls) for marker, calls in self.calls.items() if marker in KNOWN)
        return len(self.versions) == MOST_VERSIONS < possible


@lru_cache(maxsize=20_000)
def _read(written: str, alleles: tuple[str, ...], sources: tuple[str, ...]) -> tuple[str, Call]:
    """Few calls are met among many profiles: each is read once, so that ten thousand are ready in a second."""
    marker = marker_name(written)
    return marker, Call.read(marker, alleles, sources)


def _alleles(calls: Mapping[str, Call]) -> Alleles:
    return {marker: call.alleles for marker, call in calls.items() if call.alleles}


def _in_order(calls: Mapping[tuple[frozenset[str], frozenset[str]], set[str]]) -> tuple[Call, ...]:
    made = [Call(*found, tuple(sorted(sources))) for found, sources in calls.items()]
    return tuple(sorted(made, key=lambda call: (-len(call.sources), str(call)))) if len(made) > 1 else tuple(made)


def _by_source(conflicting: Sequence[Sequence[Call]]) -> list[tuple[Call, ...]]:
    """One choice of calls per opinion, those of most sources first; nothing when a source is silent somewhere."""
    said = [{source: call for call in calls for source in call.sources} for calls in conflicting]
    for by_source, calls in zip(said, conflicting, strict=True):
        speak_once = len(by_source) == sum(len(call.sources) for call in calls)
        if not speak_once or not all(call.sources for call in calls) or by_source.keys() != said[0].keys():
            return []
    opinions = Counter(tuple(one[source] for one in said) for source in sorted(said[0])) if said else Counter()
    return [choice for choice, _ in opinions.most_common(MOST_VERSIONS)]


def _rows_of(marker: Any, calls: Any) -> Iterable[tuple[str, list[str], list[str]]]:
    if not isinstance(marker, str) or not isinstance(calls, list):
        raise NotAProfile("A profile is an object: a list of calls by marker.")
    for call in calls:
        alleles, sources = (call.get("alleles"), call.get("sources", [])) if isinstance(call, Mapping) else (None, None)
        if not _are_texts(alleles) or not _are_texts(sources):
            raise NotAProfile(f"A call at {marker} has alleles and sources, each a list of texts.")
        yield marker, alleles, sources


def _are_texts(values: Any) -> TypeGuard[list[str]]:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
