// Settling a conflict in a row.
import { isSaved, rowOn, touched } from "./rows.js";
import { say } from "./workspace.js";

/** @param {HTMLElement} form */
const rowSettledBy = (form) => (form.matches?.("[data-chooses]") ? rowOn(form.dataset.of) : null);

// "Mine" is what stands in the row now; the other two are offered
// again when somebody typed on since, so that no text is left out of the comparison.
document.addEventListener("htmx:configRequest", (event) => {
  const row = rowSettledBy(event.target);
  if (!row || event.target.dataset.chooses !== "mine") return;
  const sent = event.detail.formData;
  for (const [name, values] of touched(row)) {
    sent.delete(name);
    for (const value of values) sent.append(name, value);
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = rowSettledBy(event.target);
  if (!row) return;
  if (event.target.dataset.chooses !== "mine" && row.dataset.dirty === "typed") {
    event.preventDefault();
    row.requestSubmit();
    return;
  }
  row.dataset.dirty = "chosen";
});
// A choice that is refused again shows its texts where the first ones were.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  const place =
    form?.matches("[data-chooses]") && document.getElementById(`said-${form.dataset.of}`);
  if (place && event.detail.xhr.status >= 400) event.detail.target = place;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const row = rowSettledBy(event.target);
  if (!row || isSaved(event)) return;
  if (row.dataset.dirty === "chosen") row.dataset.dirty = "sent";
  say(`${row.dataset.key} is not saved yet. Choose again.`, "save-off");
});
