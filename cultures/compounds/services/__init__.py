from cultures.compounds.services.compounds import add_salt_form, edit_compound, register_compound
from cultures.compounds.services.lots import correct_lot, finish_lot, open_lot, register_lot
from cultures.compounds.services.recipes import Component, register_recipe, retire_recipe, revise_recipe
from cultures.compounds.services.standard_compounds import register_standard_compounds
from cultures.compounds.services.stocks import thaw_stock

__all__ = [
    "Component",
    "add_salt_form",
    "correct_lot",
    "edit_compound",
    "finish_lot",
    "open_lot",
    "register_compound",
    "register_lot",
    "register_recipe",
    "register_standard_compounds",
    "retire_recipe",
    "revise_recipe",
    "thaw_stock",
]
