// The grid of markers by keyboard: Enter and the arrows go on, a table out of a spreadsheet is pasted into any field.
// Without script it is a set of fields, and a box for pasted lines that the server reads.

const OTHER_NAMES = { AMEL: "AMELOGENIN", AM: "AMELOGENIN", THO1: "TH01", CSF1P0: "CSF1PO" };
const GAP = /^\s*(?:Marker|Locus)\b/i;

const keyOf = (name) => {
  const key = name.replace(/[\s_"-]+/g, "").toUpperCase();
  return OTHER_NAMES[key] ?? key;
};

function say(text) {
  document.dispatchEvent(new CustomEvent("said", { detail: { text } }));
}

function start(box) {
  box.classList.add("scripted");
  const cells = [...box.querySelectorAll("[data-marker]")];
  const byKey = new Map(cells.map((cell) => [keyOf(cell.dataset.marker), cell]));
  const others = box.querySelector("[data-others]");
  const more = others.closest("details");
  const prefix = box.dataset.alleles;

  /** How many fields stand in one row of the grid, at this width. */
  const across = () => Math.max(1, cells.findIndex((cell) => cell.offsetTop > cells[0].offsetTop));

  function go(place) {
    const cell = cells[place];
    if (!cell) return false;
    cell.focus();
    cell.select();
    return true;
  }

  function leave() {
    const form = box.closest("form");
    const next = more.open && others.querySelector("input");
    (next || form.querySelector(".dock .btn.do, .dock .btn.big:last-child"))?.focus();
  }

  box.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || !cell.matches?.("input")) return;
    const place = cells.indexOf(cell);
    if (event.key === "Enter") {
      event.preventDefault(); // half a profile is not sent by it
      event.stopPropagation();
      if (place >= 0) go(place + 1) || leave();
      else onward(cell);
      return;
    }
    if (place < 0) return;
    const all = cell.selectionEnd - cell.selectionStart === cell.value.length;
    const atStart = cell.selectionEnd === 0 || all;
    const atEnd = cell.selectionStart === cell.value.length || all;
    const step = { ArrowDown: across(), ArrowUp: -across(), ArrowRight: atEnd && 1, ArrowLeft: atStart && -1 }[event.key];
    if (step && go(place + step)) event.preventDefault();
  });

  /** Through the rows of other markers; after the last one comes an empty one. */
  function onward(field) {
    const fields = [...others.querySelectorAll("input")];
    const place = fields.indexOf(field);
    if (place < 0) return;
    if (place === fields.length - 1) {
      if (!field.value) return leave();
      addRow().querySelector("input").focus();
    } else fields[place + 1].focus();
  }

  function addRow() {
    const rows = others.children;
    const row = rows[rows.length - 1].cloneNode(true);
    const [marker, alleles] = row.querySelectorAll("input");
    const number = rows.length;
    marker.name = `${prefix}-marker-${number}`;
    alleles.name = `${prefix}-alleles-${number}`;
    marker.value = alleles.value = "";
    marker.setAttribute("aria-label", `Other marker ${number + 1}`);
    alleles.setAttribute("aria-label", `Alleles of other marker ${number + 1}`);
    for (const input of [marker, alleles]) input.removeAttribute("aria-invalid");
    others.append(row);
    return row;
  }

  function rowFor(name) {
    const rows = [...others.children];
    const same = rows.find((row) => keyOf(row.querySelector("input").value) === keyOf(name));
    const empty = rows.find((row) => [...row.querySelectorAll("input")].every((input) => !input.value));
    more.open = true;
    return same ?? empty ?? addRow();
  }

  function put(cell, value) {
    cell.value = value.trim();
    cell.removeAttribute("aria-invalid");
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function putByName(name, value) {
    if (!value.trim()) return 0;
    const cell = byKey.get(keyOf(name));
    if (cell) put(cell, value);
    else {
      const [marker, alleles] = rowFor(name).querySelectorAll("input");
      put(marker, name.replaceAll('"', ""));
      put(alleles, value);
    }
    return 1;
  }

  const isMarker = (text) => byKey.has(keyOf(text)) || [...box.querySelectorAll("datalist option")].some((one) => keyOf(one.value) === keyOf(text));

  /** Rows "marker, alleles"; or a row of markers with one of alleles; or a row or column of alleles in the grid's order. */
  function take(lines, place) {
    const [heads, below] = lines;
    if (lines.length === 2 && heads.filter(isMarker).length > 1) {
      return heads.reduce((taken, head, at) => taken + (isMarker(head) ? putByName(head, below[at] ?? "") : 0), 0);
    }
    if (lines.some(([head]) => isMarker(head))) {
      const told = lines.filter(([head]) => head.trim() && !GAP.test(head));
      return told.reduce((taken, [head, ...rest]) => taken + putByName(head, rest.filter((one) => one.trim()).join(",")), 0);
    }
    const values = lines.length === 1 ? heads : lines.map(([first]) => first);
    return values.reduce((taken, value, at) => {
      const cell = place >= 0 && cells[place + at];
      if (cell) put(cell, value);
      return taken + (cell ? 1 : 0);
    }, 0);
  }

  box.addEventListener("paste", (event) => {
    if (event.target.matches("textarea")) return; // that is read by the server
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const lines = text.replace(/\r\n?/g, "\n").split("\n").filter((line) => line.trim()).map((line) => line.split("\t").map((cell) => cell.trim().replace(/^"|"$/g, "")));
    if (!lines.length || (lines.length === 1 && lines[0].length === 1)) return;
    event.preventDefault();
    const taken = take(lines, cells.indexOf(event.target));
    say(taken ? `${taken} marker${taken === 1 ? "" : "s"} pasted.` : "Nothing of it is a marker. Copy a column of markers and one of alleles.");
  });
}

document.querySelectorAll("[data-alleles]").forEach(start);
