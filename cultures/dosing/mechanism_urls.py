from django.urls import path

from cultures.dosing.views import mechanisms

urlpatterns = [
    path("mechanisms/", mechanisms.mechanisms, name="mechanisms"),
    path("mechanisms/new/", mechanisms.register, name="register_mechanism"),
    path("mechanisms/<int:pk>/", mechanisms.mechanism, name="mechanism"),
    path("mechanisms/<int:pk>/retire/", mechanisms.retire, name="retire_mechanism"),
    path("models/<slug:code>/hypotheses/new/", mechanisms.propose, name="propose_hypothesis"),
    path("models/<slug:code>/hypotheses/<int:pk>/", mechanisms.hypothesis, name="hypothesis"),
    path("models/<slug:code>/hypotheses/<int:pk>/history/", mechanisms.history, name="hypothesis_history"),
    path("models/<slug:code>/hypotheses/<int:pk>/state/", mechanisms.state, name="state_hypothesis"),
    path("models/<slug:code>/hypotheses/<int:pk>/evidence/", mechanisms.add_evidence, name="add_evidence"),
    path(
        "models/<slug:code>/hypotheses/<int:pk>/evidence/<int:evidence_pk>/withdraw/",
        mechanisms.withdraw_evidence,
        name="withdraw_evidence",
    ),
]
