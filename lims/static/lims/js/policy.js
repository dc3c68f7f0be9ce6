// The rules of testing: rows come and go. The server does the same with the same buttons.
import { watchRows } from "./rows.js";

const form = document.querySelector("form[data-policy]");
if (form) watchRows(form, () => (form.dataset.dirty = ""));
