"""The verbs of the vocabulary of mechanisms, and of the hypotheses a model carries of how it resists."""

import re
from datetime import datetime
from urllib.parse import unquote

from cultures.dosing.errors.mechanisms import (
    BeforeItsProposal,
    EvidenceSaysNothing,
    EvidenceStandsAlready,
    EvidenceWithdrawn,
    HypothesisNotedAlready,
    MechanismNameTaken,
    MechanismRetired,
    NotADoi,
    ReferenceWithoutDoi,
    StatedAlready,
    StatedWithoutGrounds,
    WithdrawnWithoutReason,
)
from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism, ResistanceModel
from cultures.dosing.vocabulary import STANDARD_MECHANISMS, are_one, keys_of
from cultures.passaging.errors import InTheFuture, NotAChoice
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import CLOCK_SKEW, now
from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text

Status, Kind = HypothesisStatement.Status, HypothesisEvidence.Kind
DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
BEFORE_A_DOI = re.compile(r"(https?://)?((www|dx)\.)?doi\.org/|doi:?\s*", re.IGNORECASE)


def register_mechanism(*, name: str, group: str, by: User | str) -> Mechanism:
    """Add a word to the vocabulary; a retired one is taken up again. Raises MechanismNameTaken, naming the holder.

    group   as it is spelled already, when it differs from a known one in capitals, blanks or dashes only
    """
    name, group = _word(name, "name", "such as p95HER2", most=80), _word(group, "group", "such as HER2 itself", most=60)
    with acting(by, "register_mechanism"):
        known = list(Mechanism.objects.order_by("pk"))
        group = next((one.group for one in known if keys_of(one.group) == keys_of(group)), group)
        if held := next((one for one in known if are_one(one.name, name)), None):
            return _taken_up_again(held, name, group)

        def taken() -> DomainError | None:
            holder = Mechanism.objects.filter(name=name).first()
            return MechanismNameTaken(name, holder) if holder else None

        with refused_if_taken(taken):
            return Mechanism.objects.create(name=name, group=group)


def register_standard_mechanisms(*, by: User | str) -> list[Mechanism]:
    """Add the usual words the vocabulary lacks; those in it, also the retired ones, are left alone."""
    with acting(by, "register_mechanism"):
        known = list(Mechanism.objects.values_list("name", flat=True))
        return [
            register_mechanism(name=name, group=group, by=by)
            for group, names in STANDARD_MECHANISMS.items()
            for name in names
            if not any(are_one(name, one) for one in known)
        ]


def retire_mechanism(*, mechanism_id: int, by: User) -> Mechanism:
    """Offer a word no more. Models that bear it keep it."""
    with acting(by, "retire_mechanism"):
        mechanism = Mechanism.objects.select_for_update().get(pk=mechanism_id)
        if mechanism.retired_at is None:
            mechanism.retired_at = now()
            mechanism.save(update_fields=["retired_at"])
        return mechanism


def propose_hypothesis(
    *,
    model_id: int,
    mechanism_id: int,
    status: str = Status.SUSPECTED,
    note: str = "",
    at: datetime | None = None,
    by: User,
) -> Hypothesis:
    """Note that a model may resist by a mechanism. Raises HypothesisNotedAlready, with the way to the one it has."""
    with acting(by, "propose_hypothesis"):
        model = ResistanceModel.objects.get(pk=model_id)
        mechanism = Mechanism.objects.select_for_update().get(pk=mechanism_id)
        if mechanism.retired_at:
            raise MechanismRetired(mechanism)
        hypothesis = Hypothesis(model=model, mechanism=mechanism, proposed_at=_moment(at))

        def noted() -> DomainError | None:
            standing = Hypothesis.objects.filter(model=model, mechanism=mechanism).first()
            return HypothesisNotedAlready(standing) if standing else None

        with refused_if_taken(noted):
            hypothesis.save(force_insert=True)
        _state(hypothesis, status, note, hypothesis.proposed_at, by)
        return hypothesis


def state_hypothesis(
    *, hypothesis_id: int, status: str, note: str = "", at: datetime | None = None, by: User
) -> HypothesisStatement:
    """State anew what is held of a hypothesis; what was held before stays. Raises StatedAlready when nothing is new.

    Supported and refuted need their grounds: a note, or standing evidence that speaks for or against it.
    """
    with acting(by, "state_hypothesis"):
        hypothesis = _locked(hypothesis_id)
        return _state(hypothesis, status, note, _moment(at, hypothesis), by)


