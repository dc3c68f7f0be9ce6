"""Addresses where models are registered and planned, ladders start and branch, and the rules of readiness stand."""

from django.urls import path

from cultures.dosing.views import planning, registering, rules, starting

of_model = "models/<str:code>/"
urlpatterns = [
    path("models/new/", registering.register, name="register_model"),
    path(f"{of_model}plan/", planning.revise, name="revise_plan"),
    path(f"{of_model}plan/<int:version>/", planning.version, name="plan_version"),
    path(f"{of_model}ladders/new/", starting.start, name="start_ladder"),
    path(f"{of_model}ladders/<str:name>/branch/", starting.branch, name="branch_ladder"),
    path("readiness-rules/", rules.rules, name="readiness_rules"),
    path("readiness-rules/change/", rules.change, name="change_readiness_rules"),
]
