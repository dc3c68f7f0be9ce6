"""The lab's rules of readiness: decided anew as a next version."""

from decimal import Decimal
from typing import Any

from cultures.dosing.models import ReadinessRules
from cultures.passaging.services.checking import number
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text

TOLD = ("id", "version", "reason", "at", "by")
DECIDED = tuple(field.name for field in ReadinessRules._meta.fields if field.name not in TOLD)


class RulesChangedMeanwhile(DomainError):
    code = "rules_changed_meanwhile"

    def __init__(self, newest: ReadinessRules) -> None:
        if newest.pk is None:  # nobody has decided yet, and another version was named
            super().__init__("These are the first rules: nothing was decided before. Look at them again.")
        else:
            super().__init__(f"{newest.by} ({newest.by.initials}) has changed the rules meanwhile. Look at {newest}.")


class RulesUnchanged(DomainError):
    code = "rules_unchanged"

    def __init__(self) -> None:
        super().__init__("These are the rules already. Change something, or keep them.")


def change_readiness_rules(*, reason: str, based_on: int, by: User, **decided: Any) -> ReadinessRules:
    """A next version of the rules: the newest with `decided` changed. What was judged before keeps its version.

    based_on   the version that was looked at
    """
    if unknown := set(decided) - set(DECIDED):
        raise TypeError(f"Not rules of readiness: {', '.join(sorted(unknown))}")
    reason = clean_text(reason, "The reason", max_length=300)
    if not reason:
        raise BadText("Write why the rules change.", field="reason")
    with acting(by, "change_readiness_rules", reason=reason):
        newest = (
            ReadinessRules.objects.select_for_update(of=("self",)).select_related("by").order_by("-version").first()
        )
        before = newest or ReadinessRules.current()
        if before.version != based_on:
            raise RulesChangedMeanwhile(before)
        values = {name: getattr(before, name) for name in DECIDED} | {
            name: _tidy(name, value) for name, value in decided.items()
        }
        if all(values[name] == getattr(before, name) for name in DECIDED):
            raise RulesUnchanged
        return ReadinessRules.objects.create(version=before.version + 1, reason=reason, at=now(), by=by, **values)


def _tidy(name: str, value: Any) -> Decimal | int:
    field = next(field for field in ReadinessRules._meta.fields if field.name == name)
    places = getattr(field, "decimal_places", 0)
    found = number(value, str(field.verbose_name).capitalize(), field=name, most=3650, places=places, exact=True)
    return found if places else int(found)
