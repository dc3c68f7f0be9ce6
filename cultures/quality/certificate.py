"""What a certificate says of one culture: whose cells, which samples speak for them, and what keeps them apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from cultures.passaging.errors import day
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture, Receipt
from cultures.quality.board import known_methods
from cultures.quality.errors.quarantine import in_words
from cultures.quality.families import MYCOPLASMA, STR, families, title_in
from cultures.quality.methods.base import Method
from cultures.quality.models import (
    CureMark,
    IdentityPolicy,
    PolicyRule,
    QCDue,
    QCPolicy,
    QCStanding,
    QCTest,
    QuarantineMember,
    STRProfile,
)
from cultures.science.str_match import POLICIES
from lims.instruments.models import Instrument

V = QCTest.Verdict
NEAREST = 6  # ancestors that are named
CERTIFIED = (MYCOPLASMA, STR)  # said also where nobody ever tested
SAYS_PASS = {STR: ("Identity confirmed", "identity was never confirmed")}


@dataclass(frozen=True)
class Line:
    """One statement. `grave`: what is missing, overdue, failed or kept apart."""

    text: str
    grave: bool = False


@dataclass(frozen=True)
class Evidence:
    """A sample that speaks for the cells, in words and numbers."""

    title: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    title: str
    lines: Sequence[Line] = ()
    facts: Sequence[tuple[str, str]] = ()
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True)
class Certificate:
    culture: Culture
    as_of: datetime
    sections: Sequence[Section]
    grave: Sequence[str] = field(default=())

    @property
    def title(self) -> str:
        return f"{self.culture.code}, {self.culture.line} p{self.culture.passage_number}"


def certificate_of(culture: Culture, as_of: datetime) -> Certificate:
    """A fixed number of queries, however old the family is and whatever was tested."""
    tests = list(_families(culture, as_of))
    sections = [_identity(culture, as_of), _apart(culture), *tests, _rules()]
    if made_up := _made_up(culture):
        sections.append(made_up)
    grave = [f"{section.title}: {line.text}" for section in sections for line in section.lines if line.grave]
    return Certificate(culture, as_of, sections, grave)


# --- whose cells -----------------------------------------------------------------------------------------------------


def _identity(culture: Culture, as_of: datetime) -> Section:
    line = culture.line
    facts = [
        ("Line", f"{line.name}{f' ({line.rrid})' if line.rrid else ''}"),
        ("Passage", f"p{culture.passage_number}, {culture.passages_since_thaw} since the cells last came in"),
        ("Vessel", f"{culture.vessel}, seeded {day(culture.seeded_at)}"),
        ("Stands", f"{culture.place}, kept by {culture.keeper}"),
        *_lineage(culture),
    ]
    ended = [Line(f"Ended {day(culture.ended_at)}: {culture.get_fate_display()}.", True)] if culture.ended_at else []
    return Section("Identity", ended, facts)


def _lineage(culture: Culture) -> Iterator[tuple[str, str]]:
    """Straight up to where the cells came in."""
    ids = main_line(culture.pk)
    known = Culture.objects.select_related("line").in_bulk([*ids[: NEAREST + 1], ids[-1]])
    above = [known[pk] for pk in ids[1 : NEAREST + 1]]
    if above:
        more = len(ids) - 1 - len(above)
        named = ", ".join(f"{one.code} p{one.passage_number}" for one in above)
        yield "Descends from", f"{named}{f' and {more} more before it' if more > 0 else ''}"
    first = known[ids[-1]]
    receipt = Receipt.objects.standing().filter(culture=first).first()
    came = f"{first.code} p{first.passage_number}, {first.get_origin_display()} {day(first.seeded_at)}"
    if receipt:
        came += f" from {receipt.came_from}"
        came += "; it had grown in this laboratory before" if receipt.is_taken_over else ""
    yield "Origin of the cells", came


# --- what keeps them apart -------------------------------------------------------------------------------------------


def _apart(culture: Culture) -> Section:
    members = list(QuarantineMember.objects.filter(culture=culture).select_related("quarantine", "released_by"))
    members.sort(key=lambda member: (member.until is not None, member.since))
    lines = [_membership(member) for member in members] or [Line("Not in quarantine, and never was.")]
    if mark := CureMark.objects.filter(culture=culture).select_related("treatment__culture").first():
        given = mark.treatment
        lines.append(
            Line(
                f"Cured cells: {given.culture.code} was treated with {given.agent} on {day(given.at)} and released "
                f"{day(mark.since)}. The mark stays for ever.",
                grave=True,
            )
        )
    return Section("Quarantine", lines)


def _membership(member: QuarantineMember) -> Line:
    if member.until is None:
        return Line(f"NOT RELEASED: {in_words(member.quarantine)}.", grave=True)
    who = f" by {member.released_by}" if member.released_by else ""
    rests = f" on {', '.join(member.released_on)}" if member.released_on else ""
    kind = member.quarantine.get_kind_display().capitalize()
    span = f"{day(member.since)} to {day(member.until)}"
    return Line(f"{kind} {member.quarantine_id}, {span}: ended{who}{rests}. {member.release_reason}")


# --- which samples speak for them ------------------------------------------------------------------------------------


def _families(culture: Culture, as_of: datetime) -> Iterator[Section]:
    tested = ("clean", "last")
    related = [
        f"{name}__{path}"
        for name in tested
        for path in ("culture__line", "kit", "kit_lot", "run_by", "taken_by", "instrument")
    ]
    rows = QCStanding.objects.filter(culture=culture).select_related(*related)
    standings = {row.method: row for row in rows}
    dues = {row.method: row for row in QCDue.objects.filter(culture=culture)}
    titles, methods = families(), known_methods()
    for family in dict.fromkeys([*CERTIFIED, *sorted({*standings, *dues})]):
        standing = standings.get(family)
        clean, last = (standing.clean, standing.last) if standing else (None, None)
        found = [test for test in dict.fromkeys([clean, last]) if test is not None]
        lines = [*_state(family, clean, last), *_due(dues.get(family), culture, as_of)]
        evidence = [_evidence(test, methods[test.method]) for test in found]
        yield Section(title_in(titles, family).capitalize().replace("Str", "STR"), lines, evidence=evidence)


def _state(family: str, clean: QCTest | None, last: QCTest | None) -> Iterator[Line]:
    says, never = SAYS_PASS.get(family, ("Clean", "never tested clean"))
    if clean:
        yield Line(f"{says} as of p{clean.culture.passage_number} ({day(clean.at)}).")
    else:
        yield Line(f"MISSING: {never}.", grave=True)
    if last and last != clean:
        word = {
            V.FAIL: "FAILED",
            V.INCONCLUSIVE: "INCONCLUSIVE",
            V.PENDING: "Pending",
        }[V(last.verdict)]
        yield Line(f"{word}: the newest sample, {last.code} of {day(last.at)}.", grave=last.verdict != V.PENDING)


def _due(due: QCDue | None, culture: Culture, as_of: datetime) -> Iterator[Line]:
    if due is None or due.due_at is None:
        if culture.is_growing:
            yield Line("No rule of the laboratory asks for this test.")
    elif due.due_at < as_of:
        yield Line(f"OVERDUE: the next test was due {day(due.due_at)}.", grave=True)
    else:
        yield Line(f"Next test due by {day(due.due_at)}.")


def _evidence(test: QCTest, method: Method) -> Evidence:
    facts = [
        ("Method", method.title),
        ("Sample", f"{day(test.at)}, of {test.culture.code} ({test.culture.line} p{test.culture.passage_number})"
                   f"{f', taken by {test.taken_by}' if test.taken_by else ''}"),
        ("Result", f"{test.get_verdict_display()}{f', {day(test.resulted_at)}' if test.resulted_at else ''}"
                   f"{f', run by {test.run_by}' if test.run_by else ''}"
                   f"{f', read on {_named(test.instrument)}' if test.instrument else ''}"),
        ("Says", test.sentence or "the result is not there yet"),
    ]  # fmt: skip
    if test.kit:
        facts.append(("Kit", f"{test.kit}{f', lot {test.kit_lot.number}' if test.kit_lot else ''}"))
    if test.method == STR and test.findings:
        facts += _match_in_words(test.findings)
    return Evidence(test.code, facts)


def _named(instrument: Instrument) -> str:
    number = instrument.serial_number
    return f"{instrument}{f' (serial number {number})' if number else ''}"


def _match_in_words(findings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    policy = POLICIES.get(findings.get("policy", ""))
    yield (
        "Algorithm",
        f"{findings.get('algorithm', '').capitalize()}, {findings.get('mode', '')} markers, amelogenin "
        + ("counted" if findings.get("with_amelogenin") else "left out"),
    )
    yield (
        "Identity policy",
        f"{policy.name if policy else findings.get('policy')} (v{findings.get('policy_version', 0)})",
    )
    yield "Compared with", findings.get("against") or "nothing: there was no profile to compare with"
    score = findings.get("score")
    yield "Score", "none" if score is None else f"{score:.1f} % over {findings.get('markers', 0)} markers"
    if findings.get("alarm"):
        yield "Alarm", f"closer to {findings['alarm']}"


# --- by which rules --------------------------------------------------------------------------------------------------


def _rules() -> Section:
    policy, identity = QCPolicy.current(), IdentityPolicy.current()
    if policy is None:
        return Section("Rules", [Line("The laboratory has no rules of testing yet: nothing is due.", grave=True)])
    growing = policy.rules.filter(phase=PolicyRule.Phase.GROWING, line=None).order_by("method")
    titles = families()
    every = [f"{title_in(titles, rule.method)} every {rule.every.days} d" for rule in growing if rule.every]
    return Section(
        "Rules",
        facts=[
            ("Tested", f"{policy}, {day(policy.at)}: {', '.join(every) or 'no interval for growing cultures'}"),
            ("Identity", f"{POLICIES[identity.code].name} (v{identity.version})"),
        ],
    )


def _made_up(culture: Culture) -> Section | None:
    """Values of the demonstration are said to be such: on paper nobody sees the strip of the screen."""
    lines = []
    if settings.DEMONSTRATION:
        lines.append(Line("A demonstration laboratory: invented work on real lines.", grave=True))
    of_line = Q(line=culture.line) | Q(line=culture.line.parent_id) | Q(test__culture__line=culture.line)
    if STRProfile.objects.filter(of_line, is_demonstration=True, withdrawn_at=None).exists():
        lines.append(Line(f"STR profiles of {culture.line} are demonstration values, made up.", grave=True))
    return Section("Demonstration", lines) if lines else None
