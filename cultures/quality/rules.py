"""The rules of the quality tables, each with what a technician reads when the database keeps it (lims.rules)."""

from collections.abc import Iterator

from cultures.quality.models import QCTest, Treatment
from lims.rules import register_rules

QUALITY = {
    "kit_version_is_unique": "Someone else has just revised this kit. Reload to see its cut-offs.",
    "kit_cut_offs_are_in_order": (
        "Cut-offs are above zero, and the positive one is not below the negative one. Correct them."
    ),
    "a_number_has_a_limit_and_a_verdict_has_none": (
        "A number passes from or up to a limit; pass or fail has none. Give a limit, or choose pass or fail."
    ),
    "limits_of_a_method_are_in_order": "The lower limit comes first. Correct the limits.",
    "run_is_read_once_it_is_judged": "This run was read already. Reload to see its results.",
    "run_is_read_after_its_start": "A run is read after its samples were taken. Correct the time.",
    "one_result_of_a_sample": "Someone else has just entered the result of this sample. Reload to see it.",
    "one_sample_at_a_time": "This sample was recorded just now. Search for the culture to see its result.",
    "a_pending_test_has_no_result": "A result is dated, and not before its sample. Correct the time.",
    "a_test_is_not_edited": "A recorded result is kept as it is. Correct it with a reason: both stay readable.",
    "one_planned_test_at_a_time": "This test is planned for the culture already. Reload to see when.",
    "settled_plan_says_how": "A planned test is settled by a sample, or called off with a reason. Write which.",
    "one_rule_per_method_and_phase": "A method has one rule in each phase of a line. Keep one of them.",
    "rule_has_the_times_of_its_phase": (
        "Growing cultures, banking and confirmation have an interval; arrivals and thaws have days. Correct the rule."
    ),
    "rule_times_are_in_order": "Times of a rule are zero or more, and the latest is not before the earliest.",
    "one_standing_per_method": "The same sample is entered twice at once. Try again.",
    "profile_is_of_a_sample_a_line_or_the_library": (
        "A profile is that of a sample, the reference of a line, or one of the library. Choose one of them."
    ),
    "profile_withdrawal_has_a_reason": "A profile is withdrawn for a reason. Write why.",
    "one_reference_profile_per_line": "This line has a reference profile. Withdraw that one first.",
    "one_profile_per_sample": "The profile of this sample was entered just now. Reload to see it.",
    "a_donor_is_shared_with_one_other": "A line shares its donor with another line, or with an accession. Name one.",
    "a_shared_donor_is_stated_once": "This shared donor is known already. Reload to see it.",
    "one_quarantine_per_test": "This test has put cultures into quarantine already. Reload to see them.",
    "quarantine_of_a_test_names_it": "A quarantine after a test names that test. Choose it.",
    "in_a_quarantine_once": "This culture is in that quarantine already. Reload to see it.",
    "release_has_a_reason": "Cells leave quarantine for a reason. Write why.",
    "release_comes_after_the_start": "Cells leave quarantine after they came into it. Correct the time.",
    "traced_once": "The trace holds this culture already. Reload to see it.",
}


def of_each_event() -> Iterator[tuple[str, str]]:
    for event in (QCTest, Treatment):
        name = event._meta.model_name
        yield f"{name}_correction_has_a_reason", "A correction needs its reason. Write why."
        yield f"{name}_withdrawal_has_a_reason", "What is taken back needs a reason. Write why."
        yield f"{name}_is_not_in_the_future", "That has not come yet. Enter when it happened."


def register() -> None:
    register_rules(QUALITY | dict(of_each_event()))
