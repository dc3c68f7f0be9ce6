"""The list of cultures: what is shown, found and filtered, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from lims.clock import now
from tests import lab

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def codes(answer) -> list[str]:
    return [row.culture.code for row in answer.context["cultures"]]


def test_only_growing_cultures_are_shown_until_one_asks_for_the_ended(reader):
    parent = lab.growing("SKBR3", at=now() - 10 * DAY)
    (daughter,) = lab.split(parent, at=now() - 3 * DAY)
    assert codes(reader.get("/cultures/")) == [daughter.code]
    assert codes(reader.get("/cultures/?ended=1")) == [daughter.code, parent.code]
    assert codes(reader.get("/cultures/?fate=passaged")) == [parent.code]


def test_a_row_says_what_is_in_the_flask_and_how_it_does(reader):
    lab.line("SKBR3", passage_interval=7 * DAY, feed_interval=3 * DAY)
    parent = lab.growing("SKBR3", at=now() - 10 * DAY, seeded=1_000_000)
    treated = lab.seeding(said=lab.medium(drugs=[lab.drug("lapatinib", 250)]), cells=1_000_000, arm="treated")
    (daughter,) = lab.split(
        parent, [treated], count=lab.counted(4_000_000, dead=40_000), at=now() - 6 * DAY, harvested=4_000_000
    )
    lab.observed(daughter, 70, at=now() - DAY)
    (row,) = reader.get("/cultures/").context["cultures"]
    assert row.drugs_in_words == "lapatinib 250 nM"
    assert row.confluence_pct == 70
    assert round(row.viability_pct, 1) == 90.9  # of the count it was seeded from
    assert round(row.doubling_time_h, 1) == 48.0
    assert row.due.words == "feed overdue 3\u00a0d"


@pytest.mark.parametrize("words", ["SKBR3", "SK-BR-3", "sk br 3"])
def test_cultures_are_found_by_any_name_of_their_line(reader, words):
    wanted = lab.growing("SKBR3")
    lab.growing("BT474")
    assert codes(reader.get("/cultures/", {"q": words})) == [wanted.code]


def test_a_name_that_fits_exactly_brings_no_longer_names_along(reader):
    wanted, longer = lab.growing("BT474"), lab.growing("BT474 A3")
    assert codes(reader.get("/cultures/?q=BT474")) == [wanted.code]
    assert set(codes(reader.get("/cultures/?q=BT47"))) == {wanted.code, longer.code}


def test_cultures_are_found_by_the_start_of_their_code(reader):
    wanted = lab.growing("SKBR3")
    for typed in (wanted.code, wanted.code[:5], wanted.code[2:5].lower()):
        assert wanted.code in codes(reader.get("/cultures/", {"q": typed}))


def test_an_incubator_brings_the_cultures_of_its_shelves(reader):
    here, there = lab.growing(where=lab.shelf("shelf B")), lab.growing(where=lab.shelf(incubator="Incubator 2"))
    incubator = here.place.parent
    assert codes(reader.get(f"/cultures/?place={incubator.pk}")) == [here.code]
    assert there.code in codes(reader.get(f"/cultures/?place={there.place.parent.pk}"))


def test_in_drug_counts_the_newest_medium_and_no_vehicle(reader):
    treated = lab.growing("SKBR3", drugs=[lab.drug("lapatinib", 100)])
    lab.growing("SKBR3", drugs=[lab.drug("lapatinib", 0)])
    off = lab.growing("SKBR3", drugs=[lab.drug("lapatinib", 100)])
    lab.fed(off)
    assert codes(reader.get("/cultures/?drugged=1")) == [treated.code]
    assert codes(reader.get(f"/cultures/?drug={lab.compound('lapatinib').pk}")) == [treated.code]
    assert codes(reader.get(f"/cultures/?drug={lab.compound('trastuzumab').pk}")) == []


def test_what_is_overdue_is_found_and_what_is_due_first_comes_first(reader):
    lab.line("SKBR3", passage_interval=7 * DAY, feed_interval=30 * DAY)
    late, soon = lab.growing("SKBR3", at=now() - 9 * DAY), lab.growing("SKBR3", at=now() - 2 * DAY)
    sooner = lab.growing("SKBR3", at=now() - 4 * DAY)
    assert codes(reader.get("/cultures/?overdue=1")) == [late.code]
    assert codes(reader.get("/cultures/?due=passage")) == [late.code]
    assert codes(reader.get("/cultures/?due=feed")) == []
    assert codes(reader.get("/cultures/?sort=due")) == [late.code, sooner.code, soon.code]


def test_the_database_and_the_page_agree_on_what_is_due(reader, story):
    for culture in Culture.objects.growing().with_passage_due().with_feed_due().select_related("line"):
        (row,) = reader.get(f"/cultures/?q={culture.code}").context["cultures"]
        assert row.due.at == min(culture.passage_due_at, culture.feed_due_at)


def test_sorting_by_line_puts_passages_in_order(reader):
    second, first, third = lab.growing("SKBR3", passage=9), lab.growing("BT474"), lab.growing("SKBR3", passage=12)
    assert codes(reader.get("/cultures/?sort=line")) == [first.code, second.code, third.code]
    assert codes(reader.get("/cultures/?sort=-line")) == [third.code, second.code, first.code]


def test_what_the_address_does_not_know_is_left_out(reader):
    culture = lab.growing("SKBR3")
    for query in ("line=999999", "place=x", "fate=eaten", "due=", "sort=weight", "after=%00", "vessel=9" * 30):
        assert codes(reader.get(f"/cultures/?{query}")) == [culture.code], query


def test_an_empty_list_teaches_and_offers_the_way_on(reader):
    assert "A culture is one vessel of living cells" in reader.get("/cultures/").content.decode()
    lab.discarded(lab.growing("SKBR3"))
    assert "No culture is growing now." in reader.get("/cultures/").content.decode()
    page = reader.get("/cultures/?q=SKBR3").content.decode()
    assert "Look among the ended" in page
    assert "?q=SKBR3&amp;ended=1" in page


def test_the_list_as_csv_is_filtered_alike_and_safe_to_open(reader):
    lab.growing("=HYPERLINK SKBR3", arm="treated", drugs=[lab.drug("lapatinib", 100)])
    lab.growing("BT474")
    answer = reader.get("/cultures/cultures.csv?drugged=1")
    head, row = b"".join(answer.streaming_content).decode().splitlines()
    assert head.startswith("Code,Line,RRID,Passage number")
    assert "'=HYPERLINK SKBR3" in row
    assert "lapatinib 100 nM" in row


def test_two_hundred_rows_cost_as_many_queries_as_ten(reader):
    def cost(rows: int) -> int:
        reader.get("/cultures/")  # warm: settings and session
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(codes(reader.get("/cultures/?sort=due"))) == min(rows, 50)
        return len(queries)

    for _ in range(10):
        lab.split(lab.growing("SKBR3", at=now() - 9 * DAY), at=now() - 3 * DAY)
    few = cost(10)
    template = Culture.objects.growing().first()
    Culture.objects.bulk_create(copies_of(template, 190))
    assert cost(200) == few
    with CaptureQueriesContext(connection) as queries:
        b"".join(reader.get("/cultures/cultures.csv").streaming_content)
    assert len(queries) < few + 5


def copies_of(culture: Culture, how_many: int) -> list[Culture]:
    fields = {field.attname: getattr(culture, field.attname) for field in Culture._meta.concrete_fields}
    del fields["id"]
    return [Culture(**{**fields, "code": f"C-X{number:04}"}) for number in range(how_many)]
