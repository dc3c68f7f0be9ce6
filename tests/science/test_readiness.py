from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from math import inf, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.readiness import GATES, Facts, Finding, Mark, Passage, Rules, Verdict, judge, shown

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = Rules()


def passage(nth: int = 0, **but: float | None) -> Passage:
    """A harvest as one wishes for: grown, alive, confluent, nearly as fast as the control."""
    wished = Passage(START + timedelta(days=4 * nth), 96, 94.2, 2.0, 48.0, 85, 44.0)
    return replace(wished, **but)


def facts(*passages: Passage, **but: object) -> Facts:
    those = passages or (passage(0), passage(1))
    ready = Facts(those, len(those), 17.0, has_control=True, viability_pct=94.2, is_on_drug=True)
    return replace(ready, **but)


def found(code: str, those: Facts, rules: Rules = RULES) -> Finding:
    (finding,) = [one for one in judge(those, rules).findings if one.code == code]
    return finding


def test_cells_that_meet_everything_are_ready():
    judgement = judge(facts(), RULES)
    assert (judgement.verdict, judgement.sentence) == (Verdict.READY, "Everything asked for is met.")
    assert [one.code for one in judgement.findings] == [
        "viability", "doubling_time", "passages", "days", "confluence", "net_loss"]  # fmt: skip


def test_findings_bear_what_the_page_shows():
    shows = {one.code: (one.value, one.unit, one.limit) for one in judge(facts(), RULES).findings}
    assert shows == {
        "viability": ("94.2", "%", "≥ 85 %"),
        "doubling_time": ("1.09×", "", "≤ 1.30×"),
        "passages": ("2", "", "≥ 2"),
        "days": ("17", "", "≥ 14"),
        "confluence": ("2", "", "≥ 2"),
        "net_loss": ("0", "d", "0 d"),
    }


@pytest.mark.parametrize(
    ("percent", "mark"),
    [
        (85.0, Mark.PASS),
        (84.999, Mark.HOLD),
        (50.0, Mark.HOLD),
        (49.999, Mark.BACK),
        (0.0, Mark.BACK),
        (None, Mark.NOT_ASSESSED),
        (nan, Mark.NOT_ASSESSED),
        (inf, Mark.NOT_ASSESSED),
    ],
)
def test_viability_passes_from_its_limit_on_and_goes_back_below_the_other(percent: float | None, mark: Mark):
    assert found("viability", facts(viability_pct=percent)).mark is mark


@pytest.mark.parametrize(
    ("own", "control", "mark"),
    [
        (52.0, 40.0, Mark.PASS),
        (39.52, 30.4, Mark.PASS),  # 1.3, but 1.3000000000000003 in floats
        (52.001, 40.0, Mark.HOLD),
        (80.0, 40.0, Mark.HOLD),
        (80.001, 40.0, Mark.BACK),
        (48.0, None, Mark.NOT_ASSESSED),
        (48.0, nan, Mark.NOT_ASSESSED),
        (48.0, 0.0, Mark.NOT_ASSESSED),
        (None, 44.0, Mark.NOT_ASSESSED),
        (0.0, 44.0, Mark.NOT_ASSESSED),
        (inf, 44.0, Mark.NOT_ASSESSED),
    ],
)
def test_doubling_time_is_judged_by_its_ratio_to_the_controls(own: float | None, control: float | None, mark: Mark):
    last = passage(1, doubling_time_h=own, control_doubling_time_h=control)
    assert found("doubling_time", facts(passage(0), last)).mark is mark


def test_doubling_time_is_never_assessed_without_a_matched_control():
    finding = found("doubling_time", facts(has_control=False))
    assert finding.mark is Mark.NOT_ASSESSED
    assert "no matched control" in finding.sentence


@pytest.mark.parametrize(
    ("doublings", "mark"),
    [
        ((2.0, -0.1), Mark.HOLD),
        ((2.0, 0.0), Mark.HOLD),
        ((-0.1,), Mark.HOLD),
        ((None, -0.1), Mark.HOLD),
        ((-0.1, 0.0), Mark.BACK),
        ((-0.1, 2.0), Mark.PASS),
        ((2.0, None), Mark.NOT_ASSESSED),
        ((-0.1, nan), Mark.NOT_ASSESSED),
    ],
)
def test_cells_that_did_not_grow_hold_once_and_step_back_twice(doublings: tuple[float | None, ...], mark: Mark):
    assert found("doubling_time", facts(*(passage(nth, pd=pd) for nth, pd in enumerate(doublings)))).mark is mark


