"""What the laboratory says of its kits, and methods it defines for itself."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from cultures.compounds.errors import LotExpired
from cultures.compounds.models import Lot
from cultures.passaging.errors import LotFinished, LotNotReceived, LotOfWrongKind, NotThere
from cultures.passaging.services.checking import number, one_of, whole_number
from cultures.quality.errors.policies import MethodInPolicy
from cultures.quality.errors.samples import (
    KitChangedMeanwhile,
    KitNameTaken,
    KitUnchanged,
    MethodNameTaken,
    MethodRetired,
    UnknownMethod,
)
from cultures.quality.methods import METHODS
from cultures.quality.models import KitRecord, LabMethod, PolicyRule, QCPolicy
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now, today
from lims.tabular.text import BadText, clean_text

CUT_OFFS = {
    "negative_below": "Negative below",
    "positive_above": "Positive above",
    "positive_control_above": "Positive control above",
    "negative_control_below": "Negative control below",
}
MOST_RATIO, MOST_LIGHT = Decimal("999.999"), 2_000_000_000
MOST_LIMIT = Decimal("99999999999")


def register_kit(
    *,
    name: str,
    negative_below: Decimal,
    positive_above: Decimal,
    positive_control_above: Decimal,
    negative_control_below: Decimal,
    least_reading_a: int = 0,
    reason: str = "",
    by: User | str,
) -> KitRecord:
    """The first version of a kit's record: the cut-offs of its insert, or the laboratory's own."""
    name = _named(name, "The name of the kit", "name")
    said = _cut_offs(
        {
            "negative_below": negative_below,
            "positive_above": positive_above,
            "positive_control_above": positive_control_above,
            "negative_control_below": negative_control_below,
            "least_reading_a": least_reading_a,
        }
    )
    reason = clean_text(reason, "The reason", max_length=300)
    with acting(by, "register_kit", reason=reason):

        def taken() -> KitNameTaken | None:
            held = KitRecord.objects.filter(name__iexact=name).first()
            return KitNameTaken(held) if held else None

        if refusal := taken():
            raise refusal
        with refused_if_taken(taken):
            return KitRecord.objects.create(name=name, version=1, reason=reason, by=_person(by), **said)


def revise_kit(*, kit_id: int, changes: dict[str, Any], reason: str, by: User) -> KitRecord:
    """A next version, from the one that was looked at. Results keep the version they were judged by."""
    reason = _said(reason, "Write why its cut-offs change.")
    if unknown := set(changes) - {*CUT_OFFS, "least_reading_a"}:
        raise NotThere("cut-off", sorted(unknown)[0])
    with acting(by, "revise_kit", reason=reason):
        seen = kit_of(kit_id)
        newest = KitRecord.objects.select_for_update(of=("self",)).filter(name=seen.name).order_by("-version")[0]
        if newest.pk != seen.pk:
            raise KitChangedMeanwhile(newest)
        before = {name: getattr(seen, name) for name in (*CUT_OFFS, "least_reading_a")}
        said = _cut_offs(before | changes)
        if said == before:
            raise KitUnchanged
        return KitRecord.objects.create(name=seen.name, version=seen.version + 1, reason=reason, by=by, **said)


def register_standard_kits(*, by: User | str) -> list[KitRecord]:
    """What a new laboratory starts with: the cut-offs of the MycoAlert insert."""
    return [
        register_kit(
            name="MycoAlert",
            negative_below=Decimal("0.9"),
            positive_above=Decimal("1.2"),
            positive_control_above=Decimal("1.2"),
            negative_control_below=Decimal("0.9"),
            reason="cut-offs of the maker's insert; set the least reading A for your luminometer",
            by=by,
        )
    ]


def kit_of(pk: int) -> KitRecord:
    if found := KitRecord.objects.select_related("by").filter(pk=pk).first():
        return found
    raise NotThere("kit record", "kit")


def kit_lot_in_use(pk: int, at: datetime) -> Lot:
    """The lot of a kit, when it could be used on that day."""
    lot, on = Lot.objects.filter(pk=pk).first(), today(at)
    if lot is None:
        raise NotThere("lot", "kit_lot")
    if lot.kind != Lot.Kind.KIT:
        raise LotOfWrongKind(lot, "kit")
    if on > lot.expires_on:
        raise LotExpired(lot)
    if lot.finished_on and on > lot.finished_on:
        raise LotFinished(lot)
    if on < lot.received_on:
        raise LotNotReceived(lot)
    return lot


# --- methods of the laboratory ----------------------------------------------------------------------------------------


def define_method(
    *,
    title: str,
    kind: str,
    unit: str = "",
    passes_from: Decimal | None = None,
    passes_to: Decimal | None = None,
    on_fail: str = LabMethod.OnFail.FLAG,
    by: User,
) -> LabMethod:
    """A method without code: pass or fail, or a number with limits. Its code is made of its title."""
    title = _named(title, "The title", "title")
    code = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:24].strip("_")
    if not code:
        raise BadText("Write the title with letters or digits.", field="title")
    families = {method.family for method in METHODS.values()}
    built_in = {method.title.lower() for method in METHODS.values()}
    if code in families | set(METHODS) or title.lower() in built_in:
        raise MethodNameTaken(title)
    with acting(by, "define_method"):

        def taken() -> MethodNameTaken | None:
            same = LabMethod.objects.filter(code=code) | LabMethod.objects.filter(title__iexact=title)
            return MethodNameTaken(title) if same.exists() else None

        if refusal := taken():
            raise refusal
        with refused_if_taken(taken):
            return LabMethod.objects.create(
                code=code,
                title=title,
                kind=one_of(kind, LabMethod.Kind, "kind of method", field="kind"),
                unit=clean_text(unit, "The unit", max_length=16),
                passes_from=_limit(passes_from, "The lower limit", "passes_from"),
                passes_to=_limit(passes_to, "The upper limit", "passes_to"),
                on_fail=one_of(on_fail, LabMethod.OnFail, "consequence", field="on_fail"),
                by=by,
            )


def retire_method(*, code: str, by: User) -> LabMethod:
    """No new samples by it; those there are keep their results, and may still get them."""
    with acting(by, "retire_method"):
        row = LabMethod.objects.select_for_update(of=("self",)).filter(code=code).first()
        if row is None:
            raise UnknownMethod(code)
        if row.retired_at:
            raise MethodRetired(row.title, row.retired_at)
        if asked := PolicyRule.objects.filter(policy=QCPolicy.current(), method=code).count():
            raise MethodInPolicy(row.title, asked)
        row.retired_at = now()
        row.save(update_fields=["retired_at"])
        return row


def _cut_offs(said: dict[str, Any]) -> dict[str, Any]:
    tidy: dict[str, Any] = {
        name: number(said[name], label, field=name, least=None, above=0, most=MOST_RATIO, places=3, exact=True)
        for name, label in CUT_OFFS.items()
    }
    if tidy["positive_above"] < tidy["negative_below"]:
        raise BadText("The positive cut-off is not below the negative one. Correct them.", field="positive_above")
    tidy["least_reading_a"] = whole_number(
        said["least_reading_a"], "The least reading A", field="least_reading_a", most=MOST_LIGHT
    )
    return tidy


def _limit(value: Decimal | None, what: str, field: str) -> Decimal | None:
    if value is None:
        return None
    below_zero = Decimal(value) < 0 if Decimal(value).is_finite() else False
    found = number(-value if below_zero else value, what, field=field, most=MOST_LIMIT, places=6, exact=True)
    return -found if below_zero else found


def _named(text: str, what: str, field: str) -> str:
    name = clean_text(text, what, max_length=60)
    if not name:
        raise BadText(f"{what} is missing. Write it.", field=field)
    return name


def _said(reason: str, ask: str) -> str:
    cleaned = clean_text(reason, "The reason", max_length=300)
    if not cleaned:
        raise BadText(ask, field="reason")
    return cleaned


def _person(by: User | str) -> User | None:
    return by if isinstance(by, User) else None
