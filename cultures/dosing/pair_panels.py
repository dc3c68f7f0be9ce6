"""The way from one flask to both arms of its ladder: on the pages of its passage and feed, and on Today."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from cultures.dosing.members import arms_of
from cultures.dosing.models import Ladder
from cultures.dosing.pairs import Pair, matched
from cultures.passaging.models import Culture
from lims.accounts.access import may
from lims.reminders.today import Round
from lims.web.panels import register_panel

BESIDE, TODAY = "cultures/dosing/pairs/panel.html", "cultures/dosing/pairs/today.html"
IN_PAIRS = (Culture.Arm.TREATED, Culture.Arm.VEHICLE)
DEEDS = {"passage_pair": "Passage both", "feed_pair": "Feed both"}


@dataclass(frozen=True)
class WayOn:
    """A pair, and the page that handles both."""

    pair: Pair
    verb: str

    @property
    def words(self) -> str:
        return DEEDS[self.verb]

    @property
    def url(self) -> str:
        ladder, codes = self.pair.ladder, {"treated": self.pair.treated.code, "control": self.pair.control.code}
        return reverse(f"cultures:{self.verb}", args=[ladder.model.code, ladder.name], query=codes)


def pairs_with(cultures: Iterable[Culture]) -> list[Pair]:
    """Each treated flask of an open ladder with its control, and each control with its treated flask; two queries.

    No flask comes twice: of two treated flasks with one control the one that leads has it.
    """
    asked = {culture.pk for culture in cultures if culture.arm in IN_PAIRS}
    if not asked:
        return []
    ladders = Ladder.objects.exclude(state__in=Ladder.ENDED).select_related("rung", "model__compound")
    pairs: list[Pair] = []
    for arms in arms_of(list(ladders.filter(members__culture__in=asked).distinct())).values():
        for one in (*arms.treated, *arms.control):
            taken = {culture for pair in pairs for culture in pair.cultures}
            free = [other for other in (arms.control if one.is_treated else arms.treated) if other.culture not in taken]
            if one.culture.pk in asked and one.culture not in taken and (other := matched(one.culture, free)):
                pairs.append(Pair(arms, one.culture, other) if one.is_treated else Pair(arms, other, one.culture))
    return pairs


def beside(verb: str) -> Any:
    """The panel of a page that handles one flask: its partner, and the page for both."""

    def build(request: HttpRequest, culture: Culture) -> dict[str, Any] | None:
        if culture.arm not in IN_PAIRS or not may(request.user, verb):
            return None
        ways = [WayOn(pair, verb) for pair in pairs_with([culture])]
        return {"culture": culture, "way": ways[0]} if ways else None

    return build


def due_today(request: HttpRequest, round_: Round) -> dict[str, Any] | None:
    """The pairs of which a flask is due today. A passage settles the feed too."""
    jobs = [job for _, jobs in round_.places for job in jobs if isinstance(job.card.get("culture"), Culture)]
    to_passage = {job.card["culture"].pk for job in jobs if "passage_culture" in job.actions}
    ways = []
    for pair in pairs_with(job.card["culture"] for job in jobs):
        verb = "passage_pair" if to_passage & {culture.pk for culture in pair.cultures} else "feed_pair"
        if may(request.user, verb):
            ways.append(WayOn(pair, verb))
    return {"ways": ways} if ways else None


def register() -> None:
    register_panel("passage", template=BESIDE, build=beside("passage_pair"), place=10)
    register_panel("feed", template=BESIDE, build=beside("feed_pair"), place=10)
    register_panel("today", template=TODAY, build=due_today, place=10)
