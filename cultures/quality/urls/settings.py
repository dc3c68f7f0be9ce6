"""Addresses of the rules of testing, the kits and the methods."""

from django.urls import path

from cultures.quality.views import settings

urlpatterns = [
    path("qc/policy/", settings.policy, name="qc_policy"),
    path("qc/policy/change/", settings.change_policy, name="change_qc_policy"),
    path("qc/kits/", settings.kits, name="qc_kits"),
    path("qc/kits/new/", settings.register, name="register_kit"),
    path("qc/kits/<int:kit_id>/revise/", settings.revise, name="revise_kit"),
    path("qc/methods/", settings.methods, name="qc_methods"),
    path("qc/methods/new/", settings.define, name="define_method"),
    path("qc/methods/<slug:code>/retire/", settings.retire, name="retire_method"),
]
