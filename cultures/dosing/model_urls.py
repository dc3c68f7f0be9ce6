"""Addresses of models, their decisions and their exposure."""

from django.urls import path

from cultures.dosing.views import board, decisions, exposure, model, model_ends

of_model = "models/<str:code>/"
urlpatterns = [
    path("models/", board.models, name="models"),
    path(of_model, model.model, name="model"),
    path(f"{of_model}history/", model.history, name="model_history"),
    path(f"{of_model}ladders/<str:name>/decide/", decisions.decide, name="decide"),
    path(f"{of_model}decisions/", decisions.decisions, name="decisions"),
    path(f"{of_model}decisions/<int:number>/", decisions.decision, name="decision"),
    path(f"{of_model}decisions/<int:number>/second/", decisions.second, name="second_decision"),
    path(f"{of_model}decisions/<int:number>/decline/", decisions.decline, name="decline_decision"),
    path(f"{of_model}decisions/<int:number>/undo/", decisions.undo, name="undo_decision"),
    path(f"{of_model}confirm/", model_ends.confirm, name="confirm_model"),
    path(f"{of_model}maintain/", model_ends.maintain, name="maintain_model"),
    path(f"{of_model}abandon/", model_ends.abandon, name="abandon_model"),
    path(f"{of_model}exposure/", exposure.exposure, name="exposure"),
    path(f"{of_model}exposure.csv", exposure.exposure_csv, name="exposure_csv"),
]
