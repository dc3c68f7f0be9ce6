"""The verbs of the registry of lines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from cultures.lines import facts as line_facts
from cultures.lines.errors import (
    FeatureStatedAlready,
    LineDescendsFromItself,
    LineRetired,
    LineStillGrowing,
    MainNameStays,
    NameKnownAlready,
    NameTaken,
    RridTaken,
)
from cultures.lines.models import CellLine, LineName, MolecularFeature
from cultures.lines.names import clean_name, name_key
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text


def register_line(
    *, name: str, synonyms: Iterable[str] = (), features: Sequence[tuple[str, str]] = (), by: User, **facts: Any
) -> CellLine:
    """Register a parental line. Raises NameTaken or RridTaken, naming the line that has it.

    features   (gene, state): ("HER2", "amplified"), ("PIK3CA", "H1047R")
    facts      fields of CellLine (lines.facts.FACTS), e.g. tissue, default_medium_id, passage_interval
    """
    with acting(by, "register_line"):
        line = _create(CellLine(name=clean_name(name), **line_facts.tidy(facts)), synonyms)
        for gene, state in features:
            _state_feature(line, gene, state)
        return line


def derive_subline(*, parent_id: int, name: str, synonyms: Iterable[str] = (), by: User, **facts: Any) -> CellLine:
    """Register a line derived from another. It inherits what it is not given, and the molecular features."""
    with acting(by, "derive_subline"):
        parent = CellLine.objects.select_for_update().get(pk=parent_id)
        if parent.retired_at:
            raise LineRetired(parent)
        inherited = {fact: getattr(parent, fact) for fact in line_facts.INHERITED}
        line = _create(CellLine(name=clean_name(name), parent=parent, **inherited | line_facts.tidy(facts)), synonyms)
        for feature in parent.features.filter(withdrawn_at=None).order_by("pk"):
            _state_feature(line, feature.gene, feature.state, f"as its parent {parent.name}")
        return line


def edit_line(*, line_id: int, changes: Mapping[str, Any], reason: str = "", by: User) -> CellLine:
    """Change facts of a line (lines.facts.FACTS) or its `parent_id`. The ledger keeps the old ones, with the reason."""
    changes = dict(changes)
    parent = {"parent_id": changes.pop("parent_id")} if "parent_id" in changes else {}
    with acting(by, "edit_line", reason=clean_text(reason, "The reason", max_length=300)):
        if parent:
            _one_descent_at_a_time()
        line = CellLine.objects.select_for_update().get(pk=line_id)
        if parent:
            _check_descent(line, parent["parent_id"])
        changed = {
            name: value for name, value in (line_facts.tidy(changes) | parent).items() if getattr(line, name) != value
        }
        for name, value in changed.items():
            setattr(line, name, value)
        line_facts.check(line)
        with refused_if_taken(lambda: _rrid_taken(line)):
            if changed:
                line.save(update_fields=list(changed))
        return line


def rename_line(*, line_id: int, name: str, by: User) -> CellLine:
    """Give a line another main name; the old one stays as a synonym, so old labels are still found."""
    name = clean_name(name)
    with acting(by, "rename_line"):
        line = CellLine.objects.select_for_update().get(pk=line_id)
        known = line.names.filter(key=name_key(name)).first()
        if known is None:
            _claim_name(line, name)
        elif known.name != name or known.withdrawn_at:
            known.name, known.withdrawn_at = name, None
            known.save(update_fields=["name", "withdrawn_at"])
        line.name = name
        line.save(update_fields=["name"])
        return line


def add_synonym(*, line_id: int, name: str, by: User) -> LineName:
    """Let a line be found under one more name. A withdrawn one is taken up again."""
    name = clean_name(name)
    with acting(by, "add_synonym"):
        line = CellLine.objects.select_for_update().get(pk=line_id)
        known = line.names.filter(key=name_key(name)).first()
        if known is None:
            return _claim_name(line, name)
        if known.withdrawn_at is None:
            raise NameKnownAlready(name, line)
        known.name, known.withdrawn_at = name, None
        known.save(update_fields=["name", "withdrawn_at"])
        return known


def withdraw_synonym(*, name_id: int, by: User) -> LineName:
    """Stop showing a name. It still finds the line, since old flasks may bear it, and no other line can take it."""
    with acting(by, "withdraw_synonym"):
        name = LineName.objects.select_for_update(of=("self",)).select_related("line").get(pk=name_id)
        if name.key == name_key(name.line.name):
            raise MainNameStays(name.line)
        if name.withdrawn_at is None:
            name.withdrawn_at = now()
            name.save(update_fields=["withdrawn_at"])
        return name


def add_feature(*, line_id: int, gene: str, state: str, reference: str = "", by: User) -> MolecularFeature:
    """State something of a gene in a line: HER2 amplified, PIK3CA H1047R."""
    with acting(by, "add_feature"):
        line = CellLine.objects.select_for_update().get(pk=line_id)
        return _state_feature(line, gene, state, reference)


def withdraw_feature(*, feature_id: int, by: User) -> MolecularFeature:
    with acting(by, "withdraw_feature"):
        feature = MolecularFeature.objects.select_for_update().get(pk=feature_id)
        if feature.withdrawn_at is None:
            feature.withdrawn_at = now()
            feature.save(update_fields=["withdrawn_at"])
        return feature


def retire_line(*, line_id: int, by: User) -> CellLine:
    """Take a line out of use. Raises LineStillGrowing while any of its cultures grows."""
    with acting(by, "retire_line"):
        line = CellLine.objects.select_for_update().get(pk=line_id)
        if growing := line.cultures.filter(ended_at=None).count():
            raise LineStillGrowing(line, growing)
        if line.retired_at is None:
            line.retired_at = now()
            line.save(update_fields=["retired_at"])
        return line


# --- steps ------------------------------------------------------------------------------------------------------------
def _create(line: CellLine, synonyms: Iterable[str]) -> CellLine:
    line_facts.check(line)
    with refused_if_taken(lambda: _rrid_taken(line)):
        line.save(force_insert=True)
    claimed = set()
    for name in (line.name, *map(clean_name, synonyms)):
        if (key := name_key(name)) not in claimed:
            claimed.add(key)
            _claim_name(line, name)
    return line


def _claim_name(line: CellLine, name: str) -> LineName:
    key = name_key(name)

    def taken() -> DomainError | None:
        holder = LineName.objects.select_related("line").filter(key=key).first()
        return NameTaken(name, holder.line) if holder else None

    with refused_if_taken(taken):
        return LineName.objects.create(line=line, name=name, key=key)


def _rrid_taken(line: CellLine) -> DomainError | None:
    holder = CellLine.objects.exclude(pk=line.pk).filter(rrid=line.rrid).exclude(rrid="").first()
    return RridTaken(holder) if holder else None


def _state_feature(line: CellLine, gene: str, state: str, reference: str = "") -> MolecularFeature:
    gene, state = clean_text(gene, "The gene", max_length=20), clean_text(state, "The state", max_length=60)
    reference = clean_text(reference, "The reference", max_length=120)
    if not gene or not state:
        raise BadText("Write the gene and what is known of it, such as HER2 and amplified.", field="state")
    stated = line.features.filter(gene__iexact=gene, state__iexact=state, withdrawn_at=None)
    if stated.exists():
        raise FeatureStatedAlready(line, gene, state)
    return MolecularFeature.objects.create(line=line, gene=gene, state=state, reference=reference)


def _one_descent_at_a_time() -> None:
    """Two crossing changes could close a circle, so the second waits, before it locks anything else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('descent of lines'))")


def _check_descent(line: CellLine, parent_id: int | None) -> None:
    """Raises LineDescendsFromItself when the line is found among its own ancestors."""
    if parent_id is None:
        return
    parent = CellLine.objects.get(pk=parent_id)
    ancestor: CellLine | None = parent
    while ancestor is not None:
        if ancestor.pk == line.pk:
            raise LineDescendsFromItself(line, parent)
        ancestor = ancestor.parent
