"""What ladders take on their way: medium and drug, by how they are fed now, and lots that expire before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from django.db.models import F, Prefetch

from cultures.compounds.models import Lot
from cultures.dosing.members import Arms
from cultures.dosing.models import Ladder
from cultures.passaging.models import DrugInMedium, Feed, FeedLot
from cultures.science.concentration import Concentration, MolarMassNeeded
from cultures.science.forecast import needs
from lims.lab.models import LabSettings

DAY = timedelta(days=1)


@dataclass(frozen=True)
class StillNeeded:
    """From now to a day, all living flasks of both arms as they are fed now. expiring: lots in use that end before."""

    until: date
    medium_ml: Decimal
    stock_ul: Decimal
    stock: Lot
    expiring: list[Lot]


@dataclass
class Supplies:
    """What one ladder is fed at each change of medium."""

    stock: Lot
    strength: Decimal  # of the stock, nM or µg/mL
    days_between_changes: float
    treated_ml: Decimal
    control_ml: Decimal
    lots: list[Lot] = field(default_factory=list)

    def until(self, day: date, doses: Sequence[tuple[Decimal, float]], on: date) -> StillNeeded:
        """doses   (dose, days) of each rung from now on"""
        treated = needs(self.treated_ml, self.days_between_changes, doses, self.strength)
        control_ml = sum((rung.changes for rung in treated.rungs), 0) * self.control_ml
        expiring = [lot for lot in self.lots if on <= lot.expires_on < day]
        stock_ul = treated.stock_ul.quantize(Decimal("0.1"), ROUND_CEILING)
        return StillNeeded(day, treated.medium_ml + control_ml, stock_ul, self.stock, expiring)


def supplies_of(arms: Sequence[Arms]) -> dict[int, Supplies]:
    """By ladder, where a treated flask lives and a stock has been used. Four queries."""
    usual = LabSettings.current().feed_interval
    fed = _newest_media([member.culture.pk for one in arms for member in (*one.treated, *one.control)])
    stocks = _stocks([one.ladder for one in arms])
    found = {}
    for one in arms:
        treated = [fed[member.culture.pk] for member in one.treated if member.culture.pk in fed]
        control = [fed[member.culture.pk] for member in one.control if member.culture.pk in fed]
        compound = one.ladder.model.compound
        stock = stocks.get(one.ladder.pk)
        strength = _strength(stock) if stock else None
        if not one.lead or not treated or not stock or not strength:
            continue
        every = one.lead.culture.line.feed_interval or usual
        found[one.ladder.pk] = Supplies(
            stock,
            strength,
            min(every, compound.redose_interval or every) / DAY,
            sum((feed.volume_ml for feed in treated), Decimal(0)),
            Decimal(0) if one.borrows_control else sum((feed.volume_ml for feed in control), Decimal(0)),
            _lots([*treated, *control]),
        )
    return found


def _newest_media(culture_ids: Sequence[int]) -> dict[int, Feed]:
    """By culture: the medium it is in, with its drugs and lots."""
    drugs = DrugInMedium.objects.select_related("stock")
    feeds = Feed.objects.standing().filter(culture__in=culture_ids).order_by("culture", "-at", "-pk")
    newest = feeds.distinct("culture").prefetch_related(
        Prefetch("drugs", drugs), Prefetch("lots", FeedLot.objects.select_related("lot"))
    )
    return {feed.culture_id: feed for feed in newest}


def _stocks(ladders: Sequence[Ladder]) -> dict[int, Lot]:
    """By ladder: the stock of its rising drug that was used last, before a holiday perhaps."""
    of = "feed__culture__dosing__ladder_id"
    used = DrugInMedium.objects.filter(
        feed__withdrawn_at=None,
        stock__isnull=False,
        compound=F("feed__culture__dosing__ladder__model__compound"),
        feed__culture__dosing__ladder__in=ladders,
    )
    newest = used.order_by(of, "-feed__at", "-pk").distinct(of).select_related("stock__compound", "stock__salt_form")
    return {drug.ladder: drug.stock for drug in newest.annotate(ladder=F(of)) if drug.stock}


def _strength(stock: Lot) -> Decimal | None:
    """Its concentration in its compound's unit; None when that takes a molar mass nobody has registered."""
    if not stock.compound or stock.concentration is None:
        return None
    written = Concentration.written(stock.concentration, stock.concentration_unit)
    try:
        return written.canonical(stock.compound.kind, stock.molar_mass)
    except MolarMassNeeded:
        return None


def _lots(feeds: Sequence[Feed]) -> list[Lot]:
    """All that is in the media of both arms, what expires first first."""
    lots = {one.lot for feed in feeds for one in feed.lots.all()}
    lots |= {drug.stock for feed in feeds for drug in feed.drugs.all() if drug.stock}
    return sorted(lots, key=lambda lot: (lot.expires_on, lot.pk))
