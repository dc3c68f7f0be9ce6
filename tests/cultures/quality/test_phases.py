"""The rules "before banking" and "when a model is confirmed": what cells lack, in words, and who asks."""

import pytest

from cultures.dosing import evidence
from cultures.dosing.errors.ladders import NotTested
from cultures.dosing.gates import lacks
from cultures.dosing.services import confirm_model
from cultures.models import Culture
from cultures.quality.families import MYCOPLASMA, STR
from cultures.quality.models import PolicyRule
from cultures.quality.phases import lacking
from cultures.quality.services.policies import Rule
from lims.clock import now
from tests import lab
from tests.cultures.dosing import stories
from tests.cultures.dosing.test_model_ends import shown_resistant
from tests.cultures.quality import qc
from tests.lab import DAY, growing, nothing_written

pytestmark = pytest.mark.django_db
Phase = PolicyRule.Phase
BANKING = Rule(family=MYCOPLASMA, phase=Phase.BANKING, every=30 * DAY)


def lack(culture: Culture, phase: str = Phase.BANKING, days: int = 1) -> list[str]:
    return lacking([culture], phase, culture.seeded_at + days * DAY).get(culture.pk, [])


class TestWhatIsLacking:
    def test_without_a_rule_nothing_is(self):
        assert lack(growing()) == []

    def test_a_culture_that_was_never_tested_lacks_a_clean_sample(self):
        qc.policy(BANKING)
        assert lack(growing()) == ["Mycoplasma: never tested clean; a sample of the last 30 d is asked for."]

    def test_a_clean_sample_serves_until_it_is_older_than_the_rule_says(self):
        qc.policy(BANKING)
        culture = growing()
        qc.negative(culture)
        assert lack(culture, days=31) == []
        (said,) = lack(culture, days=32)
        assert said.startswith("Mycoplasma: last clean on ")
        assert said.endswith("longer than 30 d ago.")

    def test_a_clean_sample_before_the_split_serves_the_daughters(self):
        qc.policy(BANKING)
        mother = growing()
        qc.negative(mother)
        (daughter, *_) = lab.split(mother)
        assert lack(daughter) == []

    def test_after_an_inconclusive_sample_the_clean_one_before_it_does_not_serve(self):
        qc.policy(BANKING)
        culture = growing()
        qc.negative(culture)
        doubt = qc.borderline(culture, at=culture.seeded_at + 2 * DAY)
        (said,) = lack(culture, days=3)
        assert said.startswith(f"Mycoplasma: the last sample, {doubt.code} of ")

    def test_the_rule_of_a_line_goes_before_that_of_all_lines(self):
        mild = Rule(family=MYCOPLASMA, phase=Phase.BANKING, every=90 * DAY, line_id=lab.line("SKBR3").pk)
        qc.policy(BANKING, mild)
        one, other = growing("BT474"), growing("SKBR3")
        qc.negative(one)
        qc.negative(other)
        assert lack(one, days=60) != []
        assert lack(other, days=60) == []

    def test_many_cultures_cost_what_one_costs(self, django_assert_num_queries):
        qc.policy(BANKING)
        cultures = [growing() for _ in range(5)]
        with django_assert_num_queries(2):
            assert len(lacking(cultures, Phase.BANKING, now())) == 5

    def test_the_page_of_a_culture_says_what_it_lacks(self, client):
        qc.policy(BANKING)
        client.force_login(lab.technician())
        culture = growing()
        assert "Not to bank yet" in client.get(culture.get_absolute_url()).content.decode()
        qc.negative(culture, at=now() - DAY)
        assert "Not to bank yet" not in client.get(culture.get_absolute_url()).content.decode()


class TestConfirmation:
    @pytest.fixture
    def candidate(self, monkeypatch):
        monkeypatch.setattr(evidence, "SOURCES", [shown_resistant])
        qc.policy(Rule(family=STR, phase=Phase.CONFIRMATION, every=90 * DAY))
        return stories.young(doses=(1,)).model

    def test_a_model_whose_cells_have_no_identity_stays_a_candidate(self, candidate):
        with nothing_written(), pytest.raises(NotTested, match="STR identity: never tested clean"):
            confirm_model(model_id=candidate.pk, at=now(), by=lab.manager())

    def test_its_page_says_so_before_anybody_tries(self, client, candidate):
        client.force_login(lab.manager())
        text = client.get(f"{candidate.get_absolute_url()}confirm/").content.decode()
        assert "is not tested as the lab asks" in text
        assert '<button class="btn do big"' not in text

    def test_once_the_leading_flask_matches_its_line_the_model_is_confirmed(self, candidate):
        ((culture, _),) = lacks(candidate, now())
        qc.reference(culture.line.name)
        qc.profiled(culture, at=now() - DAY)
        confirm_model(model_id=candidate.pk, at=now(), by=lab.manager())
        candidate.refresh_from_db()
        assert candidate.status == "confirmed"
