"""The rules of the bench's tables, each with what a technician reads when the database keeps it (lims.rules)."""

from collections.abc import Iterator

from cultures.passaging.models import Count, Discard, Event, Feed, Harvest, Move, Observation, Receipt
from lims.rules import register_rules

REGISTERS = {
    "molar_mass_is_positive_and_finite": "A molar mass is above zero, in g/mol. Correct the number.",
    "an_antibody_does_not_go_in_dmso": "DMSO would denature an antibody. Name its formulation buffer as the vehicle.",
    "highest_dose_is_positive_and_finite": "The highest dose is above zero, in the compound's own unit. Correct it.",
    "most_vehicle_is_a_percentage": "The most vehicle is above 0 and at most 100 % of the medium. Correct it.",
    "salt_form_is_registered_once": "This salt form of the compound is registered already. Reload to see it.",
    "salt_form_mass_is_positive_and_finite": "A molar mass is above zero, in g/mol. Correct the number.",
    "only_a_drug_stock_is_made_thawed_and_aliquoted": (
        "Only a drug stock has a salt form, a day of making, aliquots and thaws. Leave these empty, or choose drug "
        "stock."
    ),
    "no_more_aliquots_are_used_than_were_made": "All aliquots of this stock are used. Make a new stock.",
    "lot_is_registered_once": "This lot is registered already. Search for its number.",
    "drug_stock_names_compound_concentration_and_vehicle": (
        "A drug stock has a compound, a concentration with its unit and a vehicle; nothing else has. Fill in all of "
        "them, or none."
    ),
    "lot_is_opened_before_it_is_finished": "A lot is opened before it is finished. Correct the days.",
    "lot_is_received_before_it_is_opened": "A lot is received before it is opened. Correct the days.",
    "recipe_version_is_unique": "Someone else has just made this version of the recipe. Reload to see it.",
    "recipe_versions_count_from_one": "The first version of a recipe is 1. Reload, and try again.",
    "recipe_names_a_product_once": "A product stands in the recipe twice. Add the amounts up in one row.",
    "component_amount_is_positive": "The amount of a component is above zero. Correct it.",
    "line_is_not_its_own_parent": "A line is not derived from itself. Choose another parent.",
    "biosafety_level_is_1_to_4": "A biosafety level is 1, 2, 3 or 4. Choose one of these.",
    "rrid_is_a_cellosaurus_accession": "An RRID is CVCL_ and four digits or letters, such as CVCL_0033. Correct it.",
    "rrid_names_one_line": "Another line bears this RRID. Search for it before you register it anew.",
    "split_range_is_ordered": "The lower split ratio comes first, and both are above one. Correct the range.",
    "seeding_density_range_is_ordered": "The lower seeding density comes first. Correct the range.",
    "name_key_is_bare": "A name is kept under its letters and digits alone. Write it with Latin letters.",
    "feature_is_stated_once": "This is stated of this gene already. Withdraw that first.",
    "place_name_is_unique_in_its_parent": "There is already a place of this name here. Choose another name.",
    "place_is_not_in_itself": "A place does not stand in itself. Choose where it stands.",
    "only_sites_have_no_parent": "Only a site stands in nothing. Choose where this place is.",
    "vessel_has_area_and_volume": "A vessel has a growth area and a volume above zero. Correct the numbers.",
}
CULTURES = {
    "one_open_session_per_person": "You have just opened a bench session in another window. Reload to see it.",
    "session_ends_after_its_start": "A bench session ends after it began. Correct the time.",
    "culture_has_a_fate_once_ended": "A culture that has ended has a fate, and one that grows has none. Reload it.",
    "culture_ends_after_seeding": "A culture cannot end before it was seeded. Correct the time.",
    "seeded_cells_are_plausible": "The number of seeded cells is above zero, and no vessel holds 10¹³. Correct it.",
    "doublings_are_finite": "The doublings come to more than cells can have. Check counts and volumes.",
    "descent_is_stated_once": "This culture is known as a daughter of that one. Reload to see it.",
    "descent_runs_forward": "A culture descends only from one that was entered before it. Choose another parent.",
    "culture_is_received_once": "This culture has been received already. Reload to see it.",
    "receipt_thaw_adds_none_or_one": "A thaw adds no passage or one. Have the lab's setting corrected.",
    "receipt_pdl_is_finite": "The doublings on the label are zero or more. Correct them.",
    "receipt_viability_is_a_percentage": "A viability is from 0 to 100 %. Correct it.",
    "count_is_plausible": "Cells per mL are zero or more, and a dilution is above zero. Correct the count.",
    "reported_viability_is_a_percentage": "A viability is from 0 to 100 %. Correct it.",
    "confluence_is_a_percentage": "A confluence is from 0 to 100 %. Correct it.",
    "observation_says_something": "An observation says something. Give the confluence, the morphology or a note.",
    "one_medium_at_seeding": "The medium of this seeding was corrected at the same time. Reload to see it.",
    "one_medium_at_a_time": "This flask got its medium at that very minute already. Correct the time, or that entry.",
    "feed_volume_is_plausible": "The volume of medium is above zero. Correct it.",
    "feed_names_a_lot_once": "A lot is named twice in this medium. Name it once.",
    "feed_names_a_drug_once": "A drug is named twice in this medium. Give one dose of each.",
    "dose_is_plausible": "A dose is zero or more, in a known unit. Correct it.",
    "a_dose_names_its_stock": "A dose comes from a stock. Choose its lot.",
    "vehicle_is_a_percentage": "The vehicle is from 0 to 100 % of the medium. Correct it.",
    "move_changes_the_place": "The culture stands there already. Choose another place.",
    "culture_is_discarded_once": "Someone else has just discarded this culture. Reload to see it.",
    "harvest_is_plausible": "A harvest has a volume above zero and no more cells than a vessel holds. Correct it.",
    "count_is_used_for_one_harvest": "That count has just been used for another harvest. Choose another.",
    "culture_is_harvested_once": "Someone else has just harvested this culture. Reload to see what became of it.",
    "harvest_names_a_lot_once": "A lot is named twice in this harvest. Name it once.",
    "daughter_allocation_names_its_daughter": "Cells that were seeded name the flask they went to. Try again.",
    "allocation_is_plausible": "The cells and the volume taken are above zero. Correct them.",
    "rest_is_discarded_once": "The rest of this harvest has been discarded already. Reload to see it.",
    "daughter_is_seeded_from_one_harvest": "This flask was seeded already. Reload to see it.",
    "never_more_cells_than_harvested": "More viable cells were taken than harvested. Reload to see what is left.",
}
DOSE_LADDERS = {
    "plan_version_is_unique": "Someone else has just made this version of the plan. Reload to see it.",
    "plan_versions_count_from_one": "The first version of a plan is 1. Reload, and try again.",
    "a_new_plan_has_a_reason": "A new version of a plan needs its reason. Write why.",
    "plan_vehicle_is_a_percentage": "The vehicle is from 0 to 100 % of the medium. Correct it.",
    "a_plan_is_not_edited": "What was planned is kept. Make a new version of it, with the reason.",
    "rung_stands_once_in_its_plan": "Two rungs have the same number. Number them one after another.",
    "rung_dose_stands_once_in_its_plan": "A dose stands in the plan twice. Give each rung its own.",
    "rung_dose_is_positive_and_finite": "The dose of a rung is above zero, in a known unit. Correct it.",
    "rung_criteria_are_plausible": (
        "A rung has at least one planned day, no more days at least than planned, and limits that can be met. "
        "Correct the numbers."
    ),
    "a_pulse_has_days_on_and_off": "A pulse has days with the drug and days without. Give both, or neither.",
    "maintained_drug_stands_once_in_its_plan": "A drug is kept at one dose. Name it once.",
    "maintained_dose_is_positive_and_finite": "The dose of a maintained drug is above zero. Correct it.",
    "maintained_vehicle_is_a_percentage": "The vehicle is from 0 to 100 % of the medium. Correct it.",
    "readiness_limits_are_in_order": (
        "The limits of stepping back lie beyond those of being ready, and percentages are from 0 to 100. Correct them."
    ),
    "model_is_not_derived_from_itself": "A model is not derived from itself. Choose another.",
    "ladder_name_is_unique_in_its_model": "This model has a ladder of that name. Choose another name.",
    "ladder_that_ended_says_how": "A ladder that ended is lost or abandoned. Reload it.",
    "ladder_ends_after_its_start": "A ladder ends after it began. Correct the time.",
    "ladder_starts_in_an_arm": "A ladder begins with a treated culture and its vehicle control. Choose the arm.",
    "decisions_count_on_within_a_model": "Someone else has just decided on this model. Reload to see what.",
    "one_decision_waits_per_ladder": "A decision on this ladder waits for a second person already. Settle that first.",
    "against_the_verdict_needs_a_reason_and_a_second_person": (
        "A decision against the verdict needs its reason and a second person. Write why, and ask somebody to second it."
    ),
    "nobody_seconds_their_own_decision": "Nobody seconds a decision of their own. Ask somebody else.",
    "decision_is_on_a_ladder_or_a_model": "A decision names its ladder and the rung it leads to. Choose them.",
    "decision_is_not_in_the_future": "That has not come yet. Enter when it was decided.",
    "reversion_test_ends_after_its_start": "A reversion test ends after it began. Correct the time.",
    "reversion_test_that_ended_says_why": "A reversion test that ends needs its reason. Write why.",
    "reversion_week_stands_once": "A week stands in the test twice. Name it once.",
    "reversion_weeks_are_plausible": "The weeks of a reversion test are from 1 to 520. Correct them.",
    "settled_check_says_how": "A check is settled by the run that measured it, or by why it was left out. Write which.",
    "hypothesis_is_proposed_once": "This mechanism is noted for the model already. State anew what you hold of it.",
    "doi_has_the_form_of_one": "A DOI begins with 10. and has a stroke, such as 10.18632/oncotarget.19461. Correct it.",
    "a_reference_has_its_doi": "A reference is named by its DOI. Add it.",
    "withdrawn_evidence_says_why": "Evidence is withdrawn for a reason. Write why.",
}
EVENTS: tuple[type[Event], ...] = (Receipt, Count, Observation, Feed, Move, Discard, Harvest)


def of_each_event() -> Iterator[tuple[str, str]]:
    for event in EVENTS:
        name = event._meta.model_name
        yield f"{name}_correction_has_a_reason", "A correction needs its reason. Write why."
        yield f"{name}_withdrawal_has_a_reason", "What is taken back needs a reason. Write why."
        yield f"{name}_is_not_in_the_future", "That has not come yet. Enter when it happened."


def register() -> None:
    register_rules(REGISTERS | CULTURES | DOSE_LADDERS | dict(of_each_event()))
