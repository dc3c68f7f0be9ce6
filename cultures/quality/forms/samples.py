"""Samples of several flasks at once: which flasks, by which method, and for a run also with which kit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import HttpRequest, QueryDict

from cultures.compounds.models import Lot
from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import CodesField, PickField, offer, spoken
from cultures.passaging.models import Culture
from cultures.quality.methods import METHODS
from cultures.quality.methods.base import Method, Readings
from cultures.quality.models import KitRecord, QCRun
from lims.accounts.access import BENCH
from lims.accounts.models import User
from lims.clock import today
from lims.codes import tidy_code
from lims.web.forms import Proposal

MOST_IN_ADDRESS = 300


def asked_for(request: HttpRequest) -> tuple[list[str], str]:
    """The codes of the flasks that another page sent here, and the family they are due for. Two queries at most.

    due=12:mycoplasma    a row of the board
    codes=C-7K4QX C-…    scanned
    """
    dues = [due.partition(":") for due in request.GET.getlist("due")[:MOST_IN_ADDRESS]]
    ids = [int(pk) for pk, _, _ in dues if pk.isdecimal() and len(pk) < 15]
    by_id = dict(Culture.objects.filter(pk__in=ids).values_list("pk", "code")) if ids else {}
    scanned = " ".join(request.GET.getlist("codes")).replace(",", " ").split()
    codes = [by_id[pk] for pk in ids if pk in by_id] + [tidy_code(word) for word in scanned[:MOST_IN_ADDRESS]]
    asked = {family for _, _, family in dues}
    return list(dict.fromkeys(codes)), asked.pop() if len(asked) == 1 else request.GET.get("family", "")


def people() -> list[tuple[int, str]]:
    found = User.objects.active().filter(role__in=BENCH).by_name()
    return [(person.pk, f"{person} ({person.initials})") for person in found]


def newest_kits() -> list[KitRecord]:
    return list(KitRecord.objects.order_by("name", "-version").distinct("name"))


def kit_lots() -> list[Lot]:
    """Those that can be used today, the opened ones first."""
    found = Lot.objects.filter(kind=Lot.Kind.KIT).usable(today())
    return sorted(found, key=lambda lot: (lot.opened_on is None, lot.product, -lot.pk))


class SamplesForm(EntryForm):
    """`offered` flasks are shown as rows with a box each; more can be scanned below them."""

    method = forms.ChoiceField(label="Method")
    scanned = CodesField(label="Scan more flasks", required=False)
    taken_by = PickField(label="Taken by", required=False)

    def __init__(
        self, *args: Any, methods: Sequence[Method], codes: Sequence[str], by: User, method: str = "", **options: Any
    ) -> None:
        options.setdefault("initial", {"method": method, "taken_by": by.pk})
        super().__init__(*args, **options)
        offer(self, "method", [(one.code, one.title) for one in methods])
        if "taken_by" in self.fields:
            offer(self, "taken_by", people())
        sent = cast(QueryDict, self.data)
        asked = sent.getlist("offered") if self.is_bound else codes
        ticked = sent.getlist("chosen") if self.is_bound else codes
        self._codes = [tidy_code(code) for code in asked]
        self._ticked = {tidy_code(code) for code in ticked}
        self._known: dict[str, Culture] = {}

    def clean_scanned(self) -> list[str]:
        codes: list[str] = self.cleaned_data["scanned"]
        self._codes = list(dict.fromkeys([*self._codes, *codes]))
        self._ticked.update(codes)
        if missing := [code for code in codes if code not in self.by_code]:
            raise forms.ValidationError(f"{spoken(missing[:3])}: no culture bears this code. Scan the flask's label.")
        return codes

    @property
    def by_code(self) -> Mapping[str, Culture]:
        """The flasks that are shown. One query, and one more when others were scanned."""
        if missing := set(self._codes) - set(self._known):
            named = Culture.objects.select_related("line", "vessel", "place")
            found = {one.code: one for one in named.filter(code__in=missing)}
            self._known |= found
            self._codes = [code for code in self._codes if code in self._known or code not in missing or code in found]
        return self._known

    @property
    def rows(self) -> list[tuple[Culture, bool]]:
        """Each flask, and whether it is chosen."""
        known = self.by_code
        return [(known[code], code in self._ticked) for code in self._codes if code in known]

    @property
    def cultures(self) -> list[Culture]:
        return [culture for culture, is_chosen in self.rows if is_chosen]


class RunForm(SamplesForm):
    """A run also has a kit, whose record says the cut-offs, and its lot."""

    kit = PickField(label="Kit", required=False)
    kit_lot = PickField(label="Lot of the kit", required=False)

    def __init__(self, *args: Any, kits: Iterable[KitRecord], lots: Iterable[Lot], **options: Any) -> None:
        super().__init__(*args, proposals=as_last_time(kits, lots), **options)
        del self.fields["taken_by"]
        offer_kits(self, kits, lots)

    def clean(self) -> dict[str, Any]:
        """A method without cut-offs takes no kit record, though one was proposed for another."""
        data = super().clean()
        method = METHODS.get(data.get("method", ""))
        return data | ({} if method is None or method.needs_kit else {"kit": None})


def offer_kits(form: forms.BaseForm, kits: Iterable[KitRecord], lots: Iterable[Lot]) -> None:
    offer(form, "kit", [(kit.pk, f"{kit}: {cut_offs(kit)}") for kit in kits], nothing="no kit record")
    offer(form, "kit_lot", [(lot.pk, f"{lot.product}, lot {lot.number}") for lot in lots], nothing="not stated")


def nothing_chosen(form: Readings) -> Readings:
    """What was seen is said by a person: no word of a list is taken before somebody chose it."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ChoiceField):
            words: Any = field.choices
            offer(form, name, [(value, word) for value, word in words if value != ""], nothing="choose")
    return form


def cut_offs(kit: KitRecord) -> str:
    return f"negative below {kit.negative_below.normalize():f}, positive above {kit.positive_above.normalize():f}"


def as_last_time(kits: Iterable[KitRecord], lots: Iterable[Lot]) -> dict[str, Proposal]:
    """The kit and the lot of the last run, while both can be used. One query."""
    last = QCRun.objects.exclude(kit=None).select_related("kit").order_by("-started_at", "-pk").first()
    names = {kit.name: kit.pk for kit in kits}
    if last is None or last.kit is None:
        return {"kit": Proposal(next(iter(names.values())), "the only one")} if len(names) == 1 else {}
    found = {}
    if pk := names.get(last.kit.name):
        found["kit"] = Proposal(pk, f"as in run {last.pk}")
    if last.kit_lot_id in {lot.pk for lot in lots}:
        found["kit_lot"] = Proposal(last.kit_lot_id, f"as in run {last.pk}")
    return found
