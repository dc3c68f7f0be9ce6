// Rows of a form that come and go (daughters, drugs). Without script the server does the same with the same buttons.

export const rowsOf = (form, prefix) => [...form.querySelectorAll(`[data-rows="${prefix}"] > [data-row]`)];
export const inRow = (row, name) => row.querySelector(`[name$="-${name}"]`);

function renumber(form, prefix) {
  const theirs = new RegExp(`${prefix}-\\d+`, "g");
  rowsOf(form, prefix).forEach((row, index) => {
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["name", "id", "for", "aria-describedby", "value"]) {
        if (name === "value" && element.name !== "remove") continue;
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replaceAll(theirs, `${prefix}-${index}`));
      }
      const label = element.getAttribute("aria-label");
      if (label) element.setAttribute("aria-label", label.replace(/\d+$/, index + 1));
    }
  });
  form.elements[`${prefix}-TOTAL_FORMS`].value = rowsOf(form, prefix).length;
}

function empty(row, names) {
  for (const name of names) inRow(row, name).value = "";
  for (const mark of row.querySelectorAll(".err, .source")) mark.remove();
  for (const input of row.querySelectorAll("input, select")) {
    input.classList.remove("proposed");
    for (const name of ["aria-invalid", "aria-describedby", "data-proposed"]) input.removeAttribute(name);
  }
}

/** One more row like the last, its own numbers still to be typed. */
function add(form, prefix, emptied) {
  const last = rowsOf(form, prefix).at(-1);
  const row = last.cloneNode(true);
  for (const select of last.querySelectorAll("select")) row.querySelector(`[name="${select.name}"]`).value = select.value;
  empty(row, emptied);
  last.after(row);
  renumber(form, prefix);
  inRow(row, emptied[0]).focus();
}

/** The last row is emptied rather than taken away, so that there is one to copy. */
function remove(form, prefix, row, emptied) {
  if (rowsOf(form, prefix).length === 1) return empty(row, emptied);
  row.remove();
  renumber(form, prefix);
  form.querySelector(`[name=add][value=${prefix}]`).focus();
}

/** Let the buttons "add" and "remove" of a form work here; `changed` is called after each. */
export function watchRows(form, changed) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=add], button[name=remove]");
    if (!button) return;
    const prefix = button.value.split("-")[0];
    const emptied = form.querySelector(`[name=add][value=${prefix}]`).dataset.emptied.split(" ");
    event.preventDefault();
    if (button.name === "add") add(form, prefix, emptied);
    else remove(form, prefix, button.closest("[data-row]"), emptied);
    changed();
  });
}
