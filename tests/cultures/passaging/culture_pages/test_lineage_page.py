"""The lineage page: the family as drawn, and as lists."""

import pytest
from django.utils.timezone import localtime

from cultures.passaging.drawing import Drawing, DrawnMark, draw, reasons_of_ends
from cultures.passaging.lineage import family
from lims.clock import now
from tests import lab

pytestmark = pytest.mark.django_db


def drawing_of(culture, opened=()) -> Drawing:
    related = family(culture.pk)
    return draw(related, list(opened), reasons_of_ends(related), localtime(now()))


def mark_of(drawing: Drawing, culture) -> DrawnMark:
    return next(mark for mark in drawing.marks if mark.key == f"m-{culture.code}")


def test_the_current_culture_is_ringed_and_named(story):
    mark = mark_of(drawing_of(story.treated), story.treated)
    assert mark.is_current
    assert mark.row == 0
    assert mark.tail == story.treated.code
    assert mark.name == f"{story.treated.code}, SKBR3 p17, lapatinib 40 nM, growing, the culture of this page"


def test_runs_are_folded_by_dose_and_open_by_link(story):
    drawing = drawing_of(story.treated)
    run = mark_of(drawing, story.passages[5])
    assert (run.label, run.above) == ("p13\u2013p16 (4)", "40 nM")
    assert run.url == f"?open={run.key[2:]}#m-{run.key[2:]}"
    opened = drawing_of(story.treated, [run.key[2:]])
    assert len(opened.marks) == len(drawing.marks) + 3


def test_a_dead_end_says_its_reason(story):
    drawing = drawing_of(story.treated)
    assert mark_of(drawing, story.spare).tail == "not needed any more"
    pool = mark_of(drawing, story.pool)
    assert (pool.tail, pool.ends) == ("contaminated", True)
    assert "dead" in pool.looks


def test_the_compound_is_said_where_the_drug_begins(story):
    above = [mark.above for mark in drawing_of(story.treated).marks]
    assert "lapatinib 10 nM" in above
    assert "vehicle control" in above


def test_a_pool_is_reached_from_both_its_parents(story):
    drawing = drawing_of(story.pool)
    pool = mark_of(drawing, story.pool)
    ends = [edge.path for edge in drawing.edges if edge.path.endswith(f"H{pool.x}")]
    assert len(ends) == 2


def test_every_mark_is_a_link_with_a_name_and_a_place_to_go(reader, story):
    answer = reader.get(f"{story.treated.get_absolute_url()}lineage/")
    page, drawing = answer.content.decode(), answer.context["drawing"]
    assert page.count('class="kin"') == len(drawing.marks)
    keys = {mark.key for mark in drawing.marks}
    for mark in drawing.marks:
        assert mark.url
        assert mark.name
        assert {mark.left, mark.right} - {""} <= keys
    assert " style=" not in page


def test_ancestors_and_descendants_are_listed_and_in_the_csv(reader, story):
    answer = reader.get(f"{story.passages[3].get_absolute_url()}lineage/")
    up, down = answer.context["relatives"]
    assert [one.code for one in up.members] == [one.code for one in reversed(story.passages[:3])]
    assert (up.total, down.total) == (3, 7)
    csv = b"".join(reader.get(f"{story.passages[3].get_absolute_url()}lineage.csv").streaming_content).decode()
    assert len(csv.splitlines()) == 1 + 3 + 7


def test_a_culture_without_family_is_drawn_too(reader, technician):
    flask = lab.growing("SKBR3")
    answer = reader.get(f"{flask.get_absolute_url()}lineage/")
    assert [mark.key for mark in answer.context["drawing"].marks] == [f"m-{flask.code}"]
    assert "the family begins here" in answer.content.decode()


def test_nonsense_to_open_changes_nothing(reader, story):
    address = f"{story.treated.get_absolute_url()}lineage/"
    plain = len(reader.get(address).context["drawing"].marks)
    nonsense = "&".join(f"open={word}" for word in ["C-ZZZZZ", "%00", "x" * 500, *map(str, range(40))])
    assert len(reader.get(f"{address}?{nonsense}").context["drawing"].marks) == plain
