"""What the database refuses reaches people as a sentence, whatever table it guards."""

import pytest
from django.apps import apps
from django.db import IntegrityError

from cultures.models import Compound, LineName, Place
from lims.audit.context import acting
from lims.rules import RULES, RefusedByTheDatabase
from tests import lab

BY_MIGRATION = {"never_more_cells_than_harvested", "a_plan_is_not_edited", "a_test_is_not_edited"}


def constraints() -> set[str]:
    return {
        constraint.name
        for config in apps.get_app_configs()
        if config.label in {"lims", "cultures", "assays", "api"}
        for model in config.get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_has_its_sentence_and_no_sentence_is_left_over():
    assert set(RULES) == constraints() | BY_MIGRATION


def test_the_sentences_are_sentences():
    for name, sentence in RULES.items():
        assert sentence[0].isupper(), name
        assert sentence.endswith("."), name
        assert len(sentence) <= 160, name
        assert name not in sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("write", "code"),
    [
        (
            lambda: Compound.objects.create(name="trastuzumab", kind="antibody", vehicle="DMSO"),
            "an_antibody_does_not_go_in_dmso",
        ),
        (lambda: Place.objects.create(code="P-1", name="Shelf", kind="shelf"), "only_sites_have_no_parent"),
        (lambda: LineName.objects.create(line=lab.line(), name="X", key="x y"), "name_key_is_bare"),
        (lambda: Compound.objects.create(name=lab.compound().name, kind="antibody", vehicle="buffer"), "already_there"),
    ],
)
def test_a_verb_says_which_rule_it_broke_and_leaves_nothing(write, code):
    compounds = Compound.objects.count()
    with pytest.raises(RefusedByTheDatabase) as refusal, acting("system:test", "register_compound"):
        write()
    assert refusal.value.code == code
    assert Compound.objects.count() - compounds in {0, 1 if code == "already_there" else 0}


@pytest.mark.django_db
def test_a_fault_of_ours_is_no_refusal():
    with pytest.raises(IntegrityError), acting("system:test", "register_compound"):
        Compound.objects.create(name=None)
