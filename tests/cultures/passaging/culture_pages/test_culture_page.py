"""The page of a culture: what it says first, what it offers, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from cultures.passaging.services import correct_entry, undo_entry
from lims.clock import now
from tests import lab

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_the_head_says_drug_days_at_dose_and_what_is_due(reader, story):
    page = text_of(reader.get(story.treated.get_absolute_url()))
    assert "lapatinib 40 nM" in page
    assert "35 d, last dose 4 d ago" in page  # since the fifth week, over five passages
    assert "Passage due today" in page


def test_the_key_figures_are_there(reader, story):
    figures = reader.get(story.treated.get_absolute_url()).context["figures"]
    assert figures.confluence.confluence_pct == 85
    assert figures.days_in_flask == 7
    assert round(figures.growth.doubling_time_h) == 93


def test_passage_is_solid_unless_only_the_medium_is_due(reader):
    lab.line("SKBR3", passage_interval=9 * DAY, feed_interval=3 * DAY)
    flask = lab.growing("SKBR3", at=now() - 5 * DAY)
    page = text_of(reader.get(flask.get_absolute_url()))
    assert f'class="btn do big" href="{flask.get_absolute_url()}feed/"' in page
    lab.fed(flask, at=now() - DAY)
    page = text_of(reader.get(flask.get_absolute_url()))
    assert f'class="btn big do" href="{flask.get_absolute_url()}passage/"' in page


def test_an_ended_culture_says_its_fate_and_leads_on(reader, story):
    parent, daughter = story.passages[-2], story.treated
    page = text_of(reader.get(parent.get_absolute_url()))
    assert "Its cells went into" in page
    assert f"Go on with {daughter.code}" in page
    assert "/passage/" not in page


def test_a_discarded_culture_says_why(reader, story):
    page = text_of(reader.get(story.pool.get_absolute_url()))
    assert "Discarded: contaminated" in page
    assert "“cloudy”" in page
    assert "Pooled from" in page


def test_the_family_is_folded_to_a_few_pills(reader, story):
    family = reader.get(story.treated.get_absolute_url()).context["page"].family
    assert [step.label for step in family] == ["p8", "p9 to p12 (4)", "p13 to p16 (4)", "p17"]
    assert [step.is_treated for step in family] == [False, True, True, True]
    assert family[-1].is_current


def test_siblings_are_named(reader, story):
    page = reader.get(story.spare.get_absolute_url())
    assert [one.code for one in page.context["page"].relatives["siblings"]] == [story.passages[4].code]


def test_the_timeline_tells_everything_newest_first(reader, story):
    page = reader.get(story.treated.get_absolute_url())
    assert [entry.kind for entry in page.context["page"].shown_entries] == ["observation", "feed", "seeding"]
    only = reader.get(f"{story.treated.get_absolute_url()}?show=looks").context["page"]
    assert [entry.kind for entry in only.shown_entries] == ["observation"]
    assert [chip.label for chip in only.chips] == ["All 3", "Passages", "Feeds and doses", "Observations"]


def test_a_correction_strikes_the_old_entry_through_and_gives_its_reason(reader, technician):
    flask = lab.growing("SKBR3", at=now() - 5 * DAY)
    seen = lab.observed(flask, 55, at=now() - 2 * DAY)
    correct_entry(
        kind="observation",
        event_id=seen.pk,
        changes={"confluence_pct": 45},
        reason="the wrong flask",
        at=now(),
        by=technician,
    )
    page = text_of(reader.get(flask.get_absolute_url()))
    assert '<s><span class="sr">was: </span>Observed 55 %</s> <b>Observed 45 %</b>' in page
    assert "the wrong flask" in page


def test_undo_is_offered_for_my_last_entry_only(reader, technician):
    flask = lab.growing("SKBR3", at=now() - 5 * DAY)
    lab.observed(flask, 50, at=now() - DAY)
    last = lab.fed(flask, at=now() - timedelta(hours=1))
    lab.observed(flask, 60, at=now(), by=lab.another_technician())
    page = text_of(reader.get(flask.get_absolute_url()))
    assert page.count("/undo/") == 1
    assert f"/entries/feed/{last.pk}/undo/" in page


def test_an_entry_made_days_later_says_so(reader):
    flask = lab.growing("SKBR3", at=now() - 5 * DAY)
    assert "entered late" in text_of(reader.get(flask.get_absolute_url()))


def test_codes_in_the_timeline_are_links_and_notes_are_text(reader):
    parent = lab.growing("SKBR3", at=now() - 9 * DAY)
    (daughter,) = lab.split(parent, at=now() - 2 * DAY)
    lab.observed(daughter, 40, at=now(), note="<b>C-7K4QX</b>")
    page = text_of(reader.get(daughter.get_absolute_url()))
    assert f'<a class="code" href="{parent.get_absolute_url()}">{parent.code}</a>' in page
    assert "&lt;b&gt;C-7K4QX" in page


def test_the_history_holds_every_row_the_undone_ones_too(reader, technician):
    flask = lab.growing("SKBR3", at=now() - 5 * DAY)
    seen = lab.observed(flask, 50, at=now())
    undo_entry(kind="observation", event_id=seen.pk, at=now(), by=technician)
    page = text_of(reader.get(f"{flask.get_absolute_url()}history/"))
    assert f"Observation {seen.pk} changed" in page
    assert f"Culture {flask.pk} created" in page


def test_an_unknown_code_is_not_found(reader):
    for page in ("", "growth/", "growth.csv", "history/", "lineage/", "lineage.csv"):
        assert reader.get(f"/cultures/C-ZZZZZ/{page}").status_code == 404


def test_a_code_opens_its_page_however_it_is_typed(reader):
    flask = lab.growing("SKBR3")
    assert reader.get(f"/cultures/{flask.code.lower()}/").context["culture"] == flask


def test_a_viewer_sees_the_page_without_verbs(client, story):
    client.force_login(lab.viewer())
    page = text_of(client.get(story.treated.get_absolute_url()))
    assert "/passage/" not in page
    assert "/correct/" not in page


def test_an_old_family_costs_as_many_queries_as_a_young_one(reader, technician):
    def costs(culture: Culture) -> dict[str, int]:
        reader.get(culture.get_absolute_url())
        found = {}
        for page in ("", "growth/", "lineage/", "history/"):
            with CaptureQueriesContext(connection) as queries:
                assert reader.get(f"{culture.get_absolute_url()}{page}").status_code == 200
            found[page] = len(queries)
        return found

    short = lab.line_of_passages(lab.growing("SKBR3", at=now() - 200 * DAY), 2)
    long = lab.line_of_passages(lab.growing("SKBR3", at=now() - 200 * DAY), 9)
    for culture, entries in ((short[-1], 1), (long[-1], 5)):
        for day in range(entries):
            lab.fed(culture, drugs=[lab.drug()], at=culture.seeded_at + (day + 1) * DAY)
            lab.observed(culture, 50 + day, at=culture.seeded_at + (day + 1) * DAY)
    few = costs(lab.again(short[-1]))
    assert costs(lab.again(long[-1])) == few
    assert few[""] < 60
