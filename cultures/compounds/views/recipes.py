"""Medium recipes: their list, one version beside the one before, and new versions."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.compounds.forms.recipes import RecipeForm, RevisionForm, component_rows
from cultures.compounds.models import MediumRecipe, RecipeComponent
from cultures.compounds.selectors import changes_in_words, compare, proposed_lots
from cultures.compounds.services import register_recipe, retire_recipe, revise_recipe
from lims.accounts.access import SignedInRequest, requires
from lims.clock import today
from lims.tabular.writing import Column, csv_response
from lims.web.entry import carried_out, sent
from lims.web.filters import Filters, Flag
from lims.web.forms import BenchForm
from lims.web.htmx import done, page
from lims.web.pagination import keyset_page

MOST_VERSIONS = 50  # shown beside each other; the rest are reached from the oldest of them
COLUMNS = (
    Column("Recipe", "recipe.name"),
    Column("Version", "recipe.version"),
    Column("Component", "product"),
    Column("Kind", lambda row: row.get_kind_display()),
    Column("Amount", "amount"),
    Column("Unit", "unit"),
    Column("Antibiotics", "recipe.has_antibiotics"),
    Column("Note", "recipe.note"),
    Column("Made at", "recipe.created_at"),
    Column("Retired at", "recipe.retired_at"),
)


def _filters(request: HttpRequest) -> Filters:
    return Filters(
        request,
        Flag("antibiotics", "With antibiotics", lambda recipes: recipes.filter(has_antibiotics=True)),
        Flag("all", "All versions", lambda recipes: recipes),
        search=lambda recipes, words: recipes.filter(
            Q(name__icontains=words)
            | Q(pk__in=RecipeComponent.objects.filter(product__icontains=words).values("recipe"))
        ),
    )


@require_safe
@requires("view_bench")
def recipes(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    found = MediumRecipe.objects.all() if request.GET.get("all") == "1" else MediumRecipe.objects.newest()
    rows = keyset_page(
        filters.apply(found).prefetch_related("components"), request, order=("name", "-version"), sorts={"name": "name"}
    )
    return page(request, "cultures/compounds/recipes.html", {"filters": filters, "rows": rows})


@require_safe
@requires("export_bench")
def recipes_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every component of every version, one a line."""
    found = RecipeComponent.objects.select_related("recipe").order_by("recipe__name", "-recipe__version", "pk")
    return csv_response(found, COLUMNS, "recipes")


@require_safe
@requires("view_bench")
def recipe(request: HttpRequest, pk: int) -> HttpResponse:
    return _recipe_page(request, get_object_or_404(MediumRecipe, pk=pk))


def _recipe_page(request: HttpRequest, found: MediumRecipe, form: BenchForm | None = None) -> HttpResponse:
    older = MediumRecipe.objects.versions_of(found.name).prefetch_related("components")
    versions = list(older[: MOST_VERSIONS + 1])
    before = next((version for version in versions if version.version < found.version), None)
    pairs = list(zip(versions, [*versions[1:], None], strict=True))[:MOST_VERSIONS]
    context = {
        "recipe": found,
        "before": before,
        "components": compare(before, found),
        "versions": [
            (version, changes_in_words(compare(earlier, version)) if earlier else "") for version, earlier in pairs
        ],
        "newest": versions[0] if versions else found,
        "lots": proposed_lots(found, today()),
        "form": form,
    }
    return render(request, "cultures/compounds/recipe.html", context, status=form.status if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_recipe")
def register(request: SignedInRequest) -> HttpResponse:
    form, rows = RecipeForm(sent(request)), component_rows(sent(request))
    if rows.is_valid() and (
        made := carried_out(
            form,
            lambda: register_recipe(
                name=form.cleaned_data["name"],
                has_antibiotics=form.cleaned_data["has_antibiotics"],
                note=form.cleaned_data["note"],
                components=rows.components(),
                by=request.user,
            ),
        )
    ):
        return done(request, made, f"{made} is registered.")
    return _form_page(request, form, rows, {"title": "Register a medium recipe", "verb": "Register"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("revise_recipe")
def revise(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MediumRecipe, pk=pk)
    form = RevisionForm(sent(request), initial={"has_antibiotics": found.has_antibiotics})
    rows = component_rows(sent(request), found)
    if rows.is_valid() and (
        made := carried_out(
            form,
            lambda: revise_recipe(
                recipe_id=found.pk,
                has_antibiotics=form.cleaned_data["has_antibiotics"],
                note=form.cleaned_data["note"],
                components=rows.components(),
                by=request.user,
            ),
        )
    ):
        return done(request, made, f"{made} is in use. Cultures keep the version they were grown in.")
    return _form_page(
        request, form, rows, {"title": f"New version of {found.name}", "verb": "Make the version", "recipe": found}
    )


@require_POST
@requires("retire_recipe")
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MediumRecipe, pk=pk)
    form = BenchForm(request.POST)
    if carried_out(form, lambda: retire_recipe(recipe_id=found.pk, by=request.user)):
        return done(request, found, f"{found} is offered no more.")
    return _recipe_page(request, found, form)


def _form_page(request: HttpRequest, form: BenchForm, rows: object, context: dict[str, object]) -> HttpResponse:
    wrong = form.is_bound and not (form.is_valid() and rows.is_valid())  # type: ignore[attr-defined]  # a formset
    context |= {"form": form, "rows": rows}
    return render(request, "cultures/compounds/recipe_form.html", context, status=422 if wrong or form.refusal else 200)
