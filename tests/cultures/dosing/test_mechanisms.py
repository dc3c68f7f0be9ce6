"""The vocabulary of mechanisms, and what is held of them in a model: nothing is lost when somebody thinks anew."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cultures.dosing.errors.mechanisms import (
    BeforeItsProposal,
    HypothesisNotedAlready,
    MechanismNameTaken,
    MechanismRetired,
    StatedAlready,
    StatedWithoutGrounds,
)
from cultures.dosing.mechanism_selectors import in_full, mechanisms_matching, models_by_mechanism, note_of
from cultures.dosing.models import Hypothesis, HypothesisEvidence, Mechanism, ResistanceModel
from cultures.dosing.services import mechanisms as services
from cultures.dosing.vocabulary import STANDARD_MECHANISMS, are_one
from cultures.passaging.errors import InTheFuture, NotAChoice
from lims.audit.models import Entry
from lims.clock import now
from lims.codes import new_codes
from lims.tabular.text import BadText
from tests.lab import DAY, FRIDAY, another_technician, compound, line, manager, nothing_written, technician

pytestmark = pytest.mark.django_db
WORDS = [name for names in STANDARD_MECHANISMS.values() for name in names]
DOI = "10.18632/oncotarget.19461"


def model(name: str = "BT474-RES", drug: str = "trastuzumab") -> ResistanceModel:
    known = ResistanceModel.objects.filter(name=name).first()
    return known or ResistanceModel.objects.create(
        code=new_codes("M")[0],
        name=name,
        parental_line=line("BT474"),
        compound=compound(drug),
        keeper=technician(),
    )


def mechanism(name: str = "p95HER2", group: str = "HER2 itself") -> Mechanism:
    known = Mechanism.objects.filter(name=name).first()
    return known or services.register_mechanism(name=name, group=group, by=manager())


def proposed(word: str = "p95HER2", of: str = "BT474-RES", status: str = "suspected", **said: object) -> Hypothesis:
    said = {"note": "seen before in this line", "at": FRIDAY, "by": technician(), **said}
    return services.propose_hypothesis(
        model_id=model(of).pk,
        mechanism_id=mechanism(word).pk,
        status=status,
        **said,  # type: ignore[arg-type]  # what each test says of its own
    )


def stated(hypothesis: Hypothesis, status: str, note: str = "", **said: object):
    said = {"at": FRIDAY + DAY, "by": technician(), **said}
    return services.state_hypothesis(hypothesis_id=hypothesis.pk, status=status, note=note, **said)


def evidence(hypothesis: Hypothesis, text: str = "95 kDa band", **said: object) -> HypothesisEvidence:
    said = {"kind": "assay", "at": FRIDAY + DAY, "by": technician(), **said}
    return services.add_evidence(hypothesis_id=hypothesis.pk, text=text, **said)


def note(hypothesis: Hypothesis):
    return note_of(in_full(Hypothesis.objects.filter(pk=hypothesis.pk)).get())


# --- the vocabulary ---------------------------------------------------------------------------------------------------
def test_the_vocabulary_starts_with_the_words_of_the_reviews():
    services.register_standard_mechanisms(by=manager())
    assert set(WORDS) <= set(Mechanism.objects.values_list("name", flat=True))
    for words in ("ADCC", "EPOR", "β2-adrenergic", "HER2Δ16", "p95HER2", "NF1", "t-Darpp", "FOXO3a", "cyclin E"):
        assert mechanisms_matching(words), words


def test_filling_the_vocabulary_twice_changes_nothing_more():
    services.register_standard_mechanisms(by=manager())
    with nothing_written():
        assert services.register_standard_mechanisms(by=manager()) == []


def test_filling_the_vocabulary_brings_no_retired_word_back():
    services.register_standard_mechanisms(by=manager())
    services.retire_mechanism(mechanism_id=mechanism("HSP90").pk, by=manager())
    services.register_standard_mechanisms(by=manager())
    assert mechanism("HSP90").retired_at


def test_no_two_of_the_first_words_are_one():
    clashes = [(one, other) for one in WORDS for other in WORDS if one != other and are_one(one, other)]
    assert clashes == []


def test_a_new_lab_begins_with_the_words_and_keeps_its_own_afterwards():
    call_command("first_words")
    assert set(WORDS) <= set(Mechanism.objects.values_list("name", flat=True))
    assert {entry.actor for entry in Entry.objects.filter(table="cultures_mechanism")} == {"system:first_words"}
    services.retire_mechanism(mechanism_id=Mechanism.objects.get(name="HSP90").pk, by=manager())
    call_command("first_words")
    assert Mechanism.objects.count() == len(WORDS)


@pytest.mark.parametrize("name", ["P95-HER2", "p95 HER2", "p95HER2 (CTF611)"])
def test_one_mechanism_has_one_word_however_it_is_written(name: str):
    mechanism("p95HER2")
    with pytest.raises(MechanismNameTaken, match=r"in the vocabulary already.* under HER2 itself"), nothing_written():
        services.register_mechanism(name=name, group="HER2 itself", by=manager())


def test_a_word_is_refused_under_its_other_name_with_the_way_to_it():
    held = mechanism("p27 (CDKN1B)", "Apoptosis and cell cycle")
    with pytest.raises(MechanismNameTaken, match=r"already, as p27 \(CDKN1B\)") as refused:
        services.register_mechanism(name="CDKN1B", group="Ours", by=manager())
    assert refused.value.ways == (("Open p27 (CDKN1B)", f"/mechanisms/{held.pk}/"),)


def test_a_group_is_spelled_one_way():
    mechanism("p95HER2", "HER2 itself")
    made = services.register_mechanism(name="HER2 L755S", group="her2  ITSELF", by=manager())
    assert made.group == "HER2 itself"


def test_a_retired_word_is_taken_up_again():
    services.retire_mechanism(mechanism_id=mechanism("HER4 loss", "Other receptors").pk, by=manager())
    again = services.register_mechanism(name="HER4 loss", group="HER family", by=manager())
    assert (again.retired_at, again.group) == (None, "HER family")


@pytest.mark.parametrize(("name", "group"), [("", "HER2"), ("()", "HER2"), ("ПТЕН", "HER2"), ("PTEN", " ")])
def test_a_word_and_its_group_can_be_searched_for(name: str, group: str):
    with pytest.raises(BadText, match="at least one Latin letter or digit"), nothing_written():
        services.register_mechanism(name=name, group=group, by=manager())


def test_retiring_a_word_twice_keeps_the_first_day():
    word = mechanism("HER4 loss", "Other receptors")
    first = services.retire_mechanism(mechanism_id=word.pk, by=manager()).retired_at
    assert services.retire_mechanism(mechanism_id=word.pk, by=manager()).retired_at == first


# --- hypotheses -------------------------------------------------------------------------------------------------------
def test_a_hypothesis_is_suspected_until_somebody_says_more():
    read = note(proposed())
    assert (read.now.status, read.now.note, read.now.by, read.earlier) == (
        "suspected", "seen before in this line", technician(), [],
    )  # fmt: skip


def test_a_mechanism_is_noted_once_for_a_model_and_the_refusal_shows_the_way():
    held = proposed()
    with pytest.raises(HypothesisNotedAlready, match="p95HER2 is noted for BT474-RES already") as refused:
        proposed(by=another_technician())
    assert refused.value.ways == (("Open p95HER2", f"/models/{held.model.code}/hypotheses/{held.pk}/"),)
    assert Hypothesis.objects.filter(model=held.model).count() == 1


def test_another_model_may_bear_the_same_mechanism():
    assert proposed().mechanism == proposed(of="SKBR3-T").mechanism


def test_a_retired_mechanism_is_not_proposed():
    services.retire_mechanism(mechanism_id=mechanism("HSP90").pk, by=manager())
    with pytest.raises(MechanismRetired, match="HSP90 is retired"):
        proposed("HSP90")


def test_a_change_of_mind_keeps_what_was_held_before():
    hypothesis = proposed()
    stated(hypothesis, "supported", "95 kDa band in three lysates")
    stated(hypothesis, "refuted", "the band was actin", by=another_technician(), at=FRIDAY + 2 * DAY)
    read = note(hypothesis)
    assert [one.status for one in read.statements] == ["refuted", "supported", "suspected"]
    assert (read.now.note, read.now.by) == ("the band was actin", another_technician())


def test_what_is_held_now_is_the_newest_by_its_time_whatever_the_order_of_entry():
    hypothesis = proposed()
    stated(hypothesis, "refuted", "no band", at=FRIDAY + 5 * DAY)
    stated(hypothesis, "supported", "a band, entered late", at=FRIDAY + 2 * DAY)
    assert note(hypothesis).now.status == "refuted"
    assert list(models_by_mechanism("p95HER2", "refuted")) == [hypothesis.model]


def test_stating_what_is_held_already_is_refused():
    hypothesis = proposed()
    with pytest.raises(StatedAlready, match="It is suspected with this note since 27 Feb 2026"), nothing_written():
        stated(hypothesis, "suspected", "seen before in this line")


@pytest.mark.parametrize("status", ["supported", "refuted"])
def test_supported_and_refuted_need_their_grounds(status: str):
    hypothesis, _ = proposed(), mechanism("HSP90")
    with pytest.raises(StatedWithoutGrounds, match=f"Nothing says why it is {status}"), nothing_written():
        stated(hypothesis, status)
    with pytest.raises(StatedWithoutGrounds), nothing_written():
        proposed("HSP90", status=status, note="")


def test_evidence_is_grounds_only_in_the_way_it_speaks():
    hypothesis = proposed()
    evidence(hypothesis, speaks_for=False)
    with pytest.raises(StatedWithoutGrounds, match="evidence that speaks for it"):
        stated(hypothesis, "supported")
    assert stated(hypothesis, "refuted").status == "refuted"


def test_withdrawn_evidence_is_no_grounds():
    hypothesis = proposed()
    said = evidence(hypothesis)
    services.withdraw_evidence(evidence_id=said.pk, reason="wrong lane", by=technician())
    with pytest.raises(StatedWithoutGrounds):
        stated(hypothesis, "supported")


def test_a_status_we_do_not_know_is_refused():
    with pytest.raises(NotAChoice, match="Choose one of: suspected, supported, refuted"):
        stated(proposed(), "likely")


def test_nothing_is_stated_before_the_proposal_or_in_the_future():
    hypothesis = proposed()
    with pytest.raises(BeforeItsProposal, match="was proposed on 27 Feb 2026"):
        stated(hypothesis, "supported", "too early", at=FRIDAY - DAY)
    with pytest.raises(InTheFuture):
        stated(hypothesis, "supported", "too late", at=now() + timedelta(hours=1))
    with pytest.raises(BeforeItsProposal):
        evidence(hypothesis, at=FRIDAY - DAY)
