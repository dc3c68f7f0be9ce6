// The frame: the look, folding menus, copying codes, being offline, and what is said aloud.

const root = document.documentElement;

// --- what is said aloud
const live = document.querySelector("[data-live]");
document.addEventListener("said", (event) => {
  if (live) live.textContent = event.detail.text ?? "";
});

// --- the look: applied at once, kept by the server's cookie
function applyLook(name, value) {
  const key = name === "theme" ? "theme" : "contrast";
  if (value && value !== "normal") root.dataset[key] = value;
  else delete root.dataset[key];
  document.dispatchEvent(new CustomEvent("look"));
}

document.querySelectorAll("[data-look]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.name) return;
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
    applyLook(button.name, button.value);
    if (button.name === "theme") {
      for (const other of form.querySelectorAll("[name=theme]")) other.setAttribute("aria-pressed", String(other === button));
    } else {
      button.setAttribute("aria-pressed", String(button.value === "more"));
      button.value = button.value === "more" ? "normal" : "more";
    }
  });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("look")));

// --- folding menus close on Escape and on a tap elsewhere
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.fold[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.fold[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// --- copying
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  document.dispatchEvent(new CustomEvent("said", { detail: { text: `${button.dataset.copy} is copied.` } }));
});

// --- offline
const offline = document.querySelector("[data-offline]");
function showOffline(isOffline) {
  if (!offline || offline.hidden === !isOffline) return;
  offline.hidden = !isOffline;
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date());
  if (isOffline) offline.querySelector("[data-since]").textContent = time;
}
addEventListener("offline", () => showOffline(true));
addEventListener("online", () => showOffline(false));
document.addEventListener("htmx:sendError", () => showOffline(true));
document.addEventListener("htmx:afterOnLoad", () => showOffline(false));
if (!navigator.onLine) showOffline(true);

// --- an answer that is no page
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const text = status === 503 ? "The database does not answer. Nothing was saved; try again in a moment." : "That did not work, and nothing was saved. Load the page again.";
  document.dispatchEvent(new CustomEvent("said", { detail: { text } }));
});
