// How much of each drug stock a flask takes, while one types. The server says the same (cultures/passaging/forms/dosing.py).
import { readNumber, shortUl } from "./planner.js";
import { inRow, rowsOf, watchRows } from "./rows.js";

/** The drugs of the medium that can be reckoned with: [{drug, dose, unit, lot, strength, share}]; share of the medium. */
export function dosesIn(form, stocks) {
  return rowsOf(form, "drugs").flatMap((row) => {
    const stock = stocks[inRow(row, "drug").value];
    const dose = readNumber(inRow(row, "dose").value);
    const unit = inRow(row, "unit").value;
    if (!stock || !dose) return [];
    const share = stock.share[unit];
    return [{ ...stock, dose, unit, share: share === undefined ? null : share * dose }];
  });
}

/** trastuzumab 10 µg/mL, lot T-22: 7.1 µL of 21 mg/mL stock */
export function doseInWords({ drug, dose, unit, lot, strength }, stockUl) {
  const name = Object.assign(document.createElement("span"), { className: "violet", textContent: `${drug} ${dose}\u00a0${unit}` });
  return [name, `, lot ${lot}`, stockUl === null ? "" : `: ${shortUl(stockUl)}\u00a0µL of ${strength} stock`];
}

/** Another recipe is made of other bottles: those in use are checked; a line brings its own recipe. */
export function watchRecipe(form, { lots, recipes }) {
  const { recipe, line } = form.elements;
  const takeLots = () => {
    const inUse = (lots[recipe.value] ?? []).map(String);
    for (const box of form.querySelectorAll('[name="lots"]')) box.checked = inUse.includes(box.value);
  };
  recipe.addEventListener("change", takeLots);
  line?.addEventListener("change", () => {
    if (!recipes?.[line.value]) return;
    recipe.value = recipes[line.value];
    takeLots();
  });
}

function start(form) {
  const known = JSON.parse(document.getElementById("planner-figures").textContent);
  const { stocks } = known;
  watchRecipe(form, known);
  const list = form.querySelector('[data-out="dosings"]');
  const show = () => {
    const volumeMl = readNumber(form.elements.volume_ml?.value ?? "");
    const lines = volumeMl ? dosesIn(form, stocks) : [];
    list?.replaceChildren(
      ...lines.map((dose) => {
        const line = document.createElement("li");
        line.append(...doseInWords(dose, dose.share === null ? null : dose.share * volumeMl * 1000));
        return line;
      }),
    );
  };
  watchRows(form, show);
  form.addEventListener("input", show);
  for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;
  show();
}

const form = document.querySelector("form[data-dosing]");
if (form) start(form);
