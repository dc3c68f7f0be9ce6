// The grid of a run by keyboard: Enter and the arrows go down and up, a column out of a spreadsheet is pasted from the
// cell one stands in, and the scan of a tube goes to its row. Without script it is a table of fields, walked by Tab.

const CODE = /^\s*(?:LIMS:)?(Q-[0-9A-Z]{5,})\s*$/i;

function say(text) {
  document.dispatchEvent(new CustomEvent("said", { detail: { text } }));
}

function start(form) {
  form.classList.add("scripted");
  const rows = [...form.querySelectorAll("tbody tr:has([data-cell])")];
  const cells = rows.map((row) => [...row.querySelectorAll(".cell")].map((cell) => cell.querySelector("[data-cell]")));

  function placeOf(field) {
    const row = cells.findIndex((fields) => fields.includes(field));
    return row < 0 ? null : { row, column: cells[row].indexOf(field) };
  }

  function go(row, column) {
    const field = cells[row]?.[column];
    if (!field) return false;
    field.focus();
    field.select?.();
    return true;
  }

  /** The next cell of the column; past its end, the top of the next one. */
  function onward({ row, column }) {
    for (let next = row + 1; next < cells.length; next += 1) if (go(next, column)) return;
    if (column + 1 < cells[0].length && go(cells.findIndex((fields) => fields[column + 1]), column + 1)) return;
    form.querySelector(".dock .btn.do").focus();
  }

  function back({ row, column }) {
    for (let next = row - 1; next >= 0; next -= 1) if (go(next, column)) return;
  }

  function scanned(field, code) {
    const row = rows.findIndex((one) => one.dataset.code === code);
    field.value = field.dataset.before ?? "";
    if (row < 0) return say(`${code} is no sample of this run.`);
    const empty = cells[row].findIndex((one) => one && !one.value);
    go(row, Math.max(empty, 0));
    say(`${code}.`);
  }

  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-cell]")) target.dataset.before = target.value;
  });

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    const place = field.matches("[data-cell]") ? placeOf(field) : null;
    if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      const code = CODE.exec(field.value)?.[1];
      if (code) scanned(field, code.toUpperCase());
      else onward(place);
      return;
    }
    if (field.tagName === "SELECT") return; // its own arrows choose
    const atEnd = field.selectionStart === field.value.length || field.selectionEnd - field.selectionStart === field.value.length;
    const atStart = field.selectionEnd === 0 || field.selectionEnd - field.selectionStart === field.value.length;
    if (event.key === "ArrowDown") onward(place);
    else if (event.key === "ArrowUp") back(place);
    else if (event.key === "ArrowRight" && atEnd) go(place.row, place.column + 1);
    else if (event.key === "ArrowLeft" && atStart) go(place.row, place.column - 1);
    else return;
    event.preventDefault();
  });

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const place = event.target.matches("[data-cell]") ? placeOf(event.target) : null;
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    if (!place || (lines.length === 1 && lines[0].length === 1)) return;
    event.preventDefault();
    let taken = 0;
    lines.forEach((values, down) =>
      values.forEach((value, across) => {
        const field = cells[place.row + down]?.[place.column + across];
        if (!field) return;
        field.value = value.trim();
        field.dispatchEvent(new Event("input", { bubbles: true }));
        taken += 1;
      }),
    );
    const left = lines.flat().length - taken;
    say(left ? `${taken} readings pasted; ${left} did not fit.` : `${taken} readings pasted.`);
  });
}

document.querySelectorAll("form[data-grid]").forEach(start);
