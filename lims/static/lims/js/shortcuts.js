// Keyboard and scanners. A scanner types like a very fast person and ends with Enter: what it types outside a field is
// gathered and looked up; single letters wait a moment, so that a scan never triggers a shortcut.

const LONGEST_GAP_MS = 60;
const SHORTEST_CODE = 6;
const scan = document.querySelector("[data-scan]");
let typed = "";
let lastAt = 0;
let waiting = 0;

const isField = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

function lookUp(text) {
  scan.value = text;
  scan.form.requestSubmit();
}

function focusField(field) {
  field?.focus();
  field?.select?.();
}

function openDialog(id) {
  document.getElementById(id)?.showModal?.();
}

function press(key) {
  if (key === "s") focusField(scan);
  else if (key === "/") focusField(document.querySelector("[data-find]") ?? scan);
  else if (key === "?") openDialog("keyboard");
  else document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
}

function gather(event) {
  const quick = event.timeStamp - lastAt < LONGEST_GAP_MS;
  lastAt = event.timeStamp;
  if (event.key === "Enter" && quick && typed.length >= SHORTEST_CODE && scan) {
    event.preventDefault();
    lookUp(typed);
  }
  if (event.key.length === 1) typed = (quick ? typed : "") + event.key;
  else if (event.key !== "Shift") typed = "";
  return quick;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (isField(event.target)) event.target.blur();
    return;
  }
  if (isField(event.target) || document.querySelector("dialog[open]")) return;
  const quick = gather(event);
  clearTimeout(waiting);
  if (quick || event.key.length !== 1) return;
  if ("s/?".includes(event.key)) event.preventDefault();
  const { key } = event;
  waiting = setTimeout(() => press(key), LONGEST_GAP_MS);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (!opener) return;
  event.preventDefault();
  opener.closest("details")?.removeAttribute("open");
  openDialog(opener.dataset.open);
});
