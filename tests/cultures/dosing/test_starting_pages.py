"""The pages where ladders start and branch, and where the lab's rules of readiness stand."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.dosing import services
from cultures.dosing.candidates import candidates_for
from cultures.dosing.models import DosingState, Ladder, ReadinessRules, ResistanceModel
from tests import lab, ladders
from tests.cultures.passaging.pages.conftest import fields_of
from tests.lab import DAY, FRIDAY, HOUR, nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
RULES, CHANGE = "/readiness-rules/", "/readiness-rules/change/"


@pytest.fixture
def at_the_bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(lab.manager())
    return client


def new_ladder(model: ResistanceModel) -> str:
    return f"/models/{model.code}/ladders/new/"


def branching(ladder: Ladder) -> str:
    return f"/models/{ladder.model.code}/ladders/{ladder.name}/branch/"


def offered(model: ResistanceModel) -> list[str]:
    return [one.culture.code for one in candidates_for(model)]


# --- starting --------------------------------------------------------------------------------------------------------


def test_the_newest_flasks_that_share_a_harvest_are_proposed_as_a_pair(at_the_bench):
    model = ladders.planned()
    ladders.arms(at=FRIDAY)
    treated, control = ladders.arms(at=FRIDAY + 3 * DAY)
    lab.growing("BT474", at=FRIDAY + 5 * DAY)
    form = at_the_bench.get(new_ladder(model)).context["form"]
    assert (form["treated"].value(), form["control"].value()) == ([treated.pk], control.pk)
    assert (form["name"].value(), form["treated"].is_proposed) == ("A", True)


def test_the_proposed_pair_is_started_as_it_stands(at_the_bench):
    model = ladders.planned()
    treated, control = ladders.arms()
    page = at_the_bench.get(new_ladder(model))
    answer = at_the_bench.post(new_ladder(model), fields_of(page, at="2026-02-27T12:00", reason="first of three"))
    ladder = model.ladders.get()
    assert (answer.status_code, answer["Location"]) == (303, ladder.get_absolute_url())
    assert {start.culture: start.arm for start in ladder.starts.all()} == {treated: "treated", control: "vehicle"}
    assert (ladder.started_at, ladder.decisions.get().reason) == (FRIDAY + 3 * HOUR, "first of three")
    assert at_the_bench.get(new_ladder(model)).context["form"]["name"].value() == "B"


def test_flasks_of_other_lines_or_in_a_ladder_or_that_ended_are_not_offered(at_the_bench):
    ladder = ladders.climbing()
    subline = lab.line("BT474-RES", parent=lab.line("BT474"))
    lab.growing("SKBR3")
    older, newer = lab.growing("BT474"), lab.growing(subline.name, at=FRIDAY + DAY)
    lab.discarded(lab.growing("BT474"))
    assert offered(ladder.model) == [newer.code, older.code]


def test_a_derived_model_goes_on_with_treated_flasks_of_the_one_before(at_the_bench):
    ladder = ladders.climbing()
    model = ladders.planned("BT474-TL", "lapatinib", derived_from_id=ladder.model_id)
    assert lab.again(ladders.lead(ladder)).code in offered(model)
    found = {one.culture.pk: one for one in candidates_for(model)}
    assert found[ladders.lead(ladder).pk].may_be_treated
    assert not found[ladders.control(ladder).pk].may_be_control
    assert "in BT474-T, ladder A" in at_the_bench.get(new_ladder(model)).content.decode()


def test_what_is_scanned_counts_whatever_is_ticked(at_the_bench):
    model = ladders.planned()
    older = ladders.arms(at=FRIDAY)
    ladders.arms(at=FRIDAY + 3 * DAY)
    scanned = {"scanned": older[0].code.lower(), "scanned_control": f" {older[1].code}\r\n"}
    at_the_bench.post(new_ladder(model), fields_of(at_the_bench.get(new_ladder(model)), **scanned))
    assert {start.culture for start in model.ladders.get().starts.all()} == set(older)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"treated": []}, "treated", "Which flasks are treated?"),
        ({"control": ""}, "control", "Which flask is the control?"),
        ({"scanned": "C-7K4QZ"}, "scanned", "a sign was misread"),
        ({"name": "a"}, "name", "has a ladder a already"),
        ({"at": "2026-02-20T12:00"}, None, "seeded"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(at_the_bench, typed, field, sentence):
    model = ladders.climbing().model
    ladders.arms(at=FRIDAY + DAY)
    page = at_the_bench.get(new_ladder(model))
    with nothing_written():
        answer = at_the_bench.post(new_ladder(model), fields_of(page, **typed))
    form = answer.context["form"]
    assert answer.status_code == 422
    assert sentence in str(form.errors[field] if field else form.errors)


def test_the_codes_of_a_place_or_of_two_controls_are_not_taken(at_the_bench):
    model = ladders.planned()
    one, other = ladders.arms()
    page = at_the_bench.get(new_ladder(model))
    place = at_the_bench.post(new_ladder(model), fields_of(page, scanned=lab.shelf().code))
    assert "no culture bears that" in place.context["form"].errors["scanned"][0]
    two = at_the_bench.post(new_ladder(model), fields_of(page, scanned_control=f"{one.code} {other.code}"))
    assert "A ladder has one control" in two.context["form"].errors["scanned_control"][0]


def test_a_refusal_of_a_flask_stands_with_the_flasks_and_shows_the_way_to_it(at_the_bench):
    model = ladders.planned()
    ladders.arms()
    foreign = lab.growing("SKBR3")
    page = at_the_bench.get(new_ladder(model))
    with nothing_written():
        answer = at_the_bench.post(new_ladder(model), fields_of(page, scanned=foreign.code))
    form = answer.context["form"]
    assert "is neither BT474 nor derived from it" in form.errors["treated"][0]
    assert form.refusal.ways == ((f"Open {foreign.code}", foreign.get_absolute_url()),)


def test_without_a_flask_the_page_says_how_a_ladder_begins(at_the_bench):
    page = at_the_bench.get(new_ladder(ladders.planned())).content.decode()
    assert "passage one flask" in page
    assert "into a treated one and a vehicle control" in page


def test_many_flasks_cost_no_more_queries(at_the_bench, django_assert_max_num_queries: DjangoAssertNumQueries):
    model = ladders.planned()
    ladders.arms()
    at_the_bench.get(new_ladder(model))
    with django_assert_max_num_queries(100) as asked:
        at_the_bench.get(new_ladder(model))
    for day in range(1, 4):
        ladders.arms(at=FRIDAY + day * DAY)
    with django_assert_max_num_queries(len(asked)):
        assert len(at_the_bench.get(new_ladder(model)).context["found"]) == 8


# --- branching -------------------------------------------------------------------------------------------------------


@pytest.fixture
def split() -> Ladder:
    """A ladder with two living treated flasks."""
    ladder = ladders.climbing()
    ladders.passaged(ladder, into=2)
    return ladder


def treated_of(ladder: Ladder) -> list[int]:
    living = DosingState.objects.filter(ladder=ladder, culture__ended_at=None, culture__arm="treated")
    return list(living.order_by("pk").values_list("pk", flat=True))


def test_a_flask_of_a_ladder_goes_on_as_its_own(at_the_bench, split):
    page = at_the_bench.get(branching(split))
    assert (page.context["form"]["name"].value(), "control" in page.context["form"].fields) == ("B", False)
    assert "the control of ladder A" in page.content.decode()
    one, other = treated_of(split)
    answer = at_the_bench.post(branching(split), fields_of(page, treated=[other], reason="a replicate"))
    branch = split.model.ladders.get(name="B")
    assert (answer.status_code, answer["Location"]) == (303, branch.get_absolute_url())
    assert (treated_of(split), treated_of(branch)) == ([one], [other])


def test_a_branch_says_which_flasks_and_why(at_the_bench, split):
    page = at_the_bench.get(branching(split))
    with nothing_written():
        answer = at_the_bench.post(branching(split), fields_of(page))
    form = answer.context["form"]
    assert answer.status_code == 422
    assert "Tick at least one" in form.errors["treated"][0]
    assert "Write why it is branched" in form.errors["reason"][0]


def test_not_every_flask_leaves_a_ladder(at_the_bench, split):
    page = at_the_bench.get(branching(split))
    with nothing_written():
        answer = at_the_bench.post(branching(split), fields_of(page, treated=treated_of(split), reason="all"))
    assert answer.status_code == 422
    assert "only living treated flask" in answer.context["form"].errors["treated"][0]


def test_with_one_flask_the_page_says_to_split_it_first(at_the_bench):
    ladder = ladders.climbing()
    page = at_the_bench.get(branching(ladder)).content.decode()
    assert "Split it first" in page
    assert f"/cultures/{ladders.lead(ladder).code}/passage/" in page


def test_a_second_control_may_go_with_the_branch(at_the_bench, split):
    control = ladders.control(split)
    ladders.passage(control, control.seeded_at + 6 * DAY, ladders.Grown(), into=2)
    page = at_the_bench.get(branching(split))
    going = page.context["form"].fields["control"].choices[-1][0]
    sent = fields_of(page, treated=treated_of(split)[:1], control=going, reason="a replicate")
    at_the_bench.post(branching(split), sent)
    branch = split.model.ladders.get(name="B")
    assert branch.starts.get(arm="vehicle").culture_id == going
    assert ladders.control(split).pk != going


def test_nothing_is_branched_from_a_ladder_that_ended_or_has_no_living_flask(at_the_bench):
    ladder = ladders.climbing()
    lab.discarded(ladders.lead(ladder), "dead", at=FRIDAY + DAY)
    dead = at_the_bench.get(branching(ladder), follow=True)
    assert "No treated flask of BT474-T, ladder A is alive" in dead.content.decode()
    ladders.decided(ladder, "lost", at=FRIDAY + 2 * DAY, reason="died")
    ended = at_the_bench.get(branching(ladder), follow=True)
    assert "was lost on 01 Mar 2026" in ended.content.decode()
    assert at_the_bench.get(f"/models/{ladder.model.code}/ladders/Z/branch/").status_code == 404


# --- the rules -------------------------------------------------------------------------------------------------------


def rules_typed(client: Client, **typed: str) -> dict[str, object]:
    """The form of the rules as it opens, with some of them typed over."""
    return {field.html_name: field.value() for field in client.get(CHANGE).context["form"]} | {"reason": ""} | typed


def test_the_rules_are_told_in_sentences_with_their_numbers(at_the_bench):
    page = at_the_bench.get(RULES).content.decode()
    for words in (
        "Viability is at least <b>85 %</b>",
        "at most <b>1.3×</b> that of the matched control",
        "Viability is below <b>50 %</b>",
        "it rises at most <b>3×</b>",
        "nobody has changed them yet",
        "A lab manager or PI changes them",
    ):
        assert words in page, words
    assert CHANGE not in page
    assert at_the_bench.get(CHANGE).status_code == 403


def test_a_change_of_the_rules_is_a_version_with_its_reason(as_manager):
    typed = rules_typed(as_manager, min_viability_pct="90", loss_days="5", reason="slow lines")
    answer = as_manager.post(CHANGE, typed)
    assert (answer.status_code, answer["Location"]) == (303, RULES)
    rules = ReadinessRules.current()
    assert (rules.version, rules.min_viability_pct, rules.loss_days, rules.backup_vials) == (2, 90, 5, 2)
    told = as_manager.get(RULES).content.decode()
    for words in ("version 2", "slow lines", "Lena Marek (LM)", "Viability from 85 → 90 %", "over 7 → 5 d"):
        assert words in told, words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"loss_days": "5"}, "Write why the rules change."),
        ({"reason": "none"}, "These are the rules already."),
        ({"reason": "strict", "back_viability_pct": "95"}, "limits of stepping back lie beyond"),
        ({"reason": "strict", "min_viability_pct": "101"}, "At most 100 %."),
        ({"reason": "strict", "confluent_passages": "1.5"}, "not a whole number"),
        ({"reason": "strict", "largest_jump": "1"}, "limits of stepping back|percentages"),
    ],
)
def test_rules_that_cannot_be_are_refused_and_kept_on_the_page(as_manager, typed, sentence):
    with nothing_written():
        answer = as_manager.post(CHANGE, rules_typed(as_manager, **typed))
    assert answer.status_code == 422
    assert any(one in answer.content.decode() for one in sentence.split("|"))


def test_who_changes_rules_that_were_overtaken_is_told(as_manager):
    typed = rules_typed(as_manager, loss_days="6", reason="less strict")
    services.change_readiness_rules(reason="strict", based_on=1, by=lab.manager(), loss_days=5)
    with nothing_written():
        answer = as_manager.post(CHANGE, typed)
    assert answer.status_code == 422
    assert "has changed the rules meanwhile" in answer.content.decode()
