// Settling a conflict in a row.
import { isSaved, rowOn, touched } from "./rows.js";
import { say } from "./workspace.js";

// "Mine" is what stands in the row now; the other two are offered
// again when somebody typed on since, so that no text is left out of the comparison.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.dataset?.keep !== "mine") return;
  const sent = event.detail.formData;
  for (const [name, values] of touched(rowOn(event.target.dataset.of))) {
    sent.delete(name);
    for (const value of values) sent.append(name, value);
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const { keep, of } = event.target.dataset ?? {};
  if (!keep) return;
  const row = rowOn(of);
  if (keep !== "mine" && row.dataset.dirty === "typed") {
    event.preventDefault();
    row.requestSubmit();
    return;
  }
  row.dataset.dirty = "chosen";
});
// A choice that is refused again shows its texts where the first ones were.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (form?.dataset.keep && event.detail.xhr.status >= 400)
    event.detail.target = document.getElementById(`said-${form.dataset.of}`);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { keep, of } = event.target.dataset ?? {};
  if (!keep || isSaved(event)) return;
  const row = rowOn(of);
  if (row.dataset.dirty === "chosen") row.dataset.dirty = "sent";
  say(`${row.dataset.key} is not saved yet. Choose again.`, "save-off");
});