def test_cells_that_die_twice_step_back_even_when_the_control_is_lost():
    dying = facts(passage(0, pd=-1.0), passage(1, pd=-1.0), has_control=False)
    assert judge(dying, RULES).verdict is Verdict.STEP_BACK


@pytest.mark.parametrize(
    ("losses", "mark"),
    [
        ([(2.0, 96)], Mark.PASS),
        ([(0.0, 96)], Mark.PASS),  # none lost
        ([(-0.1, 96)], Mark.HOLD),
        ([(-0.1, 167.9)], Mark.HOLD),
        ([(-0.1, 168)], Mark.BACK),
        ([(-0.1, 84), (-0.1, 84)], Mark.BACK),
        ([(-0.1, 84), (0.1, 84), (-0.1, 84)], Mark.HOLD),  # only those up to now
        ([(-0.1, 168), (0.1, 84)], Mark.PASS),
        ([(-0.1, 168), (None, 84)], Mark.NOT_ASSESSED),
        ([(-0.1, nan)], Mark.NOT_ASSESSED),
    ],
)
def test_a_net_loss_over_the_set_days_steps_back(losses: list[tuple[float | None, float]], mark: Mark):
    those = [passage(nth, pd=pd, hours=hours) for nth, (pd, hours) in enumerate(losses)]
    assert found("net_loss", facts(*those)).mark is mark


@pytest.mark.parametrize(
    ("seen", "mark", "run"),
    [
        ((80, 80), Mark.PASS, "2"),
        ((70, 85, 90, 95), Mark.PASS, "3"),
        ((80, 79), Mark.HOLD, "0"),
        ((79, 80), Mark.HOLD, "1"),
        ((80,), Mark.HOLD, "1"),
        ((80, None), Mark.NOT_ASSESSED, "0"),
        ((None, 80), Mark.NOT_ASSESSED, "1"),
        ((None, 80, 80), Mark.PASS, "2"),
        ((None, 70), Mark.HOLD, "0"),
    ],
)
def test_confluence_is_wanted_in_passages_in_a_row(seen: tuple[int | None, ...], mark: Mark, run: str):
    finding = found("confluence", facts(*(passage(nth, confluence_pct=pct) for nth, pct in enumerate(seen))))
    assert (finding.mark, finding.value) == (mark, run)


@pytest.mark.parametrize(
    ("days", "mark"), [(14.0, Mark.PASS), (13.99, Mark.HOLD), (nan, Mark.NOT_ASSESSED), (inf, Mark.NOT_ASSESSED)]
)
def test_days_at_dose_are_wanted_in_full(days: float, mark: Mark):
    assert found("days", facts(days_at_dose=days)).mark is mark


@pytest.mark.parametrize(("number", "mark"), [(1, Mark.HOLD), (2, Mark.PASS), (3, Mark.PASS)])
def test_passages_at_dose_are_counted(number: int, mark: Mark):
    assert found("passages", facts(passages_at_dose=number)).mark is mark


def test_before_the_first_passage_at_a_dose_the_gates_say_so():
    fresh = facts(passages=(), passages_at_dose=0, days_at_dose=20.0)
    marks = {
        one.code: one.mark for one in judge(fresh, RULES).findings if one.sentence == "No passage at this dose yet."
    }
    assert marks == {
        "doubling_time": Mark.NOT_ASSESSED, "passages": Mark.HOLD, "days": Mark.HOLD, "confluence": Mark.HOLD,
        "net_loss": Mark.NOT_ASSESSED}  # fmt: skip
    assert judge(fresh, RULES).verdict is Verdict.HOLD


def test_cells_on_holiday_are_held():
    judgement = judge(facts(is_on_drug=False), RULES)
    assert judgement.verdict is Verdict.HOLD
    assert judgement.findings[0].code == "on_drug"
    assert judgement.sentence.startswith("The cells are without drug: ")


