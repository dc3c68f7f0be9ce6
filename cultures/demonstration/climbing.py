"""Plays the ladders: registers the models, asks the readiness engine after each passage, and decides as it proposes."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from cultures.demonstration.house import House
from cultures.demonstration.ladders import BRANCHED, CLIMBS, LOST, O_SHEA, Climb, Replanned, Turn
from cultures.demonstration.story import EASES_IN, FRESH_STEP, USED_TO_IT, WITHOUT_DRUG, Cells, Chain
from cultures.dosing import services
from cultures.dosing.commands import PlanOfDoses
from cultures.dosing.models import Decision, Ladder, Mechanism, ResistanceModel, Rung
from cultures.dosing.readiness import readiness_of
from cultures.dosing.services.mechanisms import add_evidence, propose_hypothesis, register_standard_mechanisms
from cultures.passaging.commands import Drug
from cultures.passaging.models import Culture, Event, Feed
from cultures.passaging.services import discard_culture, observe_culture
from cultures.science.escalation import TEMPLATES
from lims.accounts.models import User

STORY = Event.Source.DEMONSTRATION
HOUR = timedelta(hours=1)


def plan_of(template_code: str) -> PlanOfDoses:
    template = TEMPLATES[template_code]
    made = services.plan_by_strategy(template.strategy, dict(template.parameters), template.unit, template.vehicle_pct)
    return replace(made, template=template_code)


class Climbing:
    """Where every ladder stands while the story is played. Ladders are named with their model: "BT474-RES A"."""

    def __init__(self, house: House, now: datetime) -> None:
        self.house, self.now = house, now
        self.models: dict[str, ResistanceModel] = {}
        self.first_rung: dict[str, Rung] = {}
        self.ladders: dict[str, Ladder] = {}
        self.turns: dict[str, deque[Turn]] = {}
        self.replanned: dict[str, Replanned] = {}
        self.cells: dict[str, Cells] = {}
        self.passages_since: dict[str, int] = {}  # the last turn

    # --- before the first flask ---
    def register(self, climb: Climb, keeper: str, at: datetime) -> None:
        plan = plan_of(climb.template)
        model = services.register_model(
            name=climb.model,
            parental_line_id=self.house.lines[climb.model].parent_id or 0,
            compound_id=self.house.compounds[TEMPLATES[climb.template].compound].pk,
            keeper_id=self.house.people[keeper].pk,
            plan=plan,
            purpose=climb.purpose,
            starting_vial=climb.vial,
            by=self.house.manager,
            at=at,
        )
        self.models[climb.model] = model
        self.first_rung[climb.model] = Rung.objects.select_related("plan").get(plan__model=model, number=1)
        self.turns |= {ladder: deque(turns) for ladder, turns in climb.turns.items()}
        if climb.replanned:
            self.replanned[climb.model] = climb.replanned

    def begin(self, arms: Sequence[Chain], flasks: Mapping[str, Culture], at: datetime, by: User) -> None:
        """The ladders whose first flasks were just seeded: those with a control start, the others branch."""
        controls = {arm.ladder: flasks[arm.name] for arm in arms if not arm.is_treated}
        for arm in (arm for arm in arms if arm.is_treated):
            name, treated = arm.ladder.rpartition(" ")[-1], [flasks[arm.name].pk]
            if arm.ladder in controls:
                ladder = services.start_ladder(
                    model_id=self.models[arm.model].pk, name=name, treated_ids=treated,
                    control_id=controls[arm.ladder].pk, at=at, by=by, source=STORY,
                )  # fmt: skip
            else:
                ladder = services.branch_ladder(
                    ladder_id=self.ladders[f"{arm.model} A"].pk, name=name, treated_ids=treated, reason=BRANCHED,
                    at=at, by=by, source=STORY,
                )  # fmt: skip
            self._stands(arm.ladder, ladder)
            self.cells[arm.ladder] = FRESH_STEP
            self.passages_since[arm.ladder] = 0 if arm.ladder in controls else EASES_IN

    # --- at the bench ---
    def drugs(self, chain: Chain, day: date, *, is_left_out: bool = False) -> tuple[list[Drug], str]:
        """What the ladder's rung asks for, or why there is none; to the control as much of the vehicle."""
        ladder = self.ladders.get(chain.ladder) or self.ladders.get(f"{chain.model} A")
        if ladder and ladder.state == Ladder.State.HOLIDAY:
            return [], Feed.Without.HOLIDAY.value if chain.is_treated else ""
        if is_left_out:
            return [], Feed.Without.GAP.value
        rung = ladder.rung if ladder else self.first_rung[chain.model]
        drug = Drug(
            compound_id=self.models[chain.model].compound_id,
            dose=rung.dose if chain.is_treated else Decimal(0),
            unit=rung.dose_unit,
            stock_id=self.house.lot_on(str(self.models[chain.model].compound), day).pk if chain.is_treated else None,
            vehicle_pct=rung.plan.vehicle_pct,
        )
        return [drug], ""

    def cells_of(self, chain: Chain) -> Cells:
        """How its cells do now. A fresh step costs most at first."""
        if not chain.is_treated:
            return WITHOUT_DRUG
        cells = self.cells[chain.ladder]
        if cells is not FRESH_STEP:
            return cells
        return cells.towards(USED_TO_IT, min(self.passages_since[chain.ladder] / EASES_IN, 1))

    def wants_backup(self, chain: Chain, at: datetime) -> bool:
        """Before the next step some cells of this rung are frozen."""
        if not chain.is_treated or not (turns := self.turns[chain.ladder]):
            return False
        return turns[0].kind == "escalate" and self._is_due(turns[0], at)

    # --- after a passage ---
    def consider(self, chain: Chain, at: datetime, by: User) -> None:
        """Look at the verdict, and take the turn that is due if it is the one the turn waits for."""
        self._replan(chain.model, at)
        turns, ladder = self.turns[chain.ladder], self.ladders[chain.ladder]
        self.passages_since[chain.ladder] += 1
        if not turns or not self._is_due(turns[0], at) or not self._has_come(turns[0], chain, at):
            return
        turn = turns.popleft()
        decision = self._decide(ladder, turn.kind, turn.reason, at, self.house.people.get(turn.by, by))
        if decision.state == Decision.State.WAITING:
            second = self.house.people[turn.seconded_by]
            services.second_decision(decision_id=decision.pk, at=at + HOUR, by=second)
        self._stands(chain.ladder, ladder)
        self.cells[chain.ladder], self.passages_since[chain.ladder] = turn.cells, 0

    def _has_come(self, turn: Turn, chain: Chain, at: datetime) -> bool:
        if turn.seconded_by:
            return self.passages_since[chain.ladder] == 2
        ladder = self.ladders[chain.ladder]
        return readiness_of([ladder], at)[ladder.pk].verdict is turn.waits_for

    def lose(self, chain: Chain, flask: Culture, at: datetime, by: User) -> None:
        """The only flask of a ladder is contaminated, and not worth the months of a cure."""
        observe_culture(
            culture_id=flask.pk, morphology="vacuoles", note="grows slowly, granular", at=at, by=by, source=STORY
        )
        discard_culture(
            culture_id=flask.pk, why="contaminated", note=LOST, at=at + HOUR / 6, by=by, source=STORY
        )  # fmt: skip
        ladder = self.ladders[chain.ladder]
        self._decide(ladder, "lost", LOST, at + HOUR, self.house.manager)
        self._stands(chain.ladder, ladder)

    def _decide(self, ladder: Ladder, kind: str, reason: str, at: datetime, by: User) -> Decision:
        last = services.last_decision(ladder)
        return services.decide(
            ladder_id=ladder.pk, kind=kind, based_on=last.number if last else 0, reason=reason, at=at, by=by,
            source=STORY,
        )  # fmt: skip

    def _replan(self, name: str, at: datetime) -> None:
        plan = self.replanned.get(name)
        if plan and self._is_due(plan, at):
            services.revise_plan(
                model_id=self.models[name].pk, plan=plan_of(plan.template), reason=plan.reason, based_on=1,
                by=self.house.manager, at=at,
            )  # fmt: skip
            del self.replanned[name]
            for ladder in [one for one in self.ladders if one.startswith(f"{name} ")]:
                self._stands(ladder, self.ladders[ladder])

    def _is_due(self, planned: Turn | Replanned, at: datetime) -> bool:
        return at.date() >= self.now.date() - timedelta(days=planned.days_ago)

    def _stands(self, name: str, ladder: Ladder) -> None:
        self.ladders[name] = Ladder.objects.select_related("rung__plan", "model__compound").get(pk=ladder.pk)

    # --- what is held of them ---
    def note_mechanisms(self) -> None:
        register_standard_mechanisms(by=self.house.manager)
        words = {mechanism.name: mechanism.pk for mechanism in Mechanism.objects.all()}
        for climb in CLIMBS:
            for held in climb.held:
                at, by = self.now - timedelta(days=held.days_ago), self.house.people["RO"]
                noted = propose_hypothesis(
                    model_id=self.models[climb.model].pk, mechanism_id=words[held.mechanism], status=held.status,
                    note=held.note, at=at, by=by,
                )  # fmt: skip
                if held.reference:
                    add_evidence(
                        hypothesis_id=noted.pk, kind="reference", text=held.reference, doi=O_SHEA, at=at, by=by
                    )
