"""What scanners send, and where it leads."""

import pytest

from lims.codes import code_for
from lims.web import scanning
from lims.web.scanning import Hit, clean_scan, looks_mistyped

CODE = code_for("C", 7)
WRONG = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
pytestmark = pytest.mark.urls("tests.web.urls")


@pytest.fixture(autouse=True)
def registries(monkeypatch):
    monkeypatch.setattr(scanning, "_openers", {"C": lambda code: f"/cultures/{code}/" if code == CODE else None})
    hits = [Hit("BT474 A3", "/lines/a3/"), Hit("BT474", "/lines/bt474/", is_exact=True)]
    monkeypatch.setattr(
        scanning, "_searchers", {"Lines": lambda text: [hit for hit in hits if text.upper() in hit.label]}
    )


@pytest.fixture
def bench(client, person):
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    "sent",
    [CODE, CODE.lower(), f"  {CODE}\r\n", f"LIMS:{CODE}\t", f"{CODE}\x1d", CODE.replace("-", ""), f"\ufeff{CODE}"],
)
def test_a_scanned_code_opens_its_page_whatever_the_scanner_adds(bench, sent):
    answer = bench.get("/scan", {"q": sent})
    assert (answer.status_code, answer.url) == (302, f"/cultures/{CODE}/")


def test_a_wrong_check_character_is_said_and_not_searched_for_something_like_it(bench):
    answer = bench.get("/scan", {"q": WRONG})
    assert "has a wrong check character" in answer.content.decode()


def test_a_right_code_of_nothing_is_said(bench):
    assert "Nothing in this lab bears" in bench.get("/scan", {"q": code_for("C", 8)}).content.decode()


def test_words_are_searched_for_and_the_exact_name_comes_first(bench):
    text = bench.get("/scan", {"q": "bt474"}).content.decode()
    assert text.index("/lines/bt474/") < text.index("/lines/a3/")


def test_one_exact_hit_opens_at_once(bench, monkeypatch):
    monkeypatch.setattr(scanning, "_searchers", {"Lines": lambda text: [Hit("SKBR3", "/lines/skbr3/", is_exact=True)]})
    assert bench.get("/scan", {"q": "SK-BR-3"}).url == "/lines/skbr3/"


def test_a_group_with_an_exact_hit_stands_before_the_others(monkeypatch):
    loose, exact = Hit("BT474 p50", "/cultures/"), Hit("BT474", "/lines/bt474/", is_exact=True)
    monkeypatch.setattr(scanning, "_searchers", {"Cultures": lambda text: [loose], "Lines": lambda text: [exact]})
    assert [title for title, _ in scanning.search("BT474")] == ["Lines", "Cultures"]


@pytest.mark.parametrize("name", ["SK-BR-3", "BT-474", "HCC1954", "MCF-7", "C-3", "T47D", "L-929"])
def test_the_name_of_a_line_is_not_taken_for_a_mistyped_code(name):
    assert not looks_mistyped(name)


@pytest.mark.parametrize(
    "sent", ["", "   ", "\x00", "<script>alert(1)</script>", "%", "_", "'; DROP TABLE", "字" * 500, "\u202eabc"]
)
def test_hostile_scans_are_answered_with_a_page(bench, sent):
    answer = bench.get("/scan", {"q": sent})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_a_scan_is_bounded_and_in_one_spelling():
    assert len(clean_scan("x" * 10_000)) == scanning.LONGEST_SCAN
    assert clean_scan("ＢＴ４７４\x1d\r\n") == "BT474"