@pytest.mark.parametrize(
    ("those", "sentence"),
    [
        (facts(viability_pct=84.96), "Viability is 84.96 %; at least 85 % is wanted."),
        (facts(viability_pct=46.0), "Viability is 46.0 %, below 50 %: step back."),
        (facts(viability_pct=49.97), "Viability is 49.97 %, below 50 %: step back."),
        (
            facts(passage(0), passage(1, doubling_time_h=60.8, control_doubling_time_h=40.0)),
            "Doubling time is 1.52× the control's; at most 1.30× is wanted.",
        ),
        (
            facts(passage(0), passage(1, doubling_time_h=52.1, control_doubling_time_h=40.0)),
            "Doubling time is 1.302× the control's; at most 1.30× is wanted.",
        ),
        (facts(days_at_dose=13.7), "13.7 days at this dose; at least 14 wanted."),
        (facts(passages_at_dose=1), "1 passage at this dose; at least 2 wanted."),
        (facts(passage(0), passage(1, pd=-0.5)), "The cells did not grow in the last passage: wait for the next."),
    ],
)
def test_the_verdict_says_the_failing_clause_with_numbers_that_show_it(those: Facts, sentence: str):
    assert judge(those, RULES).sentence == sentence


def test_the_thresholds_are_the_labs():
    strict = Rules(min_viability_pct=97.5, back_viability_pct=95, max_doubling_ratio=1.05, min_passages=3, min_days=21)
    marks = {one.code: one.mark for one in judge(facts(), strict).findings}
    assert marks == {
        "viability": Mark.BACK, "doubling_time": Mark.HOLD, "passages": Mark.HOLD, "days": Mark.HOLD,
        "confluence": Mark.PASS, "net_loss": Mark.PASS}  # fmt: skip
    assert found("viability", facts(), strict).limit == "≥ 97.5 %"


def other(code: str, mark: Mark, *, blocks: bool = True) -> Finding:
    return Finding(code, code.title(), mark, f"{code} says {mark}.", blocks=blocks)


def test_a_domain_that_does_not_exist_yet_blocks_nothing():
    assert judge(facts(), RULES, [other("str", Mark.NOT_ASSESSED, blocks=False)]).verdict is Verdict.READY
    assert judge(facts(), RULES, [other("str", Mark.NOT_ASSESSED)]).verdict is Verdict.NOT_ASSESSED


@pytest.mark.parametrize(
    ("mark", "verdict"), [(Mark.HOLD, Verdict.HOLD), (Mark.BACK, Verdict.STEP_BACK), (Mark.PASS, Verdict.READY)]
)
def test_other_domains_have_a_say(mark: Mark, verdict: Verdict):
    judgement = judge(facts(), RULES, [other("mycoplasma", mark)])
    assert judgement.verdict is verdict
    assert (judgement.sentence == f"mycoplasma says {mark}.") == (mark is not Mark.PASS)


def test_the_gravest_finding_decides_and_is_said():
    held = facts(viability_pct=70)
    judgement = judge(held, RULES, [other("vials", Mark.NOT_ASSESSED), other("mycoplasma", Mark.BACK)])
    assert (judgement.verdict, judgement.sentence) == (Verdict.STEP_BACK, "mycoplasma says back.")


def test_the_order_of_other_findings_is_irrelevant():
    others = [
        other("b", Mark.HOLD),
        other("a", Mark.HOLD),
        replace(other("a", Mark.HOLD), value="1"),
        other("c", Mark.PASS),
    ]
    judgements = [judge(facts(), RULES, order) for order in permutations(others)]
    assert all(one == judgements[0] for one in judgements)


# --- properties -------------------------------------------------------------------------------------------------------

GRAVITY = [Verdict.READY, Verdict.NOT_ASSESSED, Verdict.HOLD, Verdict.STEP_BACK]
percents = st.one_of(st.sampled_from([50.0, 85.0]), st.floats(0, 100))
hours = st.sampled_from([40.0, 52.0, 52.1, 80.0, 80.1, 200.0])
passages = st.builds(
    Passage,
    at=st.just(START),
    hours=st.floats(1, 400),
    viability_pct=st.none() | percents,
    pd=st.none() | st.sampled_from([-1.0, 0.0, 0.5, 2.0]),
    doubling_time_h=st.none() | hours,
    confluence_pct=st.none() | st.integers(60, 100),
    control_doubling_time_h=st.none() | hours,
)
all_facts = st.builds(
    lambda those, **rest: Facts(those, len(those), **rest),
    st.lists(passages, max_size=4),
    days_at_dose=st.floats(0, 40),
    has_control=st.booleans(),
    viability_pct=st.none() | percents,
    is_on_drug=st.booleans(),
)
wished_for = st.builds(  # now and then all of it is met
    lambda viability, days, own: facts(
        passage(0), passage(1, doubling_time_h=own), viability_pct=viability, days_at_dose=days
    ),
    st.floats(80, 100),
    st.floats(12, 20),
    st.floats(44, 60),
)
other_findings = st.lists(
    st.builds(other, st.sampled_from("abc"), st.sampled_from(list(Mark)), blocks=st.booleans()), max_size=3
)


