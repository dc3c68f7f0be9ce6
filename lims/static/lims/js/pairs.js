// Both arms at once, while one types: rows come and go, lots follow their recipe. What the numbers come to is asked of
// the server together with the warnings (cultures/templates/cultures/dosing/pairs/_sums.html), so it is reckoned once.
import { watchMedium } from "./dosing.js";
import { watchRows } from "./rows.js";

const form = document.querySelector("form[data-pair]");
if (form) {
  watchMedium(form, JSON.parse(document.getElementById("planner-figures").textContent));
  watchRows(form, () => form.dispatchEvent(new Event("change", { bubbles: true })));
  for (const element of form.querySelectorAll("[data-without-script]")) element.hidden = true;
  for (const element of form.querySelectorAll("[data-with-script]")) element.hidden = false;
}
