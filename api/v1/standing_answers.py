"""How cultures stand in quality control, as their answers tell it."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from api.fields import Moment
from cultures.quality.models import CureMark, Quarantine
from cultures.quality.standing import held, standings_of


class StandingOut(serializers.Serializer):
    """Of one family of methods: the last clean sample that speaks for it, and when the next is due."""

    family = serializers.CharField()
    clean = serializers.CharField(source="clean.code", allow_null=True, default=None)
    clean_as_of = Moment(source="clean.at", allow_null=True, default=None)
    clean_at_passage = serializers.IntegerField(source="clean.culture.passage_number", allow_null=True, default=None)
    due_at = Moment(allow_null=True)


class QCFactsOut(serializers.Serializer):
    """Of growing cultures also what the policy asks for; a culture in a quarantine is told so to its end and after."""

    kept_apart = serializers.ChoiceField(choices=[("", "no"), *Quarantine.Kind.choices])
    quarantines = serializers.ListField(child=serializers.IntegerField(), help_text="that hold it now")
    is_cured = serializers.BooleanField(help_text="its cells were contaminated, treated and released")
    tests = StandingOut(many=True)


def facts_of(culture_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By culture. Three queries for any number."""
    standings, keeping = standings_of(culture_ids), held(culture_ids)
    cured = set(CureMark.objects.filter(culture__in=culture_ids).values_list("culture_id", flat=True))
    return {
        pk: {
            "kept_apart": keeping[pk][0].quarantine.kind if pk in keeping else "",
            "quarantines": [member.quarantine_id for member in keeping.get(pk, [])],
            "is_cured": pk in cured,
            "tests": [
                {"family": family, "clean": one.clean, "due_at": one.due_at}
                for family, one in standings.get(pk, {}).items()
            ],
        }
        for pk in culture_ids
    }
