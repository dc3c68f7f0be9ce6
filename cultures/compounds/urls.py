from django.urls import path

from cultures.compounds.views import compounds, dilution, lots, recipes

urlpatterns = [
    path("lots/", lots.lots, name="lots"),
    path("lots/csv/", lots.lots_csv, name="lots_csv"),
    path("lots/new/", lots.register, name="register_lot"),
    path("lots/<str:code>/", lots.lot, name="lot"),
    path("lots/<str:code>/open/", lots.open_, name="open_lot"),
    path("lots/<str:code>/finish/", lots.finish, name="finish_lot"),
    path("lots/<str:code>/thaw/", lots.thaw, name="thaw_stock"),
    path("lots/<str:code>/correct/", lots.correct, name="correct_lot"),
    path("lots/<str:code>/label/", lots.label, name="lot_label"),
    path("recipes/", recipes.recipes, name="recipes"),
    path("recipes/csv/", recipes.recipes_csv, name="recipes_csv"),
    path("recipes/new/", recipes.register, name="register_recipe"),
    path("recipes/<int:pk>/", recipes.recipe, name="recipe"),
    path("recipes/<int:pk>/revise/", recipes.revise, name="revise_recipe"),
    path("recipes/<int:pk>/retire/", recipes.retire, name="retire_recipe"),
    path("compounds/", compounds.compounds, name="compounds"),
    path("compounds/csv/", compounds.compounds_csv, name="compounds_csv"),
    path("compounds/new/", compounds.register, name="register_compound"),
    path("compounds/usual/", compounds.register_standard, name="register_standard_compounds"),
    path("compounds/<int:pk>/", compounds.compound, name="compound"),
    path("compounds/<int:pk>/edit/", compounds.edit, name="edit_compound"),
    path("compounds/<int:pk>/salt-forms/new/", compounds.add_salt, name="add_salt_form"),
    path("dilution/", dilution.dilution, name="dilution"),
]
