// The passage screen while one types: what the numbers come to, rows added and removed, the reading taken or put aside.
// Without script the same is done by "Work it out" (cultures/passaging/forms/planning.py).
import { doseInWords, dosesIn, watchMedium } from "./dosing.js";
import * as planner from "./planner.js";
import { inRow, rowsOf, watchRows } from "./rows.js";

class Screen {
  constructor(form, known) {
    Object.assign(this, { form, known, by: form.elements.by.value });
    watchRows(form, () => this.changed());
    watchMedium(form, known);
    form.addEventListener("input", () => this.show());
    form.addEventListener("change", ({ target }) => target.name === "by" && this.sayBy(target.value));
    this.listenToTheOffer(form.querySelector("[data-offer]"));
    for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;
    for (const element of form.querySelectorAll("[data-with-script]")) element.hidden = false;
    this.show();
  }

  number(name, scale) {
    return planner.readNumber(this.form.elements[name].value, scale);
  }

  daughter(row) {
    return {
      ...this.known.vessels[inRow(row, "vessel").value],
      amount: planner.readNumber(inRow(row, "amount").value, this.known.units[this.by].scale),
      totalMl: planner.readNumber(inRow(row, "volume_ml").value),
      inDrug: inRow(row, "drugs").value === "",
    };
  }

  state() {
    return {
      count: { live: this.number("live", 1e6), dead: this.number("dead", 1e6), dilution: this.number("dilution") },
      volumeMl: this.number("volume_ml"),
      by: this.by,
      area: this.known.area,
      rows: rowsOf(this.form, "daughters").map((row) => this.daughter(row)),
      drugs: dosesIn(this.form, this.known.stocks),
    };
  }

  /** Something changed without typing: tell who listens to the form, as typing would. */
  changed() {
    this.show();
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- what it comes to ----------------------------------------------------------------------------------------------
  show() {
    const state = this.state();
    const plan = planner.plan(state);
    const viability = plan.viability === null ? [dash()] : [planner.figures(plan.viability, 3), unit("\u00a0%")];
    this.form.querySelector('[data-sum="viability"]').replaceChildren(...viability);
    rowsOf(this.form, "daughters").forEach((row, index) => this.showRow(row, plan.rows[index], state.drugs));
    for (const [name, cells] of Object.entries({ "in-hand": plan.inHand, of: plan.inHand, allocated: plan.allocated, left: plan.left, "too-many": plan.tooMany })) {
      this.form.querySelector(`[data-sum="${name}"]`).replaceChildren(...cellsInWords(cells));
    }
    this.form.querySelector("[data-fits]").hidden = plan.tooMany > 0;
    this.form.querySelector("[data-exceeds]").hidden = plan.tooMany === 0;
    this.form.querySelector("[data-alloc]").replaceChildren(...planner.bars(plan, this.known.treated ? "f-t" : "f-a").map(drawn));
  }

  showRow(row, poured, drugs) {
    const out = (name) => row.querySelector(`[data-out="${name}"]`);
    out("suspension").textContent = poured.suspensionMl === null ? "–" : planner.shortMl(poured.suspensionMl, 2);
    out("medium").textContent = poured.mediumMl === null ? "–" : planner.shortMl(poured.mediumMl, 1);
    out("density").replaceChildren(...(poured.perCm2 === null ? [] : [...cellsInWords(poured.perCm2), " cells/cm². "]));
    out("drugs").replaceChildren(...poured.stockUl.flatMap((ul, index) => [...doseInWords(drugs[index], ul), " "]));
  }

  /** What is planned stays; the number says it in the new way, or goes when nobody can tell yet what it would be. */
  sayBy(next) {
    const { inHand, rows } = planner.plan(this.state());
    rowsOf(this.form, "daughters").forEach((row, index) => {
      const said = planner.resaid(this.daughter(row), rows[index].cells, next, inHand, this.known.area);
      inRow(row, "amount").value = said === null ? "" : planner.figures(said / this.known.units[next].scale, 3);
    });
    this.by = next;
    this.show();
  }

  // --- the counter's reading -------------------------------------------------------------------------------------------
  listenToTheOffer(offer) {
    if (!offer) return;
    const { live, dead, reading, volume_ml: volume } = this.form.elements;
    offer.querySelector("[data-use]").addEventListener("click", () => {
      confirm(live, dead);
      offer.hidden = true;
      volume.focus();
    });
    offer.querySelector("[data-another]").addEventListener("click", (event) => {
      event.preventDefault();
      for (const field of [live, dead, reading]) field.value = "";
      confirm(live, dead);
      offer.hidden = true;
      live.focus();
      this.changed();
    });
  }
}

function confirm(...fields) {
  for (const field of fields) {
    field.classList.remove("proposed");
    field.removeAttribute("data-proposed");
  }
}

// --- small drawings ----------------------------------------------------------------------------------------------------
const unit = (text) => Object.assign(document.createElement("span"), { className: "u", textContent: text });
const dash = () => Object.assign(document.createElement("span"), { className: "quiet", textContent: "–" });

function cellsInWords(cells) {
  if (cells === null) return [dash()];
  const [mantissa, power] = planner.shortCells(cells);
  if (power === null) return [mantissa];
  const exponent = Object.assign(document.createElement("span"), { className: "e", textContent: "×10" });
  exponent.append(Object.assign(document.createElement("sup"), { textContent: power }));
  return [mantissa, exponent];
}

function drawn({ x, width, css }) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y: 0, width, height: 10, class: css })) rect.setAttribute(name, value);
  return rect;
}

const form = document.querySelector("form[data-planner]");
if (form) new Screen(form, JSON.parse(document.getElementById("planner-figures").textContent));