def add_evidence(
    *,
    hypothesis_id: int,
    kind: str,
    speaks_for: bool = True,
    text: str = "",
    doi: str = "",
    at: datetime | None = None,
    by: User,
) -> HypothesisEvidence:
    """Add what speaks for or against a hypothesis. A reference needs its DOI, any other kind says what was found.

    doi   with or without https://doi.org/ or doi: before it
    """
    if kind not in Kind.values:
        raise NotAChoice("kind of evidence", kind, Kind.values, field="kind")
    text, doi = clean_text(text, "The text", max_length=300), clean_doi(doi)
    if kind == Kind.REFERENCE and not doi:
        raise ReferenceWithoutDoi
    if kind != Kind.REFERENCE and not text:
        raise EvidenceSaysNothing
    with acting(by, "add_evidence"):
        hypothesis = _locked(hypothesis_id)
        same = {"kind": kind, "speaks_for": speaks_for, "text__iexact": text, "doi__iexact": doi}
        if standing := hypothesis.evidence.filter(withdrawn_at=None, **same).select_related("by").first():
            raise EvidenceStandsAlready(standing)
        said = {"kind": kind, "speaks_for": speaks_for, "text": text, "doi": doi}
        return HypothesisEvidence.objects.create(hypothesis=hypothesis, **said, at=_moment(at, hypothesis), by=by)


def withdraw_evidence(*, evidence_id: int, reason: str, by: User) -> HypothesisEvidence:
    """Let evidence speak no more, for a reason. It stays to be read, with the reason."""
    if not (reason := clean_text(reason, "The reason", max_length=300)):
        raise WithdrawnWithoutReason
    with acting(by, "withdraw_evidence", reason=reason):
        evidence = HypothesisEvidence.objects.select_for_update().get(pk=evidence_id)
        if evidence.withdrawn_at:
            raise EvidenceWithdrawn(evidence)
        evidence.withdrawn_at, evidence.withdrawn_reason = now(), reason
        evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        return evidence


def clean_doi(text: str) -> str:
    """A DOI from any way of writing it; empty stays empty. Raises NotADoi.

    >>> clean_doi("https://doi.org/10.18632/oncotarget.19461"), clean_doi("DOI: 10.1186/bcr2094.")
    ('10.18632/oncotarget.19461', '10.1186/bcr2094')
    """
    if not (text := clean_text(text, "The DOI")):
        return ""
    before = BEFORE_A_DOI.match(text)
    doi = (text[before.end() :] if before else text).rstrip(".,;")
    if before and "/" in before.group():  # in an address, what has a meaning there is written as %3C
        doi = unquote(doi)
    if not DOI.fullmatch(doi) or len(doi) > 120:
        raise NotADoi(text)
    return doi


# --- steps ------------------------------------------------------------------------------------------------------------
def _word(text: str, field: str, example: str, *, most: int) -> str:
    """A word of the vocabulary. Raises BadText when nothing of it could be searched for."""
    word = clean_text(text, f"The {field}", max_length=most)
    if not keys_of(word):
        raise BadText(f"The {field} needs at least one Latin letter or digit, {example}.", field=field)
    return word


def _taken_up_again(held: Mechanism, name: str, group: str) -> Mechanism:
    if held.retired_at is None:
        raise MechanismNameTaken(name, held)
    held.group, held.retired_at = group, None
    held.save(update_fields=["group", "retired_at"])
    return held


def _locked(hypothesis_id: int) -> Hypothesis:
    hypotheses = Hypothesis.objects.select_for_update(of=("self",)).select_related("mechanism", "model")
    return hypotheses.get(pk=hypothesis_id)


def _moment(at: datetime | None, hypothesis: Hypothesis | None = None) -> datetime:
    """The time of an entry, now when none is said."""
    at = at or now()
    if at > now() + CLOCK_SKEW:
        raise InTheFuture(at)
    if hypothesis and at < hypothesis.proposed_at:
        raise BeforeItsProposal(hypothesis)
    return at


def _state(hypothesis: Hypothesis, status: str, note: str, at: datetime, by: User) -> HypothesisStatement:
    if status not in Status.values:
        raise NotAChoice("status", status, Status.values, field="status")
    note = clean_text(note, "The note", max_length=300)
    standing = hypothesis.statements.order_by("-at", "-pk").first()
    if standing and (standing.status, standing.note) == (status, note):
        raise StatedAlready(standing)
    if status != Status.SUSPECTED and not note:
        speaks_so = hypothesis.evidence.filter(withdrawn_at=None, speaks_for=status == Status.SUPPORTED)
        if not speaks_so.exists():
            raise StatedWithoutGrounds(status)
    return HypothesisStatement.objects.create(hypothesis=hypothesis, status=status, note=note, at=at, by=by)
