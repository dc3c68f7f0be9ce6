"""Reading the vocabulary of mechanisms, and finding models by how they may resist."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism, ResistanceModel
from cultures.dosing.vocabulary import keys_of
from cultures.lines.names import search_key

Status = HypothesisStatement.Status
NEWEST_FIRST = ("-at", "-pk")
LOOKS = {Status.SUSPECTED: ("", "eye"), Status.SUPPORTED: ("green", "ok"), Status.REFUTED: ("", "x")}
IN_ORDER = (Status.SUPPORTED, Status.SUSPECTED, Status.REFUTED)  # as a model's notes are read


@dataclass(frozen=True)
class Note:
    """A hypothesis as it is read: what was held of it, newest first, and its evidence, what is withdrawn last."""

    hypothesis: Hypothesis
    statements: list[HypothesisStatement]
    evidence: list[HypothesisEvidence]

    @property
    def now(self) -> HypothesisStatement:
        return self.statements[0]

    @property
    def earlier(self) -> list[HypothesisStatement]:
        return self.statements[1:]

    @property
    def colour(self) -> str:
        return LOOKS[Status(self.now.status)][0]

    @property
    def icon(self) -> str:
        return LOOKS[Status(self.now.status)][1]

    @property
    def pieces_for(self) -> int:
        return sum(one.withdrawn_at is None and one.speaks_for for one in self.evidence)

    @property
    def pieces_against(self) -> int:
        return sum(one.withdrawn_at is None and not one.speaks_for for one in self.evidence)


def as_held(hypotheses: QuerySet[Hypothesis]) -> QuerySet[Any]:
    """Annotates `status`, the one that is held now: that of the newest statement."""
    statements = HypothesisStatement.objects.filter(hypothesis=OuterRef("pk")).order_by(*NEWEST_FIRST)
    return hypotheses.annotate(status=Subquery(statements.values("status")[:1]))


def in_full(hypotheses: QuerySet[Hypothesis]) -> QuerySet[Hypothesis]:
    """With all that a Note tells: three queries, however many hypotheses."""
    statements = HypothesisStatement.objects.select_related("by").order_by(*NEWEST_FIRST)
    evidence = HypothesisEvidence.objects.select_related("by").order_by(*NEWEST_FIRST)
    return hypotheses.select_related("mechanism", "model").prefetch_related(
        Prefetch("statements", statements), Prefetch("evidence", evidence)
    )


def note_of(hypothesis: Hypothesis) -> Note:
    """Of a hypothesis read `in_full`; every one has been stated at least once, when it was proposed."""
    evidence = sorted(hypothesis.evidence.all(), key=lambda one: (one.withdrawn_at is not None, not one.speaks_for))
    return Note(hypothesis, list(hypothesis.statements.all()), evidence)


def notes_on(model: ResistanceModel) -> list[Note]:
    """The notes on a model: supported ones first, refuted ones last."""
    notes = [note_of(one) for one in in_full(model.hypotheses.all())]
    return sorted(notes, key=lambda note: (IN_ORDER.index(Status(note.now.status)), note.hypothesis.mechanism.name))


def with_models(mechanisms: QuerySet[Mechanism]) -> QuerySet[Mechanism]:
    """Annotates `suspected`, `supported` and `refuted`: of how many models each is held so."""
    held = as_held(Hypothesis.objects.filter(mechanism=OuterRef("pk"))).order_by()
    for status in Status:
        counted = held.filter(status=status).values("mechanism").annotate(n=Count("pk")).values("n")
        mechanisms = mechanisms.annotate(**{status.value: Coalesce(Subquery(counted), 0)})
    return mechanisms


def mechanisms_matching(words: str) -> list[Mechanism]:
    """Words of the vocabulary, retired ones too, that contain what is looked for, or whose group does. One query.

    The vocabulary is short, so Python compares: β2 is beta 2 and HER2Δ16 is HER2 delta-16, which no index knows.
    """
    if not (key := search_key(words)):
        return []
    return [
        one
        for one in Mechanism.objects.all()
        if any(key in known for known in (*keys_of(one.name), *keys_of(one.group)))
    ]


def models_by_mechanism(mechanisms: str | Iterable[int], status: str | None = None) -> QuerySet[ResistanceModel]:
    """The models that bear any of these mechanisms, whatever is held of it, or with the status that is asked for.

    mechanisms   words as typed ("p95", "PI3K"), or keys of the vocabulary
    """
    if isinstance(mechanisms, str):
        mechanisms = [one.pk for one in mechanisms_matching(mechanisms)]
    held = as_held(Hypothesis.objects.filter(mechanism__in=list(mechanisms)))
    if status is not None:
        held = held.filter(status=status)
    return ResistanceModel.objects.filter(pk__in=held.values("model"))
