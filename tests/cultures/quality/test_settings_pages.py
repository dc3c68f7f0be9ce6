"""The pages where the lab says what it tests when, with which cut-offs, and by which methods of its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.passaging.models import Receipt
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import KitRecord, LabMethod, PolicyRule, QCPolicy
from cultures.quality.policy_words import NO_BREAK_SPACE
from cultures.quality.services import adopt_standard_policy, register_standard_kits, retire_method, revise_kit
from cultures.quality.services.policies import STANDARD, Phase, Rule, rules_of
from lims.clock import now
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of
from tests.cultures.quality import qc
from tests.lab import DAY, nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
POLICY, CHANGE = "/qc/policy/", "/qc/policy/change/"
KITS, METHODS = "/qc/kits/", "/qc/methods/"


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(lab.manager())
    return client


def text(answer) -> str:
    return answer.content.decode().replace(NO_BREAK_SPACE, " ")


def typed(client: Client, **changes: str) -> dict[str, str]:
    """The form of the rules as it opens, with some of it typed over."""
    return fields_of(client.get(CHANGE), **changes)


def filled(page, **changes: str) -> dict[str, str]:
    """What the form of a page without rows would send as it stands, with some fields typed over."""
    return {field.html_name: value for field in page.context["form"] if (value := field.value()) is not None} | changes


def row_of(sent: dict, family: str, phase: str) -> str:
    """rules-3: the row of a rule."""
    rows = [name.removesuffix("-phase") for name, value in sent.items() if name.endswith("-phase") and value == phase]
    return next(row for row in rows if sent[f"{row}-family"] == family)


# --- what is tested when ---------------------------------------------------------------------------------------------


def test_the_rules_are_told_in_sentences(bench):
    adopt_standard_policy(by="system:first_words")
    page = text(bench.get(POLICY))
    for words in (
        "Growing cultures are tested every 30 d, again 1 d after an inconclusive sample and 14 d after one that ",
        "Thawed cells are tested from 7 d on, at the latest 14 d after the thaw.",
        "STR identity",
        "They start in quarantine",
        "as Subline comes",
        "A lab manager or PI changes them",
    ):
        assert words in page, words
    assert CHANGE not in page
    assert bench.get(CHANGE).status_code == 403


def test_a_lab_without_rules_is_shown_the_usual_ones_and_puts_them_in_force(as_manager):
    assert "Look at the usual rules" in text(as_manager.get(POLICY))
    page = as_manager.get(CHANGE)
    assert "Nothing is in force until you save them" in text(page)
    answer = as_manager.post(CHANGE, fields_of(page, reason="the usual ones"))
    assert (answer.status_code, answer["Location"]) == (303, POLICY)
    assert set(rules_of(QCPolicy.current())) == set(STANDARD)


def test_a_technician_of_a_lab_without_rules_is_told_who_makes_them(bench):
    assert "A lab manager or PI puts the rules in force" in text(bench.get(POLICY))


def test_a_change_is_a_version_with_what_changed_who_and_why(as_manager):
    qc.policy()
    sent = typed(as_manager, reason="an outbreak upstairs")
    sent[f"{row_of(sent, MYCOPLASMA, 'growing')}-every"] = "7 d"
    answer = as_manager.post(CHANGE, sent)
    assert (answer.status_code, answer["Location"]) == (303, POLICY)
    policy = QCPolicy.current()
    assert policy.rules.get(method=MYCOPLASMA, phase="growing").every == 7 * DAY
    page = text(as_manager.get(POLICY))
    for words in (
        "version 2",
        "An outbreak upstairs",
        "Lena Marek (LM)",
        "Mycoplasma, growing: every 30 d",
        "→ every 7 d",
    ):
        assert words in page, words


def test_a_row_is_added_and_taken_out_without_script(as_manager):
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY))
    line = lab.line("SKBR3")
    sent = typed(as_manager)
    page = as_manager.post(CHANGE, sent | {"add": "rules"})
    assert page.status_code == 200
    assert "Not saved" not in text(page)
    form = page.context["form"]
    assert not form.rules.forms[1].errors
    more = fields_of(page)
    assert more["rules-1-family"] == MYCOPLASMA
    assert "rules-1-every" not in more
    assert more["rules-1-retest_after"] == "1 d"  # as in the row above
    more |= {"rules-1-phase": "growing", "rules-1-line": str(line.pk), "rules-1-every": "36 h", "reason": "it is slow"}
    assert as_manager.post(CHANGE, more).status_code == 303
    exception = PolicyRule.objects.get(line=line)
    assert exception.every == timedelta(hours=36)
    assert "<b>SKBR3</b> only: every 36 h" in text(as_manager.get(POLICY))

    fewer = as_manager.post(CHANGE, typed(as_manager) | {"remove": "rules-0"})
    left = fields_of(fewer)
    assert (left["rules-TOTAL_FORMS"], left["rules-0-line"]) == ("1", str(line.pk))
    empty = as_manager.post(CHANGE, left | {"remove": "rules-0"})
    last = fields_of(empty)
    assert last["rules-TOTAL_FORMS"] == "1"  # one is left to fill in
    assert "rules-0-line" not in last


def test_an_emptied_row_is_left_out(as_manager):
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY))
    sent = typed(as_manager, reason="nothing is tested here")
    sent = {name: value for name, value in sent.items() if name not in ("rules-0-phase", "rules-0-every")}
    assert as_manager.post(CHANGE, sent).status_code == 303
    assert not QCPolicy.current().rules.exists()
    assert "Nothing is asked for" in text(as_manager.get(POLICY))


def test_times_of_another_phase_are_not_looked_at(as_manager):
    """A row that was "growing" becomes "after a thaw": its interval is not shown any more, whatever stands in it."""
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY))
    sent = typed(as_manager, reason="thaws only")
    sent |= {"rules-0-phase": "thawed", "rules-0-due_by": "14 d", "rules-0-every": "often"}
    assert as_manager.post(CHANGE, sent).status_code == 303
    rule = QCPolicy.current().rules.get()
    assert (rule.phase, rule.every, rule.due_by) == ("thawed", None, 14 * DAY)


@pytest.mark.parametrize("written", ["0 d", "0"])
def test_a_time_may_be_none(as_manager, written):
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY))
    sent = typed(as_manager, reason="at the door") | {"rules-0-due_by": written}
    assert as_manager.post(CHANGE, sent).status_code == 303
    assert QCPolicy.current().rules.get().due_by == timedelta(0)
    assert "tested at once when they came in" in text(as_manager.get(POLICY))
    assert typed(as_manager)["rules-0-due_by"] == "0 d"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": ""}, "Write why the rules change."),
        ({}, "These are the rules already."),
        ({"rules-0-every": ""}, "How long? Write it as 30 d."),
        ({"rules-0-every": "30"}, "Write a number with its unit"),
        ({"rules-0-every": "4000 d"}, "is not between a minute and ten years"),
        ({"rules-0-phase": ""}, "When is it tested? Choose it."),
        ({"rules-0-family": "palm reading"}, "Select a valid choice"),
        ({"rules-0-line": "99999"}, "This cannot be chosen here any more."),
        ({"rules-1-phase": "growing", "rules-1-every": "7 d"}, "one rule in each phase of a line"),
        ({"rules-1-first_after": "9 d"}, "the latest is not before the earliest"),
    ],
)
def test_rules_that_cannot_be_are_refused_and_kept_on_the_page(as_manager, changes, sentence):
    qc.policy(
        Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY),
        Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY),
    )
    sent = (
        typed(as_manager) | {"rules-1-retest_after": "1 d", "rules-1-after_fail": "1 d", "reason": "stricter"} | changes
    )
    with nothing_written():
        answer = as_manager.post(CHANGE, sent)
    assert answer.status_code == 422
    assert sentence in text(answer), sentence
    for name in set(changes) - {"rules-0-line", "rules-0-family"}:
        assert changes[name] in text(answer), name


def test_a_refusal_stands_at_the_row_it_speaks_of(as_manager):
    qc.policy(
        Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY),
        Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY),
    )
    sent = typed(as_manager, reason="stricter") | {"rules-1-first_after": "9 d"}
    form = as_manager.post(CHANGE, sent).context["form"]
    assert [bool(row.errors) for row in form.rules.forms] == [False, True]


def test_who_changes_rules_that_were_overtaken_is_told(as_manager):
    qc.policy()
    sent = typed(as_manager, reason="less strict")
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=7 * DAY))
    with nothing_written():
        answer = as_manager.post(CHANGE, sent)
    assert answer.status_code == 422
    assert "(LM) has changed the rules meanwhile" in text(answer)


def test_a_form_that_is_sent_twice_makes_one_version(as_manager):
    qc.policy()
    sent = typed(as_manager, reason="twice")
    sent[f"{row_of(sent, MYCOPLASMA, 'growing')}-every"] = "7 d"
    assert [as_manager.post(CHANGE, sent).status_code for _ in range(2)] == [303, 303]
    assert QCPolicy.objects.count() == 2


def test_whether_cells_from_outside_start_apart_is_decided_there(as_manager):
    qc.policy()
    sent = typed(as_manager, reason="we test at the door")
    del sent["receives_into_quarantine"]
    as_manager.post(CHANGE, sent)
    page = text(as_manager.get(POLICY))
    assert "They do not start in quarantine" in page
    assert "Cells from outside do not start in quarantine." in page


def test_a_rule_of_a_retired_line_can_be_kept(as_manager):
    line = lab.line("SKBR3")
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, line_id=line.pk, every=30 * DAY))
    type(line).objects.filter(pk=line.pk).update(retired_at=now())
    sent = typed(as_manager, reason="shorter") | {"rules-0-every": "7 d"}
    assert as_manager.post(CHANGE, sent).status_code == 303


@pytest.mark.parametrize("garbled", ["x", "-1", "1e3", "99999", ""])
def test_a_garbled_count_of_rows_is_no_fault_of_ours(as_manager, garbled):
    qc.policy()
    sent = typed(as_manager, reason="garbled") | {"rules-TOTAL_FORMS": garbled}
    assert as_manager.post(CHANGE, sent).status_code == 422
    for asked in ({"add": "rules"}, {"remove": "rules-x"}, {"remove": "rules-99999999999"}):
        assert as_manager.post(CHANGE, sent | asked).status_code == 200


def test_many_versions_and_rules_cost_no_more_queries(
    as_manager, django_assert_max_num_queries: DjangoAssertNumQueries
):
    lines = [lab.line(f"LINE-{number}") for number in range(12)]
    for days in range(1, 8):
        rules = [Rule(family=MYCOPLASMA, phase=Phase.GROWING, line_id=line.pk, every=days * DAY) for line in lines]
        qc.policy(*rules)
    as_manager.get(POLICY)
    with django_assert_max_num_queries(12):
        as_manager.get(POLICY)
    with django_assert_max_num_queries(12):
        as_manager.get(CHANGE)


# --- kits ------------------------------------------------------------------------------------------------------------


def test_kits_are_shown_with_their_cut_offs_and_versions(bench):
    register_standard_kits(by="system:first_words")
    kit = KitRecord.objects.get()
    revise_kit(kit_id=kit.pk, changes={"least_reading_a": 500}, reason="our luminometer", by=lab.manager())
    page = text(bench.get(KITS))
    for words in (
        "<dt>Negative below</dt><dd>0.9</dd>",
        "<dt>Positive above</dt><dd>1.2</dd>",
        "version 2",
        "Our luminometer",
        "Least reading A 0 → 500",
        "as Subline comes",
        "A lab manager or PI registers and revises them",
    ):
        assert words in page, words
    assert "/qc/kits/new/" not in page
    assert "/revise/" not in page


def test_a_lab_without_kits_is_told_what_they_are_for(bench):
    assert "Luminescence is judged by the cut-offs of a kit" in text(bench.get(KITS))
    assert bench.get("/qc/kits/new/").status_code == 403


def test_the_cut_offs_of_the_insert_are_filled_in_and_named(as_manager):
    page = as_manager.get("/qc/kits/new/")
    assert text(page).count("Lonza MycoAlert insert") == 4
    answer = as_manager.post("/qc/kits/new/", filled(page, name="MycoAlert", reason="of the insert"))
    assert (answer.status_code, answer["Location"]) == (303, KITS)
    kit = KitRecord.objects.get()
    assert (kit.negative_below, kit.positive_above) == (Decimal("0.9"), Decimal("1.2"))
    assert (kit.positive_control_above, kit.negative_control_below) == (Decimal("1.2"), Decimal("0.9"))
    assert (kit.version, kit.least_reading_a, kit.by) == (1, 0, lab.manager())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Which kit is it?"),
        ({"name": "mycoalert"}, "There is a record of MycoAlert already"),
        ({"negative_below": "1.3"}, "The positive cut-off is not below the negative one"),
        ({"negative_below": "0"}, "More than zero."),
        ({"positive_above": "1,2.3"}, "positive_above"),
        ({"positive_above": "1000"}, "At most 999.999 B/A."),
        ({"positive_above": "1.2345"}, "At most 3 decimals"),
        ({"least_reading_a": "1.5"}, "not a whole number"),
        ({"least_reading_a": "-5"}, "least_reading_a"),
    ],
)
def test_a_kit_that_cannot_be_is_refused_at_its_field(as_manager, changes, sentence):
    qc.kit("MycoAlert")
    sent = filled(as_manager.get("/qc/kits/new/")) | {"name": "Another"} | changes
    with nothing_written():
        answer = as_manager.post("/qc/kits/new/", sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert set(answer.context["form"].errors) - {"__all__"} <= {*changes, "positive_above"}


def test_a_revision_is_a_version_and_results_keep_theirs(as_manager):
    test = qc.negative(lab.growing())
    kit = qc.kit()
    page = as_manager.get(f"/qc/kits/{kit.pk}/revise/")
    assert filled(page)["negative_below"] == "0.9"
    answer = as_manager.post(f"/qc/kits/{kit.pk}/revise/", filled(page, negative_below="0.4", reason="new insert"))
    assert answer.status_code == 303
    newest = KitRecord.objects.get(version=2)
    assert (newest.name, newest.negative_below) == (kit.name, Decimal("0.4"))
    test.refresh_from_db()
    assert (test.kit, test.verdict) == (kit, "pass")
    assert "Negative below 0.9 → 0.4" in text(as_manager.get(KITS))


def test_a_revision_is_refused_without_a_reason_unchanged_or_overtaken(as_manager):
    kit = qc.kit()
    url = f"/qc/kits/{kit.pk}/revise/"
    page = as_manager.get(url)
    with nothing_written():
        assert "Write why its cut-offs change." in text(as_manager.post(url, filled(page, negative_below="0.8")))
        assert "These are its cut-offs already." in text(as_manager.post(url, filled(page, reason="none")))
    revise_kit(kit_id=kit.pk, changes={"least_reading_a": 500}, reason="ours", by=lab.manager())
    with nothing_written():
        answer = as_manager.post(url, filled(page, negative_below="0.8", reason="late"))
    assert answer.status_code == 422
    assert "(LM) has revised this kit: MycoAlert v2" in text(answer)
    assert as_manager.get("/qc/kits/999999/revise/").status_code == 404


def test_many_kits_cost_no_more_queries(bench, django_assert_max_num_queries: DjangoAssertNumQueries):
    for number in range(8):
        qc.kit(f"Kit {number}")
    bench.get(KITS)
    with django_assert_max_num_queries(8):
        bench.get(KITS)


# --- methods ---------------------------------------------------------------------------------------------------------


def test_every_method_says_what_a_fail_does_and_what_lets_cells_out(bench):
    page = text(bench.get(METHODS))
    for words in (
        "A fail puts the culture and all its descendants into quarantine.",
        "An inconclusive result holds the culture until the retest.",
        "Two passes in a row, at least 14 d apart, and a lab manager or PI let them out.",
        "Only disposal, or treatment and then clean samples, let them out.",
        "A fail is shown, and stops nothing.",
        "A result may take up to 28 d; it applies to its sample.",
        "It is judged by the cut-offs of the kit&#x27;s record.",
        "whose controls speak for all of them",
        "A pass is one of mycoplasma, as by its other methods.",
        "None yet.",
    ):
        assert words in page, words
    assert bench.get("/qc/methods/new/").status_code == 403


def test_a_method_is_defined_and_told(as_manager):
    page = as_manager.get("/qc/methods/new/")
    sent = filled(page, title="Endotoxin", kind="numeric", unit="EU/mL", passes_to="0.25", on_fail="hold")
    answer = as_manager.post("/qc/methods/new/", sent)
    assert (answer.status_code, answer["Location"]) == (303, METHODS)
    row = LabMethod.objects.get()
    assert (row.code, row.unit, row.passes_from, row.passes_to) == ("endotoxin", "EU/mL", None, Decimal("0.25"))
    told = text(as_manager.get(METHODS))
    for words in (
        "A number that passes up to 0.25 EU/mL.",
        "A fail holds the culture until the retest.",
        "One pass lets them out.",
    ):
        assert words in told, words


def test_limits_of_a_verdict_are_not_looked_at(as_manager):
    sent = filled(as_manager.get("/qc/methods/new/"), title="Endotoxin", unit="EU", passes_to="many")
    assert as_manager.post("/qc/methods/new/", sent).status_code == 303
    row = LabMethod.objects.get()
    assert (row.kind, row.unit, row.passes_to, row.on_fail) == ("pass_fail", "", None, "flag")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "What is it called?"),
        ({"title": "sterility"}, "There is a method named sterility already"),
        ({"title": "KARYOTYPE"}, "There is a method named KARYOTYPE already"),
        ({"title": "!!!"}, "Write the title with letters or digits."),
        ({"kind": "numeric"}, "From or up to which number does it pass?"),
        ({"kind": "numeric", "passes_from": "5", "passes_to": "4"}, "The lower limit comes first."),
        ({"kind": "guess"}, "Select a valid choice"),
        ({"on_fail": "burn"}, "Select a valid choice"),
    ],
)
def test_a_method_that_cannot_be_is_refused(as_manager, changes, sentence):
    qc.lab_method("Karyotype")
    sent = filled(as_manager.get("/qc/methods/new/"), title="Endotoxin") | changes
    with nothing_written():
        answer = as_manager.post("/qc/methods/new/", sent)
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_method_is_retired_by_one_tap_and_stays_readable(as_manager):
    method = qc.lab_method("Endotoxin")
    answer = as_manager.post(f"/qc/methods/{method.code}/retire/")
    assert (answer.status_code, answer["Location"]) == (303, METHODS)
    page = text(as_manager.get(METHODS))
    assert "Endotoxin is retired. Its results stay readable." in page
    assert f"/qc/methods/{method.code}/retire/" not in page
    again = as_manager.post(f"/qc/methods/{method.code}/retire/", follow=True)
    assert "Endotoxin was retired on" in text(again)
    assert "is no method we test by" in text(as_manager.post("/qc/methods/nothing/retire/", follow=True))


def test_a_method_that_the_rules_ask_for_is_not_retired(as_manager):
    method = qc.lab_method("Endotoxin")
    qc.policy(Rule(family=method.code, phase=Phase.GROWING, every=30 * DAY))
    page = text(as_manager.post(f"/qc/methods/{method.code}/retire/", follow=True))
    assert "Endotoxin is still asked for: a rule asks for it." in page
    assert LabMethod.objects.get().retired_at is None


def test_a_technician_defines_and_retires_nothing(bench):
    method = qc.lab_method("Endotoxin")
    assert "Retire" not in text(bench.get(METHODS))
    assert bench.post(f"/qc/methods/{method.code}/retire/").status_code == 403
    assert bench.get(f"/qc/methods/{method.code}/retire/").status_code == 405


def test_many_methods_cost_no_more_queries(as_manager, django_assert_max_num_queries: DjangoAssertNumQueries):
    for number in range(8):
        qc.lab_method(f"Method {number}")
    retire_method(code="method_1", by=lab.manager())
    as_manager.get(METHODS)
    with django_assert_max_num_queries(8):
        as_manager.get(METHODS)


# --- ways to them, and arrivals --------------------------------------------------------------------------------------


def test_the_pages_are_found_from_the_board_and_from_the_settings_of_the_lab(as_manager):
    adopt_standard_policy(by="system:first_words")
    for page in (as_manager.get("/settings/"), as_manager.get("/qc/")):
        for url in (POLICY, KITS):
            assert f'href="{url}"' in text(page), url
    for url in (POLICY, KITS, METHODS):
        page = text(as_manager.get(url))
        for other in (POLICY, KITS, METHODS):
            assert f'href="{other}"' in page


def received(bench: Client, **fields: str) -> Receipt:
    lab.medium()
    where = {"line": lab.line("SKBR3").pk, "vessel": lab.vessel("T25").pk, "place": lab.shelf().pk}
    what = {"came_from": "ATCC", "label_passage_number": "27", "recipe": lab.recipe().pk}
    answer = bench.post("/cultures/receive/", fields_of(bench.get("/cultures/receive/")) | where | what | fields)
    assert answer.status_code == 303, answer.context["form"].errors
    return Receipt.objects.get()


def test_the_page_that_receives_cells_says_that_they_start_in_quarantine(bench):
    page = text(bench.get("/cultures/receive/"))
    assert "Cells from outside start in quarantine." in page
    assert "none is marked as one yet" in page
    place = lab.shelf("shelf Q", "Incubator Q")
    type(place).objects.filter(pk=place.pk).update(is_quarantine=True)
    assert "none is marked as one yet" not in text(bench.get("/cultures/receive/"))
    assert "start in quarantine" not in text(bench.get("/cultures/thaw/"))


def test_the_banner_is_not_there_when_the_lab_decided_otherwise(bench):
    qc.policy(receives_into_quarantine=False)
    assert "start in quarantine" not in text(bench.get("/cultures/receive/"))


@pytest.mark.parametrize(("fields", "apart"), [({}, 1), ({"is_taken_over": "on"}, 0)])
def test_what_grew_here_before_does_not_come_from_outside(bench, fields, apart):
    receipt = received(bench, **fields)
    assert receipt.is_taken_over is bool(fields)
    assert receipt.culture.quarantine_memberships.count() == apart
