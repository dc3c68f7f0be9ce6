"""How often the aliquot of a drug stock in use was thawed, and how many aliquots are left."""

from datetime import datetime

from cultures.compounds.models import Lot
from lims.audit.models import Entry


def aliquots_left(stock: Lot) -> int | None:
    """None when nobody wrote down how many were made."""
    return None if stock.aliquots is None else stock.aliquots - stock.aliquots_used


def thaws_in_words(stock: Lot) -> str:
    """2 of 5; 6, 5 allowed; just 2 when nobody set a limit."""
    thaws, most = stock.freeze_thaws, stock.max_freeze_thaws
    if most is None:
        return str(thaws)
    return f"{thaws}, {most} allowed" if stock.is_over_thawed else f"{thaws} of {most}"


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def freeze_thaws_at(stock: Lot, at: datetime) -> int:
    """Of the aliquot in use at that time, which only the ledger remembers; as now, if the ledger is younger."""
    images = Entry.objects.filter(table=Lot._meta.db_table, record=str(stock.pk), at__lte=at).order_by("-pk")
    known = images.values_list("new__freeze_thaws", flat=True).first()
    return stock.freeze_thaws if known is None else known
