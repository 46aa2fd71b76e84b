// One's own questions: the row saves itself as in the workspace; a button saves it and then goes
// on.
import { addressIn, drop } from "./box.js";
import "./drops.js";
import "./evbox.js";
import "./outbox.js";
import "./settling.js";
import { fill, isSaved, known, rowOf, rowOn } from "./rows.js";
import { say } from "./workspace.js";

// A person who gives a question back owes no reason for "not applicable": the choice is taken back.
/** @param {Row} row */
function withdraw(row) {
  const isBare =
    row.querySelector('[name="verdict"][value="na"]:checked') && !row.elements.reason?.value.trim();
  if (isBare) fill(row, [["verdict", known(row).get("verdict") ?? []]]);
}
let next = ""; // where to go once the row is saved
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go-on]");
  const row = rowOf(button);
  if (!button || !row?.hasAttribute("hx-post")) return;
  event.preventDefault();
  if (button.value === "hand-back") withdraw(row);
  next = button.dataset.goOn;
  row.requestSubmit();
});
// Not sent at all: a reason is missing, or a conflict is not settled yet.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.defaultPrevented) next = "";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target;
  if (!next || !row.matches?.("form[data-q]")) return;
  if (!isSaved(event)) next = "";
  // what was typed meanwhile is on its way first
  else if (!row.dataset.dirty) location.assign(next);
});

// A conflict is settled: the page comes again as it stands now.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (!form?.matches("[data-chooses]") || event.detail.xhr.status >= 300) return;
  event.detail.shouldSwap = false;
  const row = rowOn(form.dataset.of);
  if (row) {
    drop(addressIn(row));
    delete row.dataset.dirty;
  }
  say("Saved");
  location.reload();
});