def bettered(those: Facts) -> list[Facts]:
    """The same facts, each with one number better. Doublings stay on their side of zero: the rules hold cells that did
    not grow once, but send those back that grew at less than half the control's speed."""
    better = [
        replace(those, days_at_dose=those.days_at_dose + 5),
        replace(those, passages_at_dose=those.passages_at_dose + 1),
        replace(those, is_on_drug=True),
    ]
    if those.viability_pct is not None:
        better.append(replace(those, viability_pct=min(those.viability_pct + 10, 100)))
    for nth, one in enumerate(those.passages):
        steps = []
        if one.doubling_time_h is not None:
            steps.append(replace(one, doubling_time_h=one.doubling_time_h * 0.8))
        if one.confluence_pct is not None:
            steps.append(replace(one, confluence_pct=min(one.confluence_pct + 15, 100)))
        if one.pd is not None:
            steps.append(replace(one, pd=one.pd / 2 if one.pd < 0 else one.pd * 2))
            steps.append(replace(one, pd=max(one.pd, 0.0)))
        better += [replace(those, passages=[*those.passages[:nth], step, *those.passages[nth + 1 :]]) for step in steps]
    return better


@given(all_facts | wished_for)
def test_a_better_number_never_makes_the_verdict_worse(those: Facts):
    before = GRAVITY.index(judge(those, RULES).verdict)
    assert all(GRAVITY.index(judge(better, RULES).verdict) <= before for better in bettered(those))


@given(all_facts | wished_for, other_findings)
def test_ready_means_that_all_that_blocks_has_passed(those: Facts, others: list[Finding]):
    judgement = judge(those, RULES, others)
    unmet = [one for one in judgement.findings if one.mark is not Mark.PASS]
    assert (judgement.verdict is Verdict.READY) == all(
        one.mark is Mark.NOT_ASSESSED and not one.blocks for one in unmet
    )
    assert judgement.sentence in {"Everything asked for is met.", *(one.sentence for one in unmet)}


@given(all_facts, other_findings, st.randoms())
def test_other_findings_may_come_in_any_order(those: Facts, others: list[Finding], chance: Random):
    assert judge(those, RULES, chance.sample(others, len(others))) == judge(those, RULES, others)


@pytest.mark.parametrize("broken", [nan, inf, -inf])
@pytest.mark.parametrize("name", ["days_at_dose", "viability_pct"])
def test_a_number_that_is_none_never_makes_cells_ready(name: str, broken: float):
    assert judge(replace(facts(), **{name: broken}), RULES).verdict is Verdict.NOT_ASSESSED


@pytest.mark.parametrize("broken", [nan, inf, -inf, None])
@pytest.mark.parametrize("name", ["pd", "doubling_time_h", "confluence_pct", "control_doubling_time_h"])
def test_a_passage_without_one_of_its_numbers_never_makes_cells_ready(name: str, broken: float | None):
    assert judge(facts(passage(0), passage(1, **{name: broken})), RULES).verdict is Verdict.NOT_ASSESSED


@given(st.floats(0, 200), st.integers(0, 2), st.sampled_from([1.3, 2.0, 14.0, 50.0, 85.0, 87.5]))
def test_a_number_is_shown_on_the_side_of_its_limit_where_it_lies(number: float, decimals: int, limit: float):
    as_shown = float(shown(number, decimals, limit))
    if abs(number - limit) > 1e-6:
        assert (as_shown < limit, as_shown > limit) == (number < limit, number > limit)
    assert abs(as_shown - number) <= 0.5 * 10**-decimals + 1e-9


def test_every_gate_answers_under_a_code_and_a_title_of_its_own():
    answers = [gate(facts(), RULES) for gate in GATES]
    assert len({one.code for one in answers}) == len({one.title for one in answers}) == len(GATES)
