"""Labels of flasks: on the screen to be seen, as PDF to be printed."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from cultures.passaging.models import Culture, DrugInMedium, Feed, Harvest
from cultures.passaging.views.entry import culture_of
from lims.accounts.access import requires
from lims.clock import lab_time
from lims.web.htmx import page
from lims.web.labels import PROFILES, Label, data_matrix_svg, labels_pdf


@require_safe
@requires("print_labels")
def labels(request: HttpRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    context = {
        "culture": culture,
        "labels": [(label, data_matrix_svg(label.code)) for label in labels_of([culture])],
        "profiles": PROFILES,
        "pdf": reverse("cultures:labels_pdf", args=[culture.code]),
    }
    return page(request, "cultures/passaging/labels.html", context)


@require_safe
@requires("print_labels")
def culture_pdf(request: HttpRequest, code: str) -> HttpResponse:
    return pdf_of(request, [culture_of(code)])


@require_safe
@requires("print_labels")
def harvest_pdf(request: HttpRequest, harvest_id: int) -> HttpResponse:
    """One label for each daughter."""
    harvest = get_object_or_404(Harvest, pk=harvest_id)
    return pdf_of(request, list(harvest.daughters.select_related("line", "vessel", "keeper")))


def labels_of(cultures: Sequence[Culture]) -> list[Label]:
    """What one wants to read on the flask itself: line and passage; vessel, day and keeper; what is in its medium."""
    doses = doses_now(cultures)
    return [
        Label(
            culture.code,
            (
                f"{culture.line} p{culture.passage_number}",
                f"{culture.vessel}  {lab_time(culture.seeded_at):%d %b %Y}  {culture.keeper.initials}",
                *doses[culture.pk],
            ),
        )
        for culture in cultures
    ]


def doses_now(cultures: Sequence[Culture]) -> dict[int, list[str]]:
    """By culture: the drugs of its newest medium."""
    feeds = Feed.objects.standing().filter(culture__in=cultures).order_by("culture", "-at", "-pk").distinct("culture")
    found: dict[int, list[str]] = {culture.pk: [] for culture in cultures}
    newest = DrugInMedium.objects.filter(feed__in=feeds.values("pk")).select_related("compound", "feed")
    for drug in newest.order_by("pk"):
        found[drug.feed.culture_id].append(str(drug))
    return found


def pdf_of(request: HttpRequest, cultures: Sequence[Culture]) -> HttpResponse:
    profile = request.GET.get("stock", "")
    pdf = labels_pdf(labels_of(cultures), profile if profile in PROFILES else "flask")
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": "inline"})
