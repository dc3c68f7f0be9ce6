"""What is done with lines: register, derive, edit, name, state a feature, retire."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cultures.lines.forms import EditForm, FeatureForm, LineForm, NameForm, SublineForm, inherited
from cultures.lines.models import CellLine, LineName, MolecularFeature
from cultures.lines.services import (
    add_feature,
    add_synonym,
    derive_subline,
    edit_line,
    register_line,
    rename_line,
    retire_line,
    withdraw_feature,
    withdraw_synonym,
)
from cultures.lines.views.pages import find, line_page
from lims.accounts.access import SignedInRequest, requires
from lims.web.entry import SteppedForm, carried_out, sent
from lims.web.forms import BenchForm
from lims.web.htmx import done

post_or_look = require_http_methods(["GET", "HEAD", "POST"])


@post_or_look
@requires("register_line")
def register(request: SignedInRequest) -> HttpResponse:
    form = LineForm(sent(request))
    if made := carried_out(form, lambda: register_line(by=request.user, **form.command())):
        return done(request, made, f"{made} is registered.")
    teach = "A line that came from outside. Lines made here are derived from the page of their parent."
    return _form_page(request, form, "Register a line", "Register", teach=teach)


@post_or_look
@requires("derive_subline")
def derive(request: SignedInRequest, pk: int) -> HttpResponse:
    parent = find(pk)
    form = SublineForm(sent(request), proposals=inherited(parent))
    if made := carried_out(form, lambda: derive_subline(parent_id=parent.pk, by=request.user, **form.command())):
        return done(request, made, f"{made} is registered as derived from {parent}.")
    teach = f"It takes over the molecular features of {parent}; what is proposed below can be changed."
    return _form_page(request, form, f"Derive a subline of {parent}", "Register", parent, teach)


@post_or_look
@requires("edit_line")
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find(pk)
    form = EditForm(sent(request), line=found)

    def verb() -> CellLine:
        reason = form.cleaned_data["reason"]
        return edit_line(line_id=found.pk, changes=form.changes(), reason=reason, by=request.user)

    if edited := carried_out(form, verb):
        return done(request, edited, "Saved. The old values stay in its history.")
    return _form_page(request, form, f"Edit {found}", "Save", found)


@post_or_look
@requires("rename_line")
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find(pk)
    form = NameForm(sent(request), initial={"name": found.name})
    if named := carried_out(form, lambda: rename_line(line_id=found.pk, by=request.user, **form.command())):
        return done(request, named, f"It is called {named} now; {found.name} still finds it.")
    teach = f"{found} stays as a synonym, so flasks and notes that bear it are still found."
    return _form_page(request, form, f"Rename {found}", "Rename", found, teach)


@post_or_look
@requires("add_synonym")
def add_name(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find(pk)
    form = NameForm(sent(request))
    if made := carried_out(form, lambda: add_synonym(line_id=found.pk, by=request.user, **form.command())):
        return done(request, found, f"{found} is found as {made} too.")
    return _form_page(request, form, f"A further name of {found}", "Add the name", found)


@post_or_look
@requires("add_feature")
def state_feature(request: SignedInRequest, pk: int) -> HttpResponse:
    found = find(pk)
    form = FeatureForm(sent(request))
    if made := carried_out(form, lambda: add_feature(line_id=found.pk, by=request.user, **form.command())):
        return done(request, found, f"{made} is stated.")
    return _form_page(request, form, f"A molecular feature of {found}", "State it", found)


@require_POST
@requires("withdraw_synonym")
def withdraw_name(request: SignedInRequest, pk: int, name_pk: int) -> HttpResponse:
    name = get_object_or_404(LineName, pk=name_pk, line=pk)
    verb = partial(withdraw_synonym, name_id=name.pk, by=request.user)
    return _one_tap(request, pk, verb, f"{name} is withdrawn; it still finds the line.")


@require_POST
@requires("withdraw_feature")
def retract_feature(request: SignedInRequest, pk: int, feature_pk: int) -> HttpResponse:
    feature = get_object_or_404(MolecularFeature, pk=feature_pk, line=pk)
    verb = partial(withdraw_feature, feature_id=feature.pk, by=request.user)
    return _one_tap(request, pk, verb, f"{feature} is withdrawn.")


@require_POST
@requires("retire_line")
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    return _one_tap(
        request, pk, partial(retire_line, line_id=pk, by=request.user), "It is retired. Its history is kept."
    )


def _one_tap(request: HttpRequest, pk: int, verb: Callable[[], Any], message: str) -> HttpResponse:
    found = find(pk)
    form = BenchForm(request.POST)
    return done(request, found, message) if carried_out(form, verb) else line_page(request, found, form)


def _form_page(
    request: HttpRequest, form: SteppedForm, title: str, verb: str, of: CellLine | None = None, teach: str = ""
) -> HttpResponse:
    crumbs = [("Lines", reverse("cultures:lines")), *([(of.name, of.get_absolute_url())] if of else [])]
    context = {"form": form, "title": title, "verb": verb, "teach": teach, "crumbs": crumbs, "back": crumbs[-1][1]}
    return render(request, "cultures/register_form.html", context, status=form.status)
