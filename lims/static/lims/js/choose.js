// Choosing rows of a list: by box, all at once, or by scanning flask after flask. Without script the codes that were
// scanned go along with the form, and "all" is a link.

const CODE = /[A-Z]-[0-9A-Z]{5,}/gi;

function say(text) {
  document.dispatchEvent(new CustomEvent("said", { detail: { text } }));
}

function start(form) {
  const boxes = [...form.querySelectorAll('input[type="checkbox"][data-code]')];
  const scan = form.querySelector("[data-choose-scan]");
  const others = form.querySelector("[data-choose-others]");
  const count = form.querySelector("[data-choose-count]");
  const all = form.querySelector("[data-choose-all]");
  if (!scan) return;

  function tell() {
    const chosen = boxes.filter((box) => box.checked).length + others.children.length;
    count.textContent = chosen ? `${chosen} chosen` : "Nothing chosen yet";
    const rest = boxes.some((box) => !box.checked);
    all.lastChild.textContent = rest ? "Choose all shown" : "Choose none";
  }

  /** A flask that is not on this page goes along all the same. */
  function besides(code) {
    if ([...others.children].some((item) => item.dataset.code === code)) return;
    const item = Object.assign(document.createElement("li"), { className: "chip" });
    item.dataset.code = code;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "codes", value: code });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn bare", textContent: "remove" });
    remove.setAttribute("aria-label", `Remove ${code}`);
    remove.addEventListener("click", () => (item.remove(), tell(), scan.focus()));
    item.append(code, " not due here ", input, remove);
    others.append(item);
  }

  function take(code) {
    const rows = boxes.filter((box) => box.dataset.code === code);
    for (const box of rows) box.checked = true;
    if (rows.length) rows[0].closest("tr").scrollIntoView({ block: "nearest" });
    else besides(code);
    tell();
    say(`${code} chosen. ${count.textContent}.`);
  }

  scan.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const codes = scan.value.toUpperCase().match(CODE) ?? [];
    if (!codes.length && scan.value.trim()) return say("That is no code of a flask. Scan it again.");
    codes.forEach(take);
    scan.value = "";
  });
  all.addEventListener("click", (event) => {
    event.preventDefault();
    const rest = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = rest;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}

document.querySelectorAll("form[data-choose]").forEach(start);
