// Forms: what is proposed becomes plain once touched, a form goes out once, and typed work is not lost by a stray tap.
// The server is the truth about all of this; the page only spares people the detour.

const SENT_FOR_MS = 10_000;
const LOOKS_LIKE_A_CODE = /^\s*[A-Z]-[0-9A-Z]{5,}\s*$/i;

function say(text) {
  document.dispatchEvent(new CustomEvent("said", { detail: { text } }));
}

function confirmProposal(field) {
  if (!field.hasAttribute("data-proposed")) return;
  field.classList.remove("proposed");
  field.removeAttribute("data-proposed");
  const source = document.getElementById(`${field.id}_source`);
  if (source) source.hidden = true;
}

document.addEventListener("input", (event) => {
  confirmProposal(event.target);
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) form.dataset.dirty = "";
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button) return;
  const scope = button.closest("fieldset, .step, form") ?? document;
  scope.querySelectorAll("[data-proposed]").forEach(confirmProposal);
  button.hidden = true;
  say("Taken over.");
});

// A scanner ends with Enter; in a field for numbers that would send the whole form.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || !field.matches?.("[data-number]") || !LOOKS_LIKE_A_CODE.test(field.value)) return;
  event.preventDefault();
  field.select();
  say("That is a code, not a number. Scan it in the box at the top left.");
});

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-guard")) return;
  if (!navigator.onLine) {
    event.preventDefault();
    say("No connection: nothing was sent. What you typed stays here.");
    return;
  }
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  delete form.dataset.dirty;
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), SENT_FOR_MS);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) release(form);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

function focusRefusal(root) {
  const banner = root.querySelector?.("[data-focus]") ?? (root.matches?.("[data-focus]") ? root : null);
  banner?.focus();
  banner?.scrollIntoView({ block: "nearest" });
}
focusRefusal(document);
document.addEventListener("htmx:afterSwap", (event) => focusRefusal(event.target));
