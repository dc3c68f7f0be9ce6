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

const chosen = (select) => select.selectedOptions[0]?.text.trim() ?? "";

/** What is folded away, in words: recipe, lots, drugs; or its lots alone. */
function summary(form, { stocks }) {
  const lots = [...form.querySelectorAll('[name="lots"]:checked')].map((box) => box.parentElement.textContent.trim());
  const drugs = dosesIn(form, stocks).map(({ drug, dose, unit }) => `${drug} ${dose} ${unit}`);
  const { recipe } = form.elements;
  return { lots: lots.join("; "), medium: [recipe.value && chosen(recipe), ...lots, ...drugs].filter(Boolean).join("; ") };
}

/** Another recipe is made of other bottles: those in use are checked; a line brings its own recipe. */
export function watchMedium(form, known) {
  const { lots, recipes } = known;
  form.addEventListener("change", ({ target }) => {
    if (!target.closest?.(".foldout") && !["recipe", "line"].includes(target.name)) return;
    for (const words of form.querySelectorAll("[data-summary]")) words.textContent = summary(form, known)[words.dataset.summary];
  });
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
  watchMedium(form, known);
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
