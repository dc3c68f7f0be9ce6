"""Signing in and out, one's own account, and the people of the lab."""

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lims.accounts import services
from lims.accounts.access import SignedInRequest, public, requires
from lims.accounts.errors import TooManyTries
from lims.accounts.forms import NewPasswordForm, NewPersonForm, PersonForm, PreferencesForm, SignInForm, WhyForm
from lims.accounts.lockout import address_of
from lims.accounts.models import User
from lims.audit.context import acting
from lims.errors import DomainError
from lims.web.htmx import done

EDIT_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@public
@never_cache
@EDIT_OR_SEND
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    go_on = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(go_on)
    form, status = SignInForm(request.POST or None), 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            user = services.check_password(request=request, **form.command())
        except DomainError as refusal:
            form.refuse(refusal)
            status = 429 if isinstance(refusal, TooManyTries) else 422
        else:
            with acting(user, "sign_in"):
                login(request, user)
            return redirect(go_on)
    return render(request, "lims/accounts/sign_in.html", {"form": form, "next": go_on}, status=status)


@require_POST
@requires("sign_out")
def sign_out(request: SignedInRequest) -> HttpResponse:
    logout(request)
    return redirect("lims:sign_in")


@EDIT_OR_SEND
@requires("change_preferences")
def account(request: SignedInRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, initial={"wants_digest": request.user.wants_digest})
    if form.is_valid():
        services.change_preferences(user=request.user, **form.command())
        return done(request, "lims:account", "Saved.")
    return render(request, "lims/accounts/account.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@EDIT_OR_SEND
@sensitive_post_parameters("old_password", "password", "again")
@requires("change_password")
def change_password(request: SignedInRequest) -> HttpResponse:
    form = NewPasswordForm(request.POST or None, user=request.user)
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            services.change_password(user=request.user, address=address_of(request), **form.command())
        except DomainError as refusal:
            form.refuse(refusal)
            status = 429 if isinstance(refusal, TooManyTries) else 422
        else:
            update_session_auth_hash(request, request.user)
            return done(request, settings.LOGIN_REDIRECT_URL, "Your password is changed; other devices are signed out.")
    return render(request, "lims/accounts/change_password.html", {"form": form}, status=status)


@require_POST
@requires("sign_out_everywhere")
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    services.sign_out_everywhere(user=request.user)
    update_session_auth_hash(request, request.user)
    return done(request, "lims:account", "Every other device is signed out.")


@require_GET
@requires("manage_people")
def people(request: SignedInRequest) -> HttpResponse:
    return render(request, "lims/accounts/people.html", {"people": User.objects.by_name()})


@never_cache
@EDIT_OR_SEND
@requires("manage_people")
def person_add(request: SignedInRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        try:
            person, password = services.create_user(by=request.user, **form.command())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return _show_password_once(request, person, password)
    status = 422 if request.method == "POST" else 200
    return render(request, "lims/accounts/person_add.html", {"form": form}, status=status)


@EDIT_OR_SEND
@requires("manage_people")
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST if request.method == "POST" else None, initial=PersonForm.values_of(person))
    if form.is_valid():
        command = form.command()
        role = command.pop("role")
        try:
            with transaction.atomic():
                services.edit_user(by=request.user, user_id=pk, **command)
                if role != person.role:
                    services.change_role(by=request.user, user_id=pk, role=role)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return done(request, "lims:people", f"{person.username} is saved.")
    return _person_page(request, person, form, WhyForm(prefix="end"))


@require_POST
@requires("manage_people")
def person_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Deactivate an active account, or take back a deactivated one; always with a reason."""
    person = get_object_or_404(User, pk=pk)
    why = WhyForm(request.POST, prefix="end")
    if why.is_valid():
        change = services.deactivate_user if person.is_active else services.reactivate_user
        try:
            person = change(by=request.user, user_id=pk, **why.command())
        except DomainError as refusal:
            why.refuse(refusal)
        else:
            return done(request, "lims:people", f"{person} is {'active again' if person.is_active else 'deactivated'}.")
    return _person_page(request, person, PersonForm(initial=PersonForm.values_of(person)), why)


@never_cache
@require_POST
@requires("manage_people")
def person_password(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return _show_password_once(request, person, services.reset_password(by=request.user, user_id=pk))


def _person_page(request: SignedInRequest, person: User, form: PersonForm, why: WhyForm) -> HttpResponse:
    context = {"person": person, "form": form, "why": why}
    status = 422 if form.is_bound or why.is_bound else 200
    return render(request, "lims/accounts/person_edit.html", context, status=status)


def _show_password_once(request: SignedInRequest, person: User, password: str) -> HttpResponse:
    """In the answer itself: neither a redirect nor the session may carry it."""
    return render(request, "lims/accounts/one_time_password.html", {"person": person, "password": password})


def _safe_next(request: HttpRequest) -> str:
    """Where to go after signing in; only a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else settings.LOGIN_REDIRECT_URL
