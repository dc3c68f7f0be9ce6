"""The rules of the bench's tables, each with what a technician reads when the database keeps it (lims.rules)."""

from collections.abc import Iterator

from cultures.passaging.models import Count, Discard, Event, Feed, Harvest, Move, Observation, Receipt
from lims.rules import register_rules

REGISTERS = {
    "molar_mass_is_positive_and_finite": "A molar mass is above zero, in g/mol. Correct the number.",
    "an_antibody_does_not_go_in_dmso": "DMSO would denature an antibody. Name its formulation buffer as the vehicle.",
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
EVENTS: tuple[type[Event], ...] = (Receipt, Count, Observation, Feed, Move, Discard, Harvest)


def of_each_event() -> Iterator[tuple[str, str]]:
    for event in EVENTS:
        name = event._meta.model_name
        yield f"{name}_correction_has_a_reason", "A correction needs its reason. Write why."
        yield f"{name}_withdrawal_has_a_reason", "What is taken back needs a reason. Write why."
        yield f"{name}_is_not_in_the_future", "That has not come yet. Enter when it happened."


def register() -> None:
    register_rules(REGISTERS | CULTURES | dict(of_each_event()))
