"""No command sets what it does not name: every field of every model is refused where a command does not list it."""

import pytest
from django.apps import apps

from api.fields import StrictSerializer
from api.v1 import commands, corrections, instruments
from cultures.passaging.models import Culture  # noqa: F401  # so that the models are loaded


def every(kind: type) -> list[type]:
    return [found for sub in kind.__subclasses__() for found in (sub, *every(sub))]


OURS = {"lims", "cultures", "assays"}
FIELDS = sorted({field.attname for model in apps.get_models() if model._meta.app_label in OURS
                 for field in model._meta.concrete_fields} | {field.name for model in apps.get_models()
                 if model._meta.app_label in OURS for field in model._meta.get_fields()})  # fmt: skip
COMMANDS = [found for found in every(StrictSerializer) if found.__module__.startswith("api.")]
HARMLESS = {"note", "at"}


def test_all_commands_are_looked_at():
    assert {commands.HarvestIn, corrections.CorrectIn, instruments.PostedCountIn} <= set(COMMANDS)
    assert len(FIELDS) > 150


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_field_that_a_command_does_not_name_is_refused(command):
    named = {name for name, field in command().fields.items() if not field.read_only}
    for field in FIELDS:
        sent = command(data={field: 1}, context={"kind": "feed"})
        assert not sent.is_valid() or field in named
        if field not in named:
            assert sent.errors[field][0].code == "unknown", (command, field)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_who_and_when_it_was_learned_are_never_said_by_the_sender(command):
    ours = {"by", "by_id", "recorded_at", "source", "supersedes", "withdrawn_at", "is_staff", "role", "id", "session"}
    assert not ours & set(command().fields)
