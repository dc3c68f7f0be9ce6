from pathlib import Path

import pytest

from cultures.quality.str_files import Imported, NamedProfile, ProfileFileRefused, read_profiles
from cultures.science.str_profiles import Profile
from tests.science.str_lab import told

ENTRY = """
ID   Made-up-1
AC   CVCL_ZZ01
SY   MU1; MU-1
CC   Problematic cell line: Contaminated. Shown to be another one.
ST   Source(s): ATCC; DSMZ
ST   Amelogenin: Not_detected
ST   TH01: 6,9.3
ST   TPOX: 8 (ATCC; PubMed=1(2)3)
ST   TPOX: 8,11 (DSMZ)
OX   NCBI_TaxID=9606; ! Homo sapiens
HI   CVCL_ZZ02 ! Made-up-0
OI   CVCL_ZZ03 ! Made-up-2
//
"""
NEWER_XML = """<?xml version="1.0"?><Cellosaurus><cell-line-list><cell-line>
<accession-list><accession type="primary">CVCL_ZZ01</accession></accession-list>
<name-list><name type="identifier">Made-up-1</name><name type="synonym">MU1</name></name-list>
<str-list><source-list><source>ATCC</source></source-list><marker-list><marker id="TH01" conflict="true">
<marker-data-list><marker-data><marker-alleles>6,9.3</marker-alleles><source-list><source>ATCC</source>
<source><reference resource-internal-ref="PubMed=1"/></source></source-list></marker-data>
<marker-data><marker-alleles>6</marker-alleles><source-list><source>
<xref database="Cosmic-CLP" accession="7"/></source></source-list></marker-data>
</marker-data-list></marker></marker-list></str-list>
<species-list><xref database="NCBI_TaxID" accession="9606"><label>Homo sapiens</label></xref></species-list>
<derived-from><xref database="Cellosaurus" accession="CVCL_ZZ02"/></derived-from>
</cell-line></cell-line-list></Cellosaurus>"""


def read(text: str) -> Imported:
    return read_profiles(text.encode())


def only(text: str) -> NamedProfile:
    [profile] = read(text).complete()
    return profile


# published


@pytest.mark.published
@pytest.mark.parametrize(
    ("accession", "name", "parents", "same_individual", "is_problem"),
    [
        ("CVCL_0013", "MOLT-4", (), ("CVCL_0624",), False),
        ("CVCL_0238", "Chang Liver", ("CVCL_0030",), (), True),
        ("CVCL_0624", "MOLT-3", (), ("CVCL_0013",), False),
        ("CVCL_0633", "U-118MG", ("CVCL_0020",), (), True),
        ("CVCL_1793", "WSU-NHL", (), (), False),
        ("CVCL_1893", "Y-79", (), (), False),
        ("CVCL_D605", "JJ012", (), (), False),
    ],
)
def test_cellosaurus_entries_are_read(
    published: Path, accession: str, name: str, parents: tuple, same_individual: tuple, is_problem: bool
):
    filename = f"{accession}.xml"
    [found] = read_profiles((published / "str_profiles" / filename).read_bytes(), filename).complete()
    assert (found.name, found.accession, found.species) == (name, accession, "Homo sapiens")
    assert (found.parents, found.same_individual, bool(found.problem)) == (parents, same_individual, is_problem)
    assert len(found.profile.calls) >= 16
    assert Profile.from_json(found.profile.to_json()) == found.profile


@pytest.mark.published
def test_the_human_entries_of_a_release_of_cellosaurus_are_read(published: Path):
    content = (published / "str_profiles" / "cellosaurus_29.0_head_1000.txt").read_bytes()
    found = read_profiles(content).complete()
    human = [named for named in found if named.species == "Homo sapiens" and named.profile.calls.get("Amelogenin")]
    assert len(human) == 86
    assert all(not named.profile.unknown and named.accession for named in human)
    hela = next(named for named in human if named.accession == "CVCL_2260")
    assert hela.parents == ("CVCL_0030",)
    assert told(hela.profile)["D13S317"] == ["12,13.3"]


# as text, as XML


def test_an_entry_as_text():
    found = only(ENTRY)
    assert (found.name, found.accession, found.synonyms) == ("Made-up-1", "CVCL_ZZ01", ("MU1", "MU-1"))
    assert (found.species, found.problem) == ("Homo sapiens", "Contaminated. Shown to be another one.")
    assert (found.parents, found.same_individual) == (("CVCL_ZZ02",), ("CVCL_ZZ03",))
    assert found.sources == ("ATCC", "DSMZ")
    assert told(found.profile) == {"TH01": ["6,9.3"], "TPOX": ["8", "8,11"]}
    assert found.profile.calls["TPOX"][0].sources == ("ATCC", "PubMed=1(2)3")


def test_entries_without_a_profile_are_passed_over_and_the_last_one_may_lack_its_end():
    bare = "ID   Bare\nAC   CVCL_ZZ09\n//\n"
    assert [named.name for named in read(bare + ENTRY.strip().removesuffix("//")).complete()] == ["Made-up-1"]


def test_an_entry_that_cannot_be_read_is_refused_by_its_accession():
    found = read(ENTRY.replace("6,9.3", "6,9.33") + ENTRY.replace("ZZ01", "ZZ05"))
    assert [named.accession for named in found.profiles] == ["CVCL_ZZ05"]
    assert found.refusals[0].sentence.startswith("CVCL_ZZ01: 9.33 at TH01")


def test_an_entry_as_xml_of_a_newer_release():
    found = only(NEWER_XML)
    assert (found.name, found.species, found.parents) == ("Made-up-1", "Homo sapiens", ("CVCL_ZZ02",))
    assert [(str(call), call.sources) for call in found.profile.calls["TH01"]] == [
        ("6,9.3", ("ATCC", "PubMed=1")),
        ("6", ("Cosmic-CLP=7",)),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><cell-line>&a;</cell-line>', "document type"),
        ('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><cell-line>&c;</cell-line>', "document type"),
        ("<!DOCTYPE html><html></html>", "document type"),
        ("<cell-line><name-list>", "damaged"),
        ('<?xml version="1.0" encoding="no-such"?><cell-line/>', "damaged"),
        ("<html/>", "no Cellosaurus entry"),
        ("<cell-line/>", "no Cellosaurus entry"),
    ],
)
def test_hostile_xml_is_refused(text: str, words: str):
    with pytest.raises(ProfileFileRefused, match=words):
        read(text)


def test_an_entry_without_accession_or_name_is_refused():
    for part in ("accession", "name"):
        text = NEWER_XML.replace(f"<{part} type=", f"<{part} kind=")
        assert len(read(text).refusals) == 1
