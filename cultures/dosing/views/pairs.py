"""Both arms of a ladder at once: passaged, fed; the labels of all their daughters."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.dosing import services
from cultures.dosing.errors.ladders import LadderEnded
from cultures.dosing.forms.pairs import ArmHarvestForm, ForBoth, PairFeedForm, PairHarvestForm, feed_form, harvest_form
from cultures.dosing.members import Arms, Member, arms_of
from cultures.dosing.models import Ladder
from cultures.dosing.pairs import Pair, matched, said_of_pair
from cultures.dosing.readiness import prospective
from cultures.dosing.services import ArmFeed, ArmHarvest
from cultures.dosing.services.pairs import for_control, in_vehicle
from cultures.dosing.signs import VERDICTS, Sign
from cultures.passaging.forms.dosing import medium_figures
from cultures.passaging.forms.fields import spoken
from cultures.passaging.forms.proposals import for_feed, for_passage
from cultures.passaging.models import Count, Culture, Harvest
from cultures.passaging.services import UNDO_WINDOW
from cultures.passaging.sheets import HarvestSheet
from cultures.passaging.views.entry import catalogue, culture_of, saved, turned_back
from cultures.passaging.views.labels import pdf_of
from cultures.passaging.warnings import Warning, feed_warnings_for, warnings_for
from lims.accounts.access import SignedInRequest, requires
from lims.codes import tidy_code
from lims.instruments.form_once import Done
from lims.web.htmx import page

UNDO = f"Each can be undone for {UNDO_WINDOW.seconds // 60} minutes"


# --- which ladder, which flasks --------------------------------------------------------------------------------------


def ladder_of(code: str, name: str) -> Ladder:
    named = Ladder.objects.select_related("rung__plan", "model__compound")
    if ladder := named.filter(model__code=tidy_code(code), name=name.replace("\0", "")).first():
        return ladder
    raise Http404(f"There is no ladder {name[:20]} of a model {code[:20]}.")


def pair_of(request: HttpRequest, arms: Arms) -> Pair | None:
    """The flasks a form was filled in for, else those asked for, else those that lead; None while an arm is empty.

    What was filled in for a flask is never done to another, even if that one is gone: the verb then says so.
    """
    sent = request.POST
    if sent.get("treated") and sent.get("control"):
        return Pair(arms, culture_of(sent["treated"]), culture_of(sent["control"]))
    lead = arms.lead.culture if arms.lead else None
    treated = _asked_for(arms.treated, request.GET.get("treated", "")) or lead
    control = _asked_for(arms.control, request.GET.get("control", ""))
    control = control or (matched(treated, arms.control) if treated else None)
    return Pair(arms, treated, control) if treated and control else None


def _asked_for(members: list[Member], code: str) -> Culture | None:
    return next((member.culture for member in members if member.culture.code == tidy_code(code)), None)


def no_pair(request: HttpRequest, arms: Arms, deed: str) -> HttpResponse:
    """Nothing can be done together: the page says what is missing, and the ways on."""
    if not arms.ladder.is_open:
        return turned_back(request, arms.ladder.get_absolute_url(), str(LadderEnded(arms.ladder)))
    status = 422 if request.method == "POST" else 200
    return page(request, "cultures/dosing/pairs/no_pair.html", {"arms": arms, "deed": deed}, status=status)


# --- passage ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("passage_pair")
def passage_pair(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    ladder = ladder_of(code, name)
    arms = arms_of([ladder])[ladder.pk]
    if not (pair := pair_of(request, arms)) or not (ladder.is_open or request.method == "POST"):
        return no_pair(request, arms, "passage")
    shelf = catalogue()
    proposed = ForBoth(
        for_passage(pair.treated, reading=_reading(request, "treated")),
        for_passage(pair.control, reading=_reading(request, "control")),
        shelf,
    )
    areas = (pair.treated.vessel.growth_area_cm2, pair.control.vessel.growth_area_cm2)
    form, planner = harvest_form(request.POST or None, proposed, areas)
    if answer := saved(request, form, "passage_pair", lambda: _passaged(request, pair, form)):
        return answer
    verdict = None
    if form.is_complete:
        form.warnings, verdict = _harvest_warnings(pair, form), _verdict(pair, form)
    planner.mark_the_fit()
    context = {"pair": pair, "form": form, "planner": planner, "verdict": verdict, "figures": medium_figures(shelf)}
    return page(request, "cultures/dosing/pairs/passage.html", context, status=form.status)


def _reading(request: HttpRequest, arm: str) -> str:
    """Another count than the newest, by its id; "none" is a count by hand."""
    return request.POST.get(f"{arm}-reading", request.GET.get(f"{arm}-reading", ""))


def _harvest_warnings(pair: Pair, form: PairHarvestForm) -> list[Warning]:
    at, plan = form.moment, form.plan()
    arms = ((pair.treated, form, plan), (pair.control, form.control, for_control(plan)))
    return said_of_pair(
        {
            culture: warnings_for([culture], own.count(), own.cleaned_data["volume_ml"], planned, at)
            for culture, own, planned in arms
        }
    )


def _verdict(pair: Pair, form: PairHarvestForm) -> Sign | None:
    """What the rung would be judged after this passage."""
    judged = prospective(pair.ladder, pair.treated, form.count(), form.cleaned_data["volume_ml"], form.moment)
    return VERDICTS[judged.verdict] if judged else None


def _passaged(request: SignedInRequest, pair: Pair, form: PairHarvestForm) -> Done:
    form.say_first(_harvest_warnings(pair, form))
    treated, control = services.passage_pair(
        ladder_id=pair.ladder.pk,
        treated=_harvested(pair.treated, form),
        control=_harvested(pair.control, form.control),
        plan=form.plan(),
        at=form.moment,
        by=request.user,
        note=form.cleaned_data["note"],
    )
    url = reverse("cultures:paired_harvests", args=[*_names(pair.ladder), treated.pk, control.pk])
    into = [_daughters_in_words(harvest) for harvest in (treated, control)]
    said = f"{pair.treated.code} was {into[0]}; its control {pair.control.code} was {into[1]}. {UNDO}."
    return Done(to=f"{url}?labels=1" if form.data.get("save") == "labels" else url, message=said)


def _harvested(culture: Culture, form: ArmHarvestForm) -> ArmHarvest:
    count = form.count()
    return ArmHarvest(
        culture_id=culture.pk,
        count=count.pk if isinstance(count, Count) else count,
        volume_ml=form.cleaned_data["volume_ml"],
    )


def _daughters_in_words(harvest: Harvest) -> str:
    codes = [daughter.code for daughter in harvest.daughters]
    return f"passaged into {spoken(codes)}" if codes else "harvested"


def _names(ladder: Ladder) -> tuple[str, str]:
    return ladder.model.code, ladder.name


# --- what became of it -----------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def paired_harvests(request: SignedInRequest, code: str, name: str, treated_id: int, control_id: int) -> HttpResponse:
    ladder = ladder_of(code, name)
    sheets = [HarvestSheet(harvest, request.user) for harvest in _both(ladder, treated_id, control_id)]
    context = {
        "ladder": ladder,
        "sheets": sheets,
        "daughters": sum(len(sheet.daughters) for sheet in sheets if sheet.harvest.stands),
        "labels": reverse("cultures:paired_labels_pdf", args=[*_names(ladder), treated_id, control_id]),
        "wants_labels": "labels" in request.GET,
    }
    return page(request, "cultures/dosing/pairs/harvests.html", context)


@require_safe
@requires("print_labels")
def paired_labels_pdf(request: HttpRequest, code: str, name: str, treated_id: int, control_id: int) -> HttpResponse:
    """One label for each daughter of both arms, the treated ones first."""
    harvests = _both(ladder_of(code, name), treated_id, control_id)
    daughters = [harvest.daughters.select_related("line", "vessel", "keeper") for harvest in harvests if harvest.stands]
    return pdf_of(request, [daughter for of_one in daughters for daughter in of_one])


def _both(ladder: Ladder, treated_id: int, control_id: int) -> list[Harvest]:
    """Two harvests of this ladder, or of the one whose control it shares."""
    known = Harvest.objects.filter(sources__culture__dosing__ladder__in=[ladder.pk, ladder.branched_from_id or 0])
    found = known.select_related("used_count__instrument", "used_count__by", "by").in_bulk([treated_id, control_id])
    if len(found) != 2:
        raise Http404("There are no such harvests of this ladder.")
    return [found[treated_id], found[control_id]]


# --- feed ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("feed_pair")
def feed_pair(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    ladder = ladder_of(code, name)
    arms = arms_of([ladder])[ladder.pk]
    if not (pair := pair_of(request, arms)) or not (ladder.is_open or request.method == "POST"):
        return no_pair(request, arms, "feed")
    shelf = catalogue()
    form = feed_form(request.POST or None, ForBoth(for_feed(pair.treated), for_feed(pair.control), shelf))
    if answer := saved(request, form, "feed_pair", lambda: _fed(request, pair, form)):
        return answer
    if form.is_complete:
        form.warnings = _feed_warnings(pair, form)
    context = {"pair": pair, "form": form, "figures": medium_figures(shelf)}
    return page(request, "cultures/dosing/pairs/feed.html", context, status=form.status)


def _feed_warnings(pair: Pair, form: PairFeedForm) -> list[Warning]:
    at, medium = form.moment, form.medium(form.cleaned_data["volume_ml"])
    given = {pair.treated: medium, pair.control: in_vehicle(medium)}
    return said_of_pair({culture: feed_warnings_for(culture, one, at) for culture, one in given.items()})


def _fed(request: SignedInRequest, pair: Pair, form: PairFeedForm) -> Done:
    form.say_first(_feed_warnings(pair, form))
    volume_ml = form.cleaned_data["volume_ml"]
    services.feed_pair(
        ladder_id=pair.ladder.pk,
        treated=ArmFeed(culture_id=pair.treated.pk, volume_ml=volume_ml),
        control=ArmFeed(culture_id=pair.control.pk, volume_ml=form.control.cleaned_data["volume_ml"]),
        medium=form.medium(volume_ml),
        at=form.moment,
        by=request.user,
        note=form.cleaned_data["note"],
    )
    treated = spoken(form.doses_in_words) if form.doses_in_words else "no drug"
    control = spoken(form.vehicles_in_words) if form.vehicles_in_words else "no vehicle"
    said = f"{pair.treated.code} was fed with {treated}; its control {pair.control.code} with {control}."
    return Done(to=pair.ladder, message=f"{said} {UNDO}, on its own page.")
