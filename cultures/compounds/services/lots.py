"""A lot from the day it arrives to its last drop."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cultures.compounds.errors import LotExpired, LotRegisteredAlready, NotADrugStock, WrongDay, day
from cultures.compounds.models import Lot
from cultures.compounds.services.entries import text_of
from cultures.compounds.services.stocks import STOCK_FACTS, check_aliquots, check_stock
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import today
from lims.codes import new_codes
from lims.errors import DomainError

LOT_TEXTS = {"product": 80, "maker": 60, "catalogue_number": 40, "number": 40, "vehicle": 40}
WORDS = {"number": "lot number", "catalogue_number": "catalogue number"}
CORRECTABLE = {"maker", "catalogue_number", "expires_on"}
FARTHEST_EXPIRY = timedelta(days=20 * 365)


def register_lot(
    *,
    kind: str,
    product: str,
    number: str,
    expires_on: date,
    received_on: date | None = None,
    opened_on: date | None = None,
    by: User,
    **rest: Any,
) -> Lot:
    """Register a lot as it stands on the bottle. Raises LotRegisteredAlready, WrongDay, or what check_stock raises.

    opened_on   when it is put in use at once
    rest        maker, catalogue_number; of a drug stock also compound_id, salt_form_id, concentration,
                concentration_unit, vehicle, made_on, aliquots, max_freeze_thaws
    """
    lot = Lot(
        kind=Lot.Kind(kind),
        product=product,
        number=number,
        expires_on=expires_on,
        received_on=received_on or today(),
        **rest,
    )
    for name, longest in LOT_TEXTS.items():
        required = name in ("product", "number")
        setattr(lot, name, text_of(getattr(lot, name), WORDS.get(name, name), longest, name, required=required))
    if lot.received_on > today():
        raise WrongDay("The lot cannot arrive in the future. Check the day it was received.", field="received_on")
    if not lot.received_on - FARTHEST_EXPIRY < lot.expires_on < lot.received_on + FARTHEST_EXPIRY:
        raise WrongDay("The expiry is more than twenty years from its receipt. Check the year.", field="expires_on")
    check_stock(lot)

    def taken() -> DomainError | None:
        same = Lot.objects.filter(kind=lot.kind, product__iexact=lot.product, number__iexact=lot.number).first()
        return LotRegisteredAlready(same) if same else None

    with acting(by, "register_lot"):
        if refusal := taken():
            raise refusal
        lot.code = new_codes("L")[0]
        with refused_if_taken(taken):
            lot.save(force_insert=True)
        return open_lot(lot_id=lot.pk, on=opened_on, by=by) if opened_on else lot


def open_lot(*, lot_id: int, on: date | None = None, by: User) -> Lot:
    """Put a lot in use; from now on it is proposed. Raises LotExpired, LotFinished or WrongDay."""
    on = on or today()
    with acting(by, "open_lot"):
        lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
        if lot.opened_on is not None:
            return lot
        if lot.is_expired(on):
            raise LotExpired(lot)
        if not lot.received_on <= on <= today():
            raise WrongDay(f"A lot is opened between its receipt ({day(lot.received_on)}) and today.", field="on")
        lot.opened_on = on
        lot.save(update_fields=["opened_on"])
        return lot


def finish_lot(*, lot_id: int, on: date | None = None, by: User) -> Lot:
    """Used up or thrown away: it is proposed no more. An unopened lot counts as opened on that day."""
    on = on or today()
    with acting(by, "finish_lot"):
        lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
        if lot.finished_on is not None:
            return lot
        if not (lot.opened_on or lot.received_on) <= on <= today():
            since = day(lot.opened_on or lot.received_on)
            raise WrongDay(f"A lot is finished between its opening ({since}) and today.", field="on")
        lot.opened_on, lot.finished_on = lot.opened_on or on, on
        lot.save(update_fields=["opened_on", "finished_on"])
        return lot


def correct_lot(*, lot_id: int, changes: Mapping[str, Any], reason: str, by: User) -> Lot:
    """Put right what was misread or miscounted. The ledger keeps the old.

    changes   maker, catalogue_number, expires_on; of a drug stock also STOCK_FACTS, such as a thaw tapped by mistake
    """
    if unknown := sorted(set(changes) - CORRECTABLE - set(STOCK_FACTS)):
        raise DomainError(f"{', '.join(unknown)} of a lot cannot be corrected. Finish it and register the right one.")
    reason = text_of(reason, "reason", 300, "reason", required=True)
    with acting(by, "correct_lot", reason=reason):
        lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
        if lot.kind != Lot.Kind.DRUG_STOCK and not CORRECTABLE.issuperset(changes):
            raise NotADrugStock
        for name, value in changes.items():
            setattr(
                lot, name, text_of(value, WORDS.get(name, name), LOT_TEXTS[name], name) if name in LOT_TEXTS else value
            )
        check_aliquots(lot)
        lot.save(update_fields=list(changes))
        return lot
