"""The demonstration lab is believable: seven lines of a published table, eight months of work that end today."""

from datetime import timedelta

import pytest
from django.db.models import Count as Number
from django.db.models import F

from cultures.demonstration.table1 import TABLE_1
from cultures.models import CellLine, Count, Culture, Feed, Harvest, Observation
from lims.models import Delivery, Entry
from lims.reminders.today import round_of

pytestmark = [pytest.mark.worker]  # beside the other slow ones: it plays eight months


def test_the_seven_lines_of_the_table_are_registered_each_with_its_parent():
    told = {row.line: row.parent or None for row in TABLE_1}
    assert dict(CellLine.objects.values_list("name", "parent__name")) == told


def test_every_line_grows_today():
    growing = set(Culture.objects.growing().values_list("line__name", flat=True))
    assert growing == {row.line for row in TABLE_1}


def test_six_to_nine_months_of_work_end_today(lab):
    first, last = Harvest.objects.order_by("at").first(), Harvest.objects.order_by("at").last()
    assert timedelta(days=180) < lab - first.at < timedelta(days=275)
    assert lab - last.at < timedelta(days=4)


def test_nothing_in_the_story_is_late_or_from_the_future(lab):
    for model in (Harvest, Feed, Observation):
        story = model.objects.filter(source="demonstration")
        assert story.exists()
        assert not any(event.is_late for event in story)
        assert not story.filter(at__gt=F("recorded_at")).exists()


def test_some_is_due_one_is_overdue_and_a_flask_beyond_its_limit_warns(lab):
    from lims.accounts.models import User

    bench = round_of(User.objects.get(initials="AM"), lab, whole_bench=True)
    assert bench.due >= 4
    assert bench.overdue >= 1
    low = Count.objects.standing().filter(culture__line__name="SKBR3-L").order_by("-at").first()
    assert low.viability_pct < 70


def test_every_daughter_is_one_passage_on_and_every_treated_flask_states_its_dose():
    steps = Culture.objects.filter(origin="split").annotate(
        step=F("passage_number") - F("descents_up__parent__passage_number")
    )
    assert set(steps.values_list("step", flat=True)) == {1}
    in_an_arm = Feed.objects.filter(culture__arm__in=["treated", "vehicle"])
    undosed = in_an_arm.filter(without_drug="").annotate(n=Number("drugs")).filter(n=0)
    assert set(undosed.values_list("culture__arm", "culture__line__name")) == {("vehicle", "HCC1954")}  # on holiday


def test_a_crash_under_drug_is_on_the_record_as_lost_cells():
    lost = Culture.objects.filter(line__name="SKBR3-L", cpdl_net__lt=F("cpdl"))
    assert lost.exists()


def test_a_counter_reading_waits_at_its_flask_and_another_in_the_inbox():
    assert Delivery.objects.filter(state="waiting").count() == 1
    assert Count.objects.filter(instrument__name="Counter 1", culture__ended_at=None).count() == 1


def test_a_slip_of_the_pen_was_corrected_with_a_reason():
    correction = Count.objects.get(supersedes__isnull=False)
    assert correction.reason
    assert correction.supersedes.withdrawn_at is not None


def test_all_of_it_is_in_the_ledger_under_its_verb():
    verbs = set(Entry.objects.filter(table="cultures_culture").values_list("verb", flat=True))
    assert {"passage_culture", "thaw_culture"} <= verbs
