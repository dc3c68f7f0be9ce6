"""Cellosaurus entries, as text and as XML. Only entries with an STR profile are read.

A marker may stand several times, each with those who say so: these are kept apart as a conflict of sources. Alleles of
HLA genes are no STR alleles and not read. XML is that of release 29 and that of releases since; a document type is
refused before anything is expanded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from cultures.quality.str_files.base import (
    ACCESSION,
    Imported,
    NamedProfile,
    ProfileFileRefused,
    ProfileRowRefused,
    Row,
    read_name,
    read_profile,
)

PROBLEM = "Problematic cell line"
ENTRY = re.compile(r"^ID   .+\nAC   CVCL_", re.MULTILINE)
MARKER_LINE = re.compile(r"(?P<marker>[^:]+): (?P<alleles>[^(]*?)(?: \((?P<sources>.*)\))?")
SOURCES, BETWEEN = "Source(s): ", "; "
Entry = TypeVar("Entry")


# --- text -------------------------------------------------------------------------------------------------------------


def is_text(text: str) -> bool:
    return bool(ENTRY.search(text))


def read_text(lines: Iterable[str]) -> Imported:
    """All of the entries with a profile; lines before the first entry are not looked at."""
    return _imported(_entries(lines), _of_text)


def _entries(lines: Iterable[str]) -> Iterator[dict[str, list[str]]]:
    entry: dict[str, list[str]] = {}
    for line in lines:
        code, content = line[:2], line[5:].rstrip()
        if code == "ID" and line[2:5] == "   ":
            if entry.get("AC"):
                yield entry  # without its end: the file was cut together
            entry = {"ID": [content]}
        elif code == "//":
            if entry.get("AC"):
                yield entry
            entry = {}
        elif entry and line[2:5] == "   ":
            entry.setdefault(code, []).append(content)
    if entry.get("AC"):
        yield entry


def _of_text(entry: Mapping[str, Sequence[str]]) -> NamedProfile | None:
    if "ST" not in entry:
        return None
    accession = entry["AC"][0]
    if not ACCESSION.fullmatch(accession):
        raise ProfileRowRefused(f"{entry['ID'][0]} has no accession. Export it from Cellosaurus again.")
    lines = [line for line in entry["ST"] if not line.startswith(SOURCES)]
    sources = [line.removeprefix(SOURCES) for line in entry["ST"] if line.startswith(SOURCES)]
    problems = [line.removeprefix(f"{PROBLEM}: ") for line in entry.get("CC", []) if line.startswith(f"{PROBLEM}: ")]
    return NamedProfile(
        name=read_name(entry["ID"][0], accession),
        profile=read_profile((_row(line, accession) for line in lines), accession),
        accession=accession,
        synonyms=_parts(entry.get("SY", [])),
        species=BETWEEN.join(line.rpartition(" ! ")[2] for line in entry.get("OX", [])),
        problem=" ".join(problems),
        parents=tuple(line.partition(" ! ")[0] for line in entry.get("HI", [])),
        same_individual=tuple(line.partition(" ! ")[0] for line in entry.get("OI", [])),
        sources=_parts(sources),
    )


def _parts(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for line in lines for part in line.split(BETWEEN) if part)


def _row(line: str, accession: str) -> Row:
    match = MARKER_LINE.fullmatch(line)
    if not match:
        raise ProfileRowRefused(f"{accession}: “{line[:60]}” is no marker with its alleles. Export the entry again.")
    return match["marker"], match["alleles"].split(","), _parts([match["sources"] or ""])


# --- XML --------------------------------------------------------------------------------------------------------------


def read_xml(content: bytes) -> Imported:
    """Raises ProfileFileRefused for what is not well-formed, or would have to be expanded."""
    from defusedxml import DefusedXmlException  # web processes start without it
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ProfileFileRefused("This XML has a document type. Export the entry from Cellosaurus again.") from error
    except (ParseError, ValueError, LookupError) as error:  # the latter two: an encoding it names and does not have
        raise ProfileFileRefused("This XML is damaged. Export the entry from Cellosaurus again.") from error
    found = _imported(root.iter("cell-line"), _of_xml)
    if not found.profiles and not found.refusals:
        raise ProfileFileRefused("This XML holds no Cellosaurus entry with an STR profile. Export another one.")
    return found


def _of_xml(entry: Element) -> NamedProfile | None:
    markers = entry.findall("str-list/marker-list/marker")
    if not markers:
        return None
    accession = "".join(_texts(entry, "accession-list/accession[@type='primary']"))
    if not ACCESSION.fullmatch(accession):
        raise ProfileRowRefused("An entry has no accession. Export it from Cellosaurus again.")
    return NamedProfile(
        name=read_name("".join(_texts(entry, "name-list/name[@type='identifier']")), accession),
        profile=read_profile((row for marker in markers for row in _marker_rows(marker)), accession),
        accession=accession,
        synonyms=tuple(_texts(entry, "name-list/name[@type='synonym']")),
        species=BETWEEN.join(_texts(entry, "species-list/cv-term") or _texts(entry, "species-list/xref/label")),
        problem=" ".join(_texts(entry, f"comment-list/comment[@category='{PROBLEM}']")),
        parents=_accessions(entry, "derived-from"),
        same_individual=_accessions(entry, "same-origin-as"),
        sources=_sources(entry.find("str-list/source-list")),
    )


def _texts(entry: Element, path: str) -> list[str]:
    return [" ".join("".join(found.itertext()).split()) for found in entry.findall(path)]


def _marker_rows(marker: Element) -> Iterator[Row]:
    for data in marker.iter("marker-data"):
        alleles = data.findtext("alleles") or data.findtext("marker-alleles") or ""
        yield marker.get("id", ""), alleles.split(","), _sources(data.find("source-list"))


def _sources(listed: Element | None) -> tuple[str, ...]:
    """Names of collections, and references as the text format has them: PubMed=25877200."""
    found = [] if listed is None else list(listed.iter())
    names = [one.text.strip() for one in found if one.tag == "source" and one.text and one.text.strip()]
    xrefs = [f"{one.get('database')}={one.get('accession')}" for one in found if one.tag == "xref"]
    references = [one.get("resource-internal-ref", "") for one in found if one.tag == "reference"]
    return (*names, *xrefs, *references)


def _accessions(entry: Element, path: str) -> tuple[str, ...]:
    """Of other entries: a cv-term in release 29, an xref since."""
    listed = [one for found in entry.findall(path) for one in found.iter() if one.tag in ("cv-term", "xref")]
    return tuple(one.get("accession", "") for one in listed if "Cellosaurus" in one.attrib.values())


# --- both -------------------------------------------------------------------------------------------------------------


def _imported(entries: Iterable[Entry], read: Callable[[Entry], NamedProfile | None]) -> Imported:
    found = Imported()
    for entry in entries:
        try:
            named = read(entry)
        except ProfileRowRefused as refusal:
            found.refusals.append(refusal)
        else:
            found.profiles += [named] if named else []
    return found
