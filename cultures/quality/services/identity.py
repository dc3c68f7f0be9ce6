"""Profiles come into the house: of samples with their tests, references of lines, and a library to compare with."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q

from cultures.lines.models import CellLine
from cultures.lines.names import clean_rrid
from cultures.passaging.errors import NotThere
from cultures.passaging.models import Event
from cultures.quality.errors.identity import (
    DonorGone,
    DonorKnown,
    DonorOfItself,
    ImportEmpty,
    ImportKnown,
    NoAlleles,
    NotAProfileOfAlleles,
    OneLineTwice,
    ProfileGone,
    ProfileOfATest,
    ReferenceKnown,
)
from cultures.quality.families import STR
from cultures.quality.models import QCTest, SharedDonor, STRProfile
from cultures.quality.services.results import KEEPERS
from cultures.quality.str_files import NamedProfile
from cultures.quality.str_imports import incoming
from cultures.science.str_cells import rows_of
from cultures.science.str_profiles import NotAMarker, NotAnAllele, NotAProfile, Profile
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import BadText, clean_text

Kind = STRProfile.Kind
MOST_NAME, MOST_SOURCE = 120, 120


def read_profile(markers: Mapping[str, Any]) -> Profile:
    """{"TH01": "6,9.3"} or a stored profile. Raises NotAProfileOfAlleles or NoAlleles."""
    try:
        written = all(isinstance(cell, str) for cell in markers.values())
        profile = Profile.read(rows_of(markers)) if written else Profile.from_json(markers)
    except (NotAMarker, NotAnAllele, NotAProfile) as error:
        raise NotAProfileOfAlleles(str(error)) from error
    if not profile.calls:
        raise NoAlleles
    return profile


def keep_profile(test: QCTest, replaced: QCTest | None) -> None:
    """The profile of a sample joins the house with its result, and leaves it when the result is withdrawn."""
    if replaced is not None:
        STRProfile.objects.filter(test=replaced, withdrawn_at=None).update(
            withdrawn_at=now(), withdrawn_by=test.by, withdrawn_reason=f"the result {test.code} was corrected"
        )
    if test.verdict in (QCTest.Verdict.PENDING, QCTest.Verdict.INVALID):
        return
    STRProfile.objects.create(
        kind=Kind.SAMPLE,
        name=f"{test.culture.code} ({test.culture.line} p{test.culture.passage_number})",
        line=test.culture.line,
        test=test,
        species=test.culture.line.species,
        alleles=test.readings["markers"],
        source=test.code,
        is_demonstration=test.source == Event.Source.DEMONSTRATION,
        at=now(),
        by=test.by,
    )


def set_reference_profile(
    *,
    line_id: int,
    markers: Mapping[str, Any],
    source: str,
    reason: str = "",
    is_demonstration: bool = False,
    by: User,
) -> STRProfile:
    """What the line should be like, by its supplier or Cellosaurus. A former reference is withdrawn, with a reason."""
    profile = read_profile(markers)
    source = clean_text(source, "The source", max_length=MOST_SOURCE)
    if not source:
        raise BadText(
            "Write where the profile comes from: the supplier's sheet, Cellosaurus, a report.", field="source"
        )
    with acting(by, "set_reference_profile", reason=reason):
        line = CellLine.objects.select_for_update(of=("self",), no_key=True).filter(pk=line_id).first()
        if line is None:
            raise NotThere("line", "line")
        return _reference(line, profile, source, reason, by, is_demonstration=is_demonstration)


def _reference(
    line: CellLine, profile: Profile, source: str, reason: str, by: User, *, is_demonstration: bool = False, **more: Any
) -> STRProfile:
    former = STRProfile.objects.filter(line=line, kind=Kind.REFERENCE, withdrawn_at=None)
    if standing := former.first():
        if standing.alleles == profile.to_json():
            raise ReferenceKnown(standing)
        reason = clean_text(reason, "The reason", max_length=300)
        if not reason:
            raise BadText(f"{line} has a reference profile. Write why another takes its place.", field="reason")
        former.update(withdrawn_at=now(), withdrawn_by=by, withdrawn_reason=reason)
    fields = {"accession": line.rrid, "species": line.species} | more
    return STRProfile.objects.create(
        kind=Kind.REFERENCE,
        name=line.name,
        line=line,
        alleles=profile.to_json(),
        source=source,
        is_demonstration=is_demonstration,
        by=by,
        **fields,
    )


def import_profiles(
    *,
    found: Sequence[NamedProfile],
    lines: Mapping[int, int],
    source: str,
    left_out: Collection[int] = (),
    reason: str = "",
    by: User,
) -> list[STRProfile]:
    """Profiles of a file: into the library, or as the reference of a line; all of them or none.

    lines      by place in the file: the line whose reference it becomes; the others join the library
    left_out   places that are not wanted
    What is in the house already, allele by allele, is not entered again. Raises ImportKnown when that is all of it.
    """
    wanted = {place: one for place, one in enumerate(found) if place not in left_out and one.profile.calls}
    if not wanted:
        raise ImportEmpty
    source = clean_text(source, "The source", max_length=MOST_SOURCE)
    with acting(by, "import_profiles", reason=reason):
        known = CellLine.objects.select_for_update(of=("self",), no_key=True).in_bulk(set(lines.values()))
        _refuse_impossible(lines, wanted, known)
        told = incoming(wanted, lines)
        news = [one for one in told if not one.is_known]
        if not news:
            raise ImportKnown([one.former for one in told if one.former])
        made = [
            _reference(known[lines[one.place]], one.named.profile, source, reason, by, **_facts(one.named))
            for one in news
            if one.place in lines
        ]
        library = [one for one in news if one.place not in lines]
        STRProfile.objects.filter(pk__in=[one.former.pk for one in library if one.former]).update(
            withdrawn_at=now(), withdrawn_by=by, withdrawn_reason=f"imported anew from {source}"
        )
        return made + STRProfile.objects.bulk_create([_of_library(one.named, source, by) for one in library])


def _refuse_impossible(lines: Mapping[int, int], wanted: Mapping[int, Any], known: Mapping[int, CellLine]) -> None:
    taken = Counter(lines.values())
    for place, line_id in lines.items():
        if line_id not in known or place not in wanted:
            raise NotThere("line" if place in wanted else "profile", "lines")
        if taken[line_id] > 1:
            raise OneLineTwice(known[line_id])


def _of_library(one: NamedProfile, source: str, by: User) -> STRProfile:
    alleles = one.profile.to_json()
    return STRProfile(
        kind=Kind.LIBRARY, name=one.name[:MOST_NAME], alleles=alleles, source=source, by=by, **_facts(one)
    )


def _facts(one: NamedProfile) -> dict[str, Any]:
    """What the file says of the line; what it does not say is not emptied. A fusion of two donors is of neither."""
    parents = one.parents if len(one.parents) == 1 else ()
    told = {"accession": one.accession, "species": one.species[:60], "problem": one.problem[:300]}
    relatives = sorted({*parents, *one.same_individual})
    return {name: value for name, value in told.items() if value} | {"relatives": relatives}


def withdraw_profile(*, profile_id: int, reason: str, by: User) -> STRProfile:
    """A reference or a profile of the library that was wrong. It stays readable, and is compared with no more."""
    reason = clean_text(reason, "The reason", max_length=300)
    if not reason:
        raise BadText("Write why the profile is withdrawn.", field="reason")
    with acting(by, "withdraw_profile", reason=reason):
        profile = STRProfile.objects.select_for_update(of=("self",)).filter(pk=profile_id).first()
        if profile is None:
            raise NotThere("profile", "profile")
        if profile.withdrawn_at:
            raise ProfileGone
        if profile.kind == Kind.SAMPLE:
            raise ProfileOfATest(profile)
        profile.withdrawn_at, profile.withdrawn_by, profile.withdrawn_reason = now(), by, reason
        profile.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        return profile


def state_shared_donor(
    *, line_id: int, other_line_id: int | None = None, other_accession: str = "", reason: str, by: User
) -> SharedDonor:
    """Two lines of one person: their profiles are alike, and that is no alarm."""
    reason = clean_text(reason, "The reason", max_length=200)
    if not reason:
        raise BadText("Write how it is known: the supplier, a paper, Cellosaurus.", field="reason")
    accession = clean_rrid(other_accession)
    if (other_line_id is None) == (not accession) or other_line_id == line_id:
        raise DonorOfItself
    with acting(by, "state_shared_donor", reason=reason):
        asked = sorted({line_id, *([other_line_id] if other_line_id else [])})
        lines = CellLine.objects.select_for_update(of=("self",), no_key=True).order_by("pk").in_bulk(asked)
        if len(lines) < len(asked):
            raise NotThere("line", "line")
        if lines[line_id].rrid == accession != "":
            raise DonorOfItself
        if known := _shared(line_id, other_line_id, accession):
            raise DonorKnown(known)
        return SharedDonor.objects.create(
            line_id=line_id, other_line_id=other_line_id, other_accession=accession, reason=reason, by=by
        )


def _shared(line_id: int, other_line_id: int | None, accession: str) -> SharedDonor | None:
    """What says it already, whichever of the two was named first."""
    pair = Q(line=line_id, other_line=other_line_id, other_accession=accession)
    if other_line_id:
        pair |= Q(line=other_line_id, other_line=line_id)
    return SharedDonor.objects.filter(pair, withdrawn_at=None).select_related("line", "other_line").first()


def withdraw_shared_donor(*, shared_id: int, reason: str, by: User) -> SharedDonor:
    """It was wrong. The two are told apart again from now on; the ledger keeps the reason."""
    reason = clean_text(reason, "The reason", max_length=200)
    if not reason:
        raise BadText("Write why they do not share a donor.", field="reason")
    with acting(by, "withdraw_shared_donor", reason=reason):
        if not SharedDonor.objects.filter(pk=shared_id, withdrawn_at=None).update(withdrawn_at=now()):
            raise DonorGone
        return SharedDonor.objects.get(pk=shared_id)


def register() -> None:
    KEEPERS[STR] = keep_profile
