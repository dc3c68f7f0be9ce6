"""The board: every ladder of the lab at a glance. As many queries for two hundred ladders as for ten."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from cultures.compounds.models import Compound
from cultures.dosing.board_drawing import BoardDrawing, drawings_of
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.models import Hypothesis, Ladder, Mechanism, ResistanceModel
from cultures.dosing.signs import STATUSES, Sign
from cultures.lines.models import CellLine
from cultures.lines.selectors import lines_matching
from lims.accounts.models import User
from lims.codes import tidy_code
from lims.web.filters import Choice, Filters, Flag

STATUS = ResistanceModel.Status
OVER = (STATUS.LOST, STATUS.ABANDONED)


@dataclass(frozen=True)
class Card:
    """One ladder, or a model on which none was started yet."""

    model: ResistanceModel
    view: LadderView | None
    drawing: BoardDrawing | None = None

    @property
    def url(self) -> str:
        return self.view.ladder.get_absolute_url() if self.view else self.model.get_absolute_url()

    @property
    def sign(self) -> Sign:
        """A candidate that is ready has nowhere to go: its status says more than its verdict."""
        is_there = self.view and self.view.ladder.is_open and self.view.is_at_target and not self.view.blockers
        return self.status if self.view is None or is_there else self.view.sign

    @property
    def status(self) -> Sign:
        return STATUSES[STATUS(self.model.status)]


def board_filters(request: HttpRequest, reader: User) -> Filters:
    return Filters(
        request,
        Flag("mine", "Mine", lambda models: models.filter(keeper=reader)),
        Flag("ended", "Ended too", lambda models: models),
        Choice("status", "Status", lambda: STATUS.choices, lambda models, status: models.filter(status=status)),
        Choice("compound", "Compound", _compounds, lambda models, pk: models.filter(compound=pk)),
        Choice("keeper", "Keeper", _keepers, lambda models, pk: models.filter(keeper=pk)),
        Choice("mechanism", "Mechanism", _mechanisms, lambda models, pk: models.filter(hypotheses__mechanism=pk)),
        search=matching,
    )


def matching(models: QuerySet[ResistanceModel], words: str) -> QuerySet[ResistanceModel]:
    """By code, by a part of the name or of the drug, or by any name of its line or of the subline it became."""
    lines = lines_matching(CellLine.objects.all(), words).values("pk")
    of_line = Q(parental_line__in=lines) | Q(resulting_line__in=lines)
    return models.filter(
        Q(code=tidy_code(words)) | Q(name__icontains=words) | Q(compound__name__icontains=words) | of_line
    )


def shown_models(request: HttpRequest, filters: Filters) -> QuerySet[ResistanceModel]:
    """What is over is left out unless it is asked for."""
    models = ResistanceModel.objects.select_related("compound", "parental_line", "keeper")
    return filters.apply(models if _asks_for_ended(request) else models.exclude(status__in=OVER))


def cards_of(request: HttpRequest, models: Sequence[ResistanceModel], at: datetime) -> list[Card]:
    """A card for each ladder, the models in their order."""
    ladders = Ladder.objects.filter(model__in=models).select_related("rung__plan", "branched_from").order_by("name")
    if not _asks_for_ended(request):
        ladders = ladders.exclude(state__in=Ladder.ENDED)
    by_model = {model.pk: model for model in models}
    found = list(ladders)
    for ladder in found:
        ladder.model = by_model[ladder.model_id]
    views = views_of(found, at)
    verdicts = {pk: view.readiness.verdict for pk, view in views.items() if view.readiness}
    drawings = drawings_of(found, at, verdicts)
    of_model: dict[int, list[Card]] = {pk: [] for pk in by_model}
    for ladder in found:
        of_model[ladder.model_id].append(Card(ladder.model, views[ladder.pk], drawings[ladder.pk]))
    return [card for model in models for card in of_model[model.pk] or [Card(model, None)]]


def tally(cards: Iterable[Card]) -> list[tuple[int, Sign]]:
    """How many of each kind, the most frequent first."""
    return [(number, sign) for sign, number in Counter(card.sign for card in cards).most_common()]


def _asks_for_ended(request: HttpRequest) -> bool:
    return request.GET.get("ended") == "1" or request.GET.get("status") in OVER


def _compounds() -> Iterable[tuple[int, str]]:
    used = Compound.objects.filter(pk__in=ResistanceModel.objects.values("compound"))
    return used.order_by("name").values_list("pk", "name")


def _keepers() -> Iterable[tuple[int, str]]:
    people = User.objects.filter(pk__in=ResistanceModel.objects.values("keeper")).by_name()
    return [(person.pk, f"{person} ({person.initials})") for person in people]


def _mechanisms() -> Iterable[tuple[int, str]]:
    used = Mechanism.objects.filter(pk__in=Hypothesis.objects.values("mechanism"))
    return used.order_by("name").values_list("pk", "name")
