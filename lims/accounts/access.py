"""Who may do what: one table of verbs to roles. Every view and endpoint names its verb; a test walks them all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from lims.accounts.models import Role, User


class SignedInRequest(HttpRequest):
    """What a view behind `requires` is given."""

    user: User


View = Callable[..., HttpResponseBase]

EVERYONE = frozenset(Role)
BENCH = frozenset({Role.TECHNICIAN, Role.MANAGER, Role.PI})
LEADS = frozenset({Role.MANAGER, Role.PI})
MACHINES_ONLY: frozenset[Role] = frozenset()

ACTIONS: dict[str, frozenset[Role]] = {
    # looking
    "view_bench": EVERYONE,
    "view_history": EVERYONE,
    "export_bench": EVERYONE,
    "read_bench": EVERYONE,
    # at the bench
    "start_bench_session": BENCH,
    "end_bench_session": BENCH,
    "receive_culture": BENCH,
    "thaw_culture": BENCH,
    "seed_culture": BENCH,
    "count_culture": BENCH,
    "observe_culture": BENCH,
    "feed_culture": BENCH,
    "passage_culture": BENCH,
    "pool_cultures": BENCH,
    "move_culture": BENCH,
    "discard_culture": BENCH,
    "discard_rest": BENCH,
    "correct_entry": BENCH,
    "undo_entry": BENCH,
    "register_lot": BENCH,
    "open_lot": BENCH,
    "finish_lot": BENCH,
    "correct_lot": BENCH,
    "thaw_stock": BENCH,
    "assign_delivery": BENCH,
    "print_labels": BENCH,
    # dose ladders
    "start_ladder": BENCH,
    "decide_on_ladder": BENCH,
    "second_decision": BENCH,
    "decline_decision": BENCH,
    "undo_decision": BENCH,
    "branch_ladder": BENCH,
    "passage_pair": BENCH,
    "feed_pair": BENCH,
    "reschedule": BENCH,
    "start_reversion_test": BENCH,
    "settle_reversion_check": BENCH,
    "end_reversion_test": BENCH,
    "propose_hypothesis": BENCH,
    "state_hypothesis": BENCH,
    "add_evidence": BENCH,
    "withdraw_evidence": BENCH,
    "register_model": LEADS,
    "revise_plan": LEADS,
    "confirm_model": LEADS,
    "maintain_model": LEADS,
    "abandon_model": LEADS,
    "change_readiness_rules": LEADS,
    "register_mechanism": LEADS,
    "retire_mechanism": LEADS,
    # quality control
    "take_samples": BENCH,
    "record_test": BENCH,
    "enter_results": BENCH,
    "abandon_run": BENCH,
    "correct_test": BENCH,
    "plan_test": BENCH,
    "call_off_test": BENCH,
    "quarantine_cultures": BENCH,
    "treat_culture": BENCH,
    "act_on_trace": BENCH,
    "release_cultures": LEADS,
    "register_kit": LEADS,
    "revise_kit": LEADS,
    "define_method": LEADS,
    "retire_method": LEADS,
    "change_qc_policy": LEADS,
    "change_identity_policy": LEADS,
    "set_reference_profile": LEADS,
    "import_profiles": LEADS,
    "withdraw_profile": LEADS,
    "state_shared_donor": LEADS,
    "withdraw_shared_donor": LEADS,
    # keeping the registers
    "register_line": LEADS,
    "derive_subline": LEADS,
    "edit_line": LEADS,
    "rename_line": LEADS,
    "add_synonym": LEADS,
    "withdraw_synonym": LEADS,
    "add_feature": LEADS,
    "withdraw_feature": LEADS,
    "retire_line": LEADS,
    "register_place": LEADS,
    "rename_place": LEADS,
    "retire_place": LEADS,
    "mark_quarantine_place": LEADS,
    "register_recipe": LEADS,
    "revise_recipe": LEADS,
    "retire_recipe": LEADS,
    "register_vessel_type": LEADS,
    "register_standard_vessels": LEADS,
    "retire_vessel_type": LEADS,
    "register_compound": LEADS,
    "edit_compound": LEADS,
    "add_salt_form": LEADS,
    "register_standard_compounds": LEADS,
    "register_instrument": LEADS,
    "issue_token": LEADS,
    "revoke_token": LEADS,
    "dismiss_delivery": LEADS,
    # running the lab
    "manage_people": LEADS,
    "create_user": LEADS,
    "edit_user": LEADS,
    "change_role": LEADS,
    "deactivate_user": LEADS,
    "reactivate_user": LEADS,
    "reset_password": LEADS,
    "change_lab_settings": LEADS,
    "view_ledger": LEADS,
    # one's own account
    "change_password": EVERYONE,
    "change_preferences": EVERYONE,
    "sign_out": EVERYONE,
    "sign_out_everywhere": EVERYONE,
    # instruments, by the scopes of their token
    "post_count": MACHINES_ONLY,
    "post_test": MACHINES_ONLY,
    # steps of other verbs and of setting up, as the ledger names them; nobody asks for them
    "sign_in": MACHINES_ONLY,
    "take_delivery": MACHINES_ONLY,
    "preview_correction": MACHINES_ONLY,
    "assign_arm": MACHINES_ONLY,
    "recompute_dosing": MACHINES_ONLY,
    "load_demonstration": MACHINES_ONLY,
}
INSTRUMENT_ACTIONS = frozenset({"post_count", "post_test", "read_bench"})
WHILE_PASSWORD_IS_TEMPORARY = frozenset({"change_password", "sign_out"})


def may(actor: Any, verb: str) -> bool:
    """Whether a person (by role) or an instrument (by the scopes of its key) may do a verb; KeyError if unknown."""
    roles = ACTIONS[verb]
    if (scopes := getattr(actor, "scopes", None)) is not None:
        return verb in INSTRUMENT_ACTIONS and verb in scopes
    return bool(actor.is_authenticated and actor.is_active and actor.role in roles)


def who_may(verb: str) -> str:
    """The roles of a verb in words: "technician, lab manager or PI"."""
    labels = [role.label for role in Role if role in ACTIONS[verb]]
    return " or ".join(filter(None, [", ".join(labels[:-1]), labels[-1] if labels else "an instrument"]))


def requires(verb: str) -> Callable[[View], View]:
    """Let in who may do `verb`; the others are sent to sign in, to set their own password, or told who may."""
    if verb not in ACTIONS:
        raise ValueError(f"{verb!r} is not in ACTIONS.")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            user = request.user
            if user.must_change_password and verb not in WHILE_PASSWORD_IS_TEMPORARY:
                return redirect("lims:change_password")
            if not may(user, verb):
                return not_allowed(request, verb)
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]  # the mark that the walk over all views reads
        return guarded

    return decorate


def public(view: View) -> View:
    """Marks the few views that need no account: signing in, and the health checks."""
    view.public = True  # type: ignore[attr-defined]  # the mark that the walk over all views reads
    return view


def not_allowed(request: HttpRequest, verb: str) -> HttpResponse:
    context = {"deed": verb.replace("_", " "), "who_may": who_may(verb)}
    return render(request, "lims/accounts/not_allowed.html", context, status=403)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    to_sign_in = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(to_sign_in.url) if getattr(request, "htmx", False) else to_sign_in
