// The passage screen while one types: what the numbers come to, rows added and removed, the reading taken or put aside.
// Without script the same is done by "Work it out" (cultures/passaging/forms/planning.py).
import * as planner from "./planner.js";

const form = document.querySelector("form[data-planner]");
if (form) start(form, JSON.parse(document.getElementById("planner-figures").textContent));

function start(form, known) {
  const field = (name) => form.elements[name];
  const number = (name, scale) => planner.readNumber(field(name)?.value ?? "", scale);
  const rowsOf = (prefix) => [...form.querySelectorAll(`[data-rows="${prefix}"] > [data-row]`)];
  const inRow = (row, name) => row.querySelector(`[name$="-${name}"]`);
  let by = form.elements.by.value;

  function daughter(row) {
    const vessel = known.vessels[inRow(row, "vessel").value] ?? {};
    return {
      ...vessel,
      amount: planner.readNumber(inRow(row, "amount").value, known.units[by].scale),
      totalMl: planner.readNumber(inRow(row, "volume_ml").value),
      inDrug: inRow(row, "drugs").value === "",
    };
  }

  function drug(row) {
    const stock = known.stocks[inRow(row, "drug").value];
    const dose = planner.readNumber(inRow(row, "dose").value);
    const share = stock?.share[inRow(row, "unit").value] ?? null;
    if (!stock || !dose) return null;
    return { ...stock, dose, unit: inRow(row, "unit").value, share: share === null ? null : share * dose };
  }

  function figuresNow() {
    const drugs = rowsOf("drugs").map(drug).filter(Boolean);
    const rows = rowsOf("daughters").map(daughter);
    const count = { live: number("live", 1e6), dead: number("dead", 1e6), dilution: number("dilution") };
    return { count, volumeMl: number("volume_ml"), by, area: known.area, rows, drugs };
  }

  function show() {
    const state = figuresNow();
    const plan = planner.plan(state);
    write("viability", plan.viability === null ? null : [planner.figures(plan.viability, 3), "\u00a0%"]);
    writeCells("in-hand", plan.inHand);
    rowsOf("daughters").forEach((row, index) => showRow(row, plan.rows[index], state.drugs));
    showSum(plan);
  }

  function showRow(row, poured, drugs) {
    const out = (name) => row.querySelector(`[data-out="${name}"]`);
    out("suspension").textContent = poured.suspensionMl === null ? "–" : planner.shortMl(poured.suspensionMl, 2);
    out("medium").textContent = poured.mediumMl === null ? "–" : planner.shortMl(poured.mediumMl, 1);
    out("density").replaceChildren(...(poured.perCm2 === null ? [] : [...cellsNodes(poured.perCm2), " cells/cm²"]));
    out("drugs").replaceChildren(
      ...poured.stockUl.flatMap((ul, index) => {
        const { drug, dose, unit, lot, strength } = drugs[index];
        const name = Object.assign(document.createElement("span"), { className: "violet", textContent: `${drug} ${dose}\u00a0${unit}` });
        return [" ", name, `, lot ${lot}`, ul === null ? "" : `: ${planner.shortUl(ul)}\u00a0µL of ${strength} stock`];
      }),
    );
  }

  function showSum(plan) {
    form.querySelector("[data-alloc]").replaceChildren(
      ...planner.bars(plan, known.treated ? "f-t" : "f-a").map(({ x, width, css }) => {
        const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        for (const [name, value] of Object.entries({ x, width, y: 0, height: 10, class: css })) rect.setAttribute(name, value);
        return rect;
      }),
    );
    writeCells("allocated", plan.allocated);
    writeCells("of", plan.inHand);
    writeCells("left", plan.left);
    writeCells("too-many", plan.tooMany);
    form.querySelector("[data-fits]").hidden = plan.tooMany > 0;
    form.querySelector("[data-exceeds]").hidden = plan.tooMany === 0;
  }

  function write(name, parts) {
    const place = form.querySelector(`[data-sum="${name}"]`);
    if (!parts) return place.replaceChildren("–");
    const unit = Object.assign(document.createElement("span"), { className: "u", textContent: parts[1] });
    place.replaceChildren(parts[0], unit);
  }

  function writeCells(name, cells) {
    const nodes = cells === null ? ["–"] : cellsNodes(cells);
    for (const place of form.querySelectorAll(`[data-sum="${name}"]`)) place.replaceChildren(...nodes.map((node) => node.cloneNode?.(true) ?? node));
  }

  function cellsNodes(cells) {
    const [mantissa, power] = planner.shortCells(cells);
    if (power === null) return [mantissa];
    const sup = Object.assign(document.createElement("sup"), { textContent: power });
    return [`${mantissa}×10`, sup];
  }

  // --- how the daughters are said: what is planned stays, the number changes its unit ---------------------------------
  function sayBy(next) {
    const plan = planner.plan(figuresNow());
    rowsOf("daughters").forEach((row, index) => {
      const said = planner.resaid(daughter(row), plan.rows[index].cells, next, plan.inHand, known.area);
      if (said !== null) inRow(row, "amount").value = planner.figures(said / known.units[next].scale, 3);
    });
    by = next;
  }

  // --- rows --------------------------------------------------------------------------------------------------------
  function renumber(prefix) {
    rowsOf(prefix).forEach((row, index) => {
      for (const element of row.querySelectorAll("[name],[id],[for],[aria-label],[aria-describedby]")) {
        for (const name of ["name", "id", "for", "aria-describedby"]) {
          const value = element.getAttribute(name);
          if (value) element.setAttribute(name, value.replaceAll(new RegExp(`${prefix}-\\d+-`, "g"), `${prefix}-${index}-`));
        }
        const label = element.getAttribute("aria-label");
        if (label) element.setAttribute("aria-label", label.replace(/\d+$/, index + 1));
      }
      const remove = row.querySelector("[name=remove]");
      if (remove) remove.value = `${prefix}-${index}`;
    });
    field(`${prefix}-TOTAL_FORMS`).value = rowsOf(prefix).length;
    field(`${prefix}-INITIAL_FORMS`).value = 0;
  }

  function addRow(prefix, emptied) {
    const last = rowsOf(prefix).at(-1);
    if (!last) return false;
    const row = last.cloneNode(true);
    for (const select of last.querySelectorAll("select")) row.querySelector(`[name="${select.name}"]`).value = select.value;
    for (const name of emptied) inRow(row, name).value = "";
    for (const marked of row.querySelectorAll(".err, .source")) marked.remove();
    for (const input of row.querySelectorAll("input, select")) {
      input.classList.remove("proposed");
      input.removeAttribute("aria-invalid");
    }
    last.after(row);
    renumber(prefix);
    inRow(row, emptied[0]).focus();
    return true;
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.name === "remove" || button?.name === "add") {
      const prefix = button.value.split("-")[0];
      if (button.name === "add" && !addRow(prefix, button.dataset.emptied.split(" "))) return;
      if (button.name === "remove") {
        if (rowsOf(prefix).length < 2 && prefix === "drugs") return;
        button.closest("[data-row]").remove();
        renumber(prefix);
        form.querySelector(`[name=add][value=${prefix}]`)?.focus();
      }
      event.preventDefault();
      show();
      form.dispatchEvent(new Event("change"));
    }
  });

  // --- the counter's reading -----------------------------------------------------------------------------------------
  const offer = form.querySelector("[data-offer]");
  offer?.querySelector("[data-use]")?.addEventListener("click", () => {
    for (const name of ["live", "dead"]) field(name).classList.remove("proposed");
    offer.hidden = true;
    field("volume_ml").focus();
  });
  offer?.querySelector("[data-another]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const name of ["live", "dead", "reading"]) field(name).value = "";
    offer.hidden = true;
    field("live").focus();
    show();
  });

  // --- listening -----------------------------------------------------------------------------------------------------
  form.addEventListener("input", show);
  form.addEventListener("change", (event) => {
    if (event.target.name === "by") sayBy(event.target.value);
    show();
  });
  for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;
  for (const element of form.querySelectorAll("[data-with-script]")) element.hidden = false;
  show();
}
