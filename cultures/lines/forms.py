"""What is asked about a line."""

from typing import Any, ClassVar

from django import forms

from cultures.compounds.models import MediumRecipe
from cultures.lines.facts import FACTS, LARGEST_DENSITY_PER_CM2, LARGEST_PASSAGE_LIMIT, TEXTS
from cultures.lines.models import CellLine
from lims.web.entry import SteppedForm, Steps
from lims.web.fields import CleanCharField, DurationField, NoteField, WholeNumberField, field_of
from lims.web.forms import NumberField, Proposal

LEVELS = [(1, "1"), (2, "2"), (3, "3"), (4, "4")]
NAME_HELP = "Capitals, blanks and dashes make no difference: SKBR3 is SK-BR-3"


def text(fact: str, **options: Any) -> CleanCharField:
    return CleanCharField(max_length=TEXTS[fact], required=False, **options)


def ratio(label: str) -> NumberField:
    return NumberField(label=label, least=1, most=1000, places=1, required=False)


def density(label: str) -> WholeNumberField:
    return WholeNumberField(label=label, unit="cells/cm²", least=1, most=LARGEST_DENSITY_PER_CM2, required=False)


class FactsForm(SteppedForm):
    """The facts of a line, as registered, derived and edited."""

    FACT_STEPS = (
        ("Identity", ("rrid", "species", "tissue", "disease", "subtype")),
        ("Where from", ("source", "catalogue_number", "lot_number", "biosafety_level")),
        ("In culture", ("growth_mode", "default_medium", "split_ratio_min", "split_ratio_max")),
        ("Seeding", ("seeding_density_min_per_cm2", "seeding_density_max_per_cm2")),
        ("Times", ("reference_doubling_time", "passage_interval", "feed_interval", "passage_limit")),
    )

    rrid = CleanCharField(
        label="RRID",
        max_length=40,
        required=False,
        help_text="The Cellosaurus accession: CVCL_0033. A line made here has none",
    )
    species = text("species", initial="Homo sapiens")
    tissue = text("tissue", help_text="Such as breast")
    disease = text("disease", help_text="Such as invasive ductal carcinoma")
    subtype = text("subtype", help_text="Such as luminal B, HER2 positive")
    source = text("source", help_text="Who it came from: a repository, a lab")
    catalogue_number = text("catalogue_number", help_text="Such as HTB-20")
    lot_number = text("lot_number", help_text="Of the vial it began with")
    biosafety_level = forms.TypedChoiceField(choices=LEVELS, coerce=int, initial=1)
    growth_mode = forms.ChoiceField(choices=CellLine.GrowthMode, initial=CellLine.GrowthMode.ADHERENT)
    default_medium = forms.ModelChoiceField(
        MediumRecipe.objects.none(), required=False, empty_label="none yet", help_text="Proposed when a culture arrives"
    )
    split_ratio_min = ratio("Smallest split, 1 to")
    split_ratio_max = ratio("Largest split, 1 to")
    seeding_density_min_per_cm2 = density("At least")
    seeding_density_max_per_cm2 = density("At most")
    reference_doubling_time = DurationField(required=False, help_text="Of healthy cells of this line: 47 h")
    passage_interval = DurationField(
        required=False, help_text="Longest time in one vessel: 7 d. A reminder falls due then; empty means none"
    )
    feed_interval = DurationField(
        label="Feed interval", required=False, help_text="Longest time between medium changes: 3 d. Empty: the lab's"
    )
    passage_limit = WholeNumberField(
        unit="passages", least=1, most=LARGEST_PASSAGE_LIMIT, required=False, help_text="Since thaw. Empty: the lab's"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field_of(self, "default_medium", forms.ModelChoiceField).queryset = MediumRecipe.objects.filter(
            retired_at=None
        ).order_by("name", "-version")

    def command(self) -> dict[str, Any]:
        values = super().command()
        medium = values.pop("default_medium")
        return values | {"default_medium_id": medium.pk if medium else None}


class SublineForm(FactsForm):
    """A line derived from another: what it inherits is proposed."""

    STEPS: ClassVar[Steps] = (("Names", ("name", "synonyms")), *FactsForm.FACT_STEPS)

    name = CleanCharField(max_length=60, help_text=NAME_HELP)
    synonyms = NoteField(required=False, max_length=1000, help_text="Other names it goes by, one a line")

    def clean_synonyms(self) -> list[str]:
        return _lines_of(self.cleaned_data["synonyms"])


class LineForm(SublineForm):
    """A line that is new to the lab."""

    STEPS = (*SublineForm.STEPS, ("Known of its genes", ("features",)))

    features = NoteField(
        required=False,
        max_length=2000,
        help_text="Gene and state, one a line: HER2 amplified; PIK3CA H1047R; PIK3CA wild type",
    )

    def clean_features(self) -> list[tuple[str, str]]:
        pairs = [line.partition(" ") for line in _lines_of(self.cleaned_data["features"])]
        if bare := next((gene for gene, _, state in pairs if not state), None):
            raise forms.ValidationError(f"Write what is known of {bare} after it, such as {bare} wild type.")
        return [(gene, state) for gene, _, state in pairs]


def _lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


class EditForm(FactsForm):
    STEPS = (*FactsForm.FACT_STEPS, ("Descent", ("parent",)), ("Why", ("reason",)))

    parent = forms.ModelChoiceField(
        CellLine.objects.none(), label="Derived from", required=False, empty_label="nothing: a parental line"
    )
    reason = CleanCharField(max_length=300, required=False, help_text="Kept in the history, with the old values")

    def __init__(self, *args: Any, line: CellLine, **options: Any) -> None:
        super().__init__(*args, initial=known_facts(line) | {"parent": line.parent_id}, **options)
        others = CellLine.objects.exclude(pk=line.pk).order_by("name", "pk")
        field_of(self, "parent", forms.ModelChoiceField).queryset = others

    def changes(self) -> dict[str, Any]:
        values = self.command()
        parent = values.pop("parent")
        values.pop("reason")
        return values | {"parent_id": parent.pk if parent else None}


class NameForm(SteppedForm):
    STEPS = (("Name", ("name",)),)

    name = CleanCharField(max_length=60, help_text=NAME_HELP)


class FeatureForm(SteppedForm):
    STEPS = (("What is known", ("gene", "state", "reference")),)

    gene = CleanCharField(max_length=20, help_text="Such as HER2 or PIK3CA")
    state = CleanCharField(max_length=60, help_text="amplified, positive, wild type, or the mutation: H1047R")
    reference = CleanCharField(max_length=120, required=False, help_text="How it is known: a paper, a sequencing run")


def known_facts(line: CellLine) -> dict[str, Any]:
    """The facts of a line by the names of the form's fields."""
    facts = {fact: getattr(line, fact) for fact in FACTS if fact != "default_medium_id"}
    return facts | {"default_medium": line.default_medium_id}


def inherited(parent: CellLine) -> dict[str, Proposal]:
    """What a subline is proposed to have from its parent."""
    facts = known_facts(parent)
    for own in ("rrid", "source", "catalogue_number", "lot_number"):
        facts.pop(own)
    return {name: Proposal(value, f"as {parent.name}") for name, value in facts.items() if value not in (None, "")}
