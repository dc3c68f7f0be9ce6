"""The certificate: what it says of a culture, and that it hides nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import override_settings

from cultures.passaging.models import Culture
from cultures.passaging.views.entry import culture_of
from cultures.quality.certificate import Certificate, certificate_of
from cultures.quality.models import Quarantine, STRProfile
from cultures.quality.services import adopt_standard_policy, release_cultures, treat_culture
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*Tj")
OCTAL = re.compile(r"\\(\d{3})")


def words_of(pdf: bytes) -> str:
    """The text of an uncompressed PDF, line by line joined."""
    raw = " ".join(found.decode("latin-1") for found in SHOWN.findall(pdf))
    raw = OCTAL.sub(lambda found: chr(int(found[1], 8)), raw)
    return " ".join(re.sub(r"\\(.)", r"\1", raw).split())


def printed(client: Client, culture: Culture) -> str:
    client.force_login(lab.technician())
    answer = client.get(f"/cultures/{culture.code}/certificate.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    return words_of(answer.content)


def said(culture: Culture) -> str:
    found = certificate_of(culture, now())
    return " ".join(line.text for section in found.sections for line in section.lines)


def facts(found: Certificate) -> dict[str, str]:
    pairs = [pair for section in found.sections for pair in section.facts]
    pairs += [pair for section in found.sections for evidence in section.evidence for pair in evidence.facts]
    return dict(pairs)


def recent(of: str = "BT474", days: float = 10) -> Culture:
    return lab.growing(of, at=now() - days * DAY)


def test_it_says_whose_cells_as_of_when_and_who_printed_it(client: Client):
    mother = recent()
    (flask,) = lab.split(mother, at=now() - 4 * DAY)
    text = printed(client, flask)
    assert f"Certificate of culture {flask.code}" in text
    assert "As of" in text
    assert "Printed by Anna Meier (AM)" in text
    assert f"{mother.code} p8, received" in text
    assert "from the lab next door; it had grown in this laboratory before" in text
    assert "Descends from" in text
    assert "a later sample, correction or trace may change it" in text


def test_it_names_the_sample_that_speaks_for_the_cells_with_its_numbers(client: Client):
    adopt_standard_policy(by=lab.manager())
    mother = recent()
    sample = qc.negative(mother, mother.seeded_at + DAY)
    (flask,) = lab.split(mother, at=now() - 4 * DAY)
    text = printed(client, flask)
    assert sample.code in text
    assert "Clean as of p8" in text
    assert "Ratio 0.5" in text
    assert "mycoplasma by luminescence" in text
    assert "MycoAlert v1" in text
    assert "Next test due by" in text
    assert "QC policy v1" in text


def test_it_names_the_reader_that_read_the_sample():
    culture = recent()
    reader = lab.counter("Luminometer 2")
    reader.serial_number = "GM-4711"
    reader.save()
    qc.negative(culture, instrument=reader)
    result = facts(certificate_of(culture, now()))["Result"]
    assert result.endswith("run by Anna Meier, read on Luminometer 2 (serial number GM-4711)")


def test_what_is_missing_or_overdue_is_said_first_and_in_capitals(client: Client):
    adopt_standard_policy(by=lab.manager())
    flask = recent(days=60)
    qc.negative(flask, flask.seeded_at + DAY)
    text = printed(client, flask)
    assert "To be known before these cells are used" in text
    assert "OVERDUE: the next test was due" in text
    assert "STR identity: MISSING: identity was never confirmed" in text


def test_a_lab_without_rules_says_so(client: Client):
    assert "has no rules of testing yet" in printed(client, recent())


def test_cells_that_are_kept_apart_are_not_certified_as_anything_else(client: Client):
    flask = recent()
    qc.positive(flask)
    text = printed(client, flask)
    assert "NOT RELEASED: in quarantine since" in text
    assert "FAILED: the newest sample" in text
    assert "Nothing is missing" not in text


def test_the_mark_of_a_cure_is_on_it_for_ever_and_how_the_quarantine_ended():
    flask = lab.growing()
    quarantine = Quarantine.objects.get(test=qc.positive(flask, FRIDAY + HOUR))
    treat_culture(culture_id=flask.pk, agent="Plasmocin", at=FRIDAY + DAY, by=lab.technician())
    codes = [qc.negative(flask, FRIDAY + day * DAY).code for day in (2, 20)]
    release_cultures(
        quarantine_id=quarantine.pk, culture_ids=[flask.pk], reason="clean twice", at=now(), by=lab.manager()
    )
    (daughter,) = lab.split(flask, at=now() - timedelta(minutes=5))
    assert "Cured cells" in said(daughter)
    assert "The mark stays for ever" in said(daughter)
    assert f"on {', '.join(codes)}. clean twice" in said(flask)


def test_an_identity_is_given_with_algorithm_score_policy_and_what_it_was_compared_with():
    flask = recent()
    alleles = {"TH01": "6,9.3", "TPOX": "8", "CSF1PO": "11,12", "D5S818": "11", "D7S820": "9,11", "D13S317": "12",
               "D16S539": "9", "vWA": "17,18"}  # fmt: skip
    reference(flask, alleles)
    qc.tested(flask, method="str", readings={"markers": alleles})
    told = facts(certificate_of(flask, now()))
    assert told["Compared with"] == f"the reference of {flask.line}"
    assert told["Score"] == "100.0 % over 8 markers"
    assert told["Algorithm"].startswith("Tanabe")
    assert "(v0)" in told["Identity policy"]


def reference(culture: Culture, alleles: dict[str, str], **fields: object) -> STRProfile:
    from cultures.science.str_profiles import Profile

    return STRProfile.objects.create(
        kind="reference",
        name=str(culture.line),
        line=culture.line,
        alleles=Profile.of(alleles).to_json(),
        by=lab.manager(),
        **fields,
    )


def test_demonstration_values_are_said_to_be_such():
    flask = recent()
    reference(flask, {"TH01": "6,9.3"}, is_demonstration=True)
    assert "are demonstration values, made up" in said(flask)
    assert "demonstration laboratory" not in said(flask)
    with override_settings(DEMONSTRATION=True):
        assert "A demonstration laboratory: invented work on real lines." in said(flask)


def test_an_ended_culture_has_one_that_says_so(client: Client):
    flask = lab.growing()
    lab.discarded(flask)
    assert "Ended 03 Mar 2026" in printed(client, flask)


def test_signs_that_paper_does_not_know_and_angle_brackets_do_not_break_it(client: Client):
    flask = recent("A<b>& \u03b2")
    assert "A < b > & ? p8" in printed(client, flask)


def test_it_costs_the_same_for_an_old_family(django_assert_num_queries):
    adopt_standard_policy(by=lab.manager())
    young = recent()
    old = lab.line_of_passages(lab.growing(at=now() - 40 * DAY), 12)[-1]
    qc.negative(young)
    qc.negative(old)
    for flask in [culture_of(young.code), culture_of(old.code)]:
        with django_assert_num_queries(14):
            certificate_of(flask, now())


def test_nobody_prints_one_of_a_culture_that_is_not_there_or_unasked(client: Client):
    flask = recent()
    assert client.get(f"/cultures/{flask.code}/certificate.pdf").status_code == 302
    client.force_login(lab.viewer())
    assert client.get("/cultures/C-00000/certificate.pdf").status_code == 404
    assert client.get(f"/cultures/{flask.code}/certificate.pdf").status_code == 200
