from cultures.compounds.services.compounds import register_compound
from cultures.compounds.services.lots import correct_lot, finish_lot, open_lot, register_lot
from cultures.compounds.services.recipes import Component, register_recipe, retire_recipe, revise_recipe

__all__ = [
    "Component",
    "correct_lot",
    "finish_lot",
    "open_lot",
    "register_compound",
    "register_lot",
    "register_recipe",
    "retire_recipe",
    "revise_recipe",
]
