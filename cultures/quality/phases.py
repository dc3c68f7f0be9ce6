"""Whether cells were tested as the lab's rules ask before they are banked, or before a model of them is confirmed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cultures.passaging.errors import day
from cultures.passaging.models import Culture
from cultures.quality.families import title_of
from cultures.quality.models import PolicyRule, QCPolicy, QCStanding, QCTest
from lims.tabular.durations import duration_in_words

Phase = PolicyRule.Phase


def lacking(cultures: Sequence[Culture], phase: str, at: datetime) -> dict[int, list[str]]:
    """By culture: what the rules of a phase (banking, confirmation) ask for and its samples do not show. Two queries.

    A line's own rule goes before that of all lines. Cultures that lack nothing are left out.
    """
    newest = QCPolicy.objects.order_by("-version").values("pk")[:1]
    rules = list(PolicyRule.objects.filter(policy__in=newest, phase=phase).order_by("method"))
    if not rules:
        return {}
    known = QCStanding.objects.filter(culture__in=cultures).select_related("clean__culture", "last")
    standings = {(row.culture_id, row.method): row for row in known}
    found = {}
    for culture in cultures:
        of_line = _of_line(rules, culture.line_id).items()
        said = [_lack(family, rule, standings.get((culture.pk, family)), at) for family, rule in of_line]
        found[culture.pk] = [sentence for sentence in said if sentence]
    return {pk: sentences for pk, sentences in found.items() if sentences}


def not_ready_to_confirm(cultures: Sequence[Culture], at: datetime) -> Mapping[int, str]:
    """For the ladders: by culture, what it lacks before its model is confirmed."""
    return {pk: " ".join(sentences) for pk, sentences in lacking(cultures, Phase.CONFIRMATION, at).items()}


def _of_line(rules: Sequence[PolicyRule], line_id: int) -> dict[str, PolicyRule]:
    general = {rule.method: rule for rule in rules if rule.line_id is None}
    return general | {rule.method: rule for rule in rules if rule.line_id == line_id}


def _lack(family: str, rule: PolicyRule, standing: QCStanding | None, at: datetime) -> str:
    title, every = title_of(family), duration_in_words(rule.every)
    title = title[0].upper() + title[1:]  # "STR identity" keeps its capitals
    if standing is None or standing.clean is None:
        return f"{title}: never tested clean; a sample of the last {every} is asked for."
    last, clean = standing.last, standing.clean
    if last and last.verdict in (QCTest.Verdict.FAIL, QCTest.Verdict.INCONCLUSIVE):
        return f"{title}: the last sample, {last.code} of {day(last.at)}, did not pass."
    if rule.every and clean.at < at - rule.every:
        return f"{title}: last clean on {day(clean.at)}, longer than {every} ago."
    return ""
