// The form of a plan: rows come and go, and only the protocols of the chosen drug are offered. The server does both too.
import { watchRows } from "./rows.js";

function offerProtocolsOf(drug, protocols) {
  const name = drug.value && drug.selectedOptions[0].text;
  for (const group of protocols.querySelectorAll("optgroup")) group.hidden = group.disabled = Boolean(name) && group.label !== name;
  if (protocols.selectedOptions[0]?.parentElement.disabled) protocols.value = "";
}

const form = document.querySelector("form[data-plan]");
if (form) {
  watchRows(form, () => form.dispatchEvent(new Event("change", { bubbles: true })));
  const { compound, template } = form.elements;
  compound?.addEventListener("change", () => offerProtocolsOf(compound, template));
  if (compound) offerProtocolsOf(compound, template);
  for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;
}
