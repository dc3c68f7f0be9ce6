from cultures.compounds.services.compounds import register_compound
from cultures.compounds.services.lots import check_usable, correct_lot, finish_lot, open_lot, register_lot
from cultures.compounds.services.recipes import Component, register_recipe, retire_recipe, revise_recipe

__all__ = [
    "Component",
    "check_usable",
    "correct_lot",
    "finish_lot",
    "open_lot",
    "register_compound",
    "register_lot",
    "register_recipe",
    "retire_recipe",
    "revise_recipe",
]
