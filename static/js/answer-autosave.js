// Autosave: what is typed marks its row, htmx waits for a pause and sends the row. A row is
// data-dirty="typed" until it is sent, "sent" until it is saved, "chosen" while a conflict is being
// settled; and data-due until htmx takes it up, even if nothing comes of that.
import { grouped, isSaved, isText, release, remember, rowOf, touched } from "./rows.js";
import { isSaying, say } from "./workspace.js";

const LONGEST_MS = 5000;
/** @type {WeakMap<HTMLElement, number>} */
const waits = new WeakMap();
/** @param {Row} row */
function mark(row) {
  row.dataset.dirty = "typed";
  row.dataset.due = "";
}
document.addEventListener("input", (event) => {
  const row = rowOf(event.target);
  if (!row || !event.target.name) return;
  mark(row);
  if (!event.target.matches("[data-typed]")) return;
  row.dispatchEvent(new CustomEvent("attest:typed"));
  if (!waits.has(row))
    waits.set(
      row,
      setTimeout(() => {
        waits.delete(row);
        // not requestSubmit: that takes the focus to a day that is not complete
        if (row.isConnected) htmx.trigger(row, "submit");
      }, LONGEST_MS),
    );
});
// A change is not saved twice: radios and selects send "change", text sends "attest:typed".
document.addEventListener(
  "change",
  (event) => {
    if (event.target.matches("[data-typed]")) {
      event.stopPropagation();
      return;
    }
    const row = rowOf(event.target);
    if (!row || !event.target.name) return;
    mark(row);
    release(row);
  },
  true,
);

/** @param {HTMLElement} row @param {string} verdict @param {string} name */
const lacks = (row, verdict, name) =>
  row.querySelector('input[name="verdict"]:checked')?.value === verdict &&
  row.querySelector(`[name="${name}"]`)?.value.trim() === "";
/** @param {HTMLElement} row @param {string} words @param {string} name */
function ask(row, words, name) {
  say(words, "save-off");
  const at = document.activeElement;
  if (at === document.body || (at && row.contains(at) && !isText(at)))
    (row.querySelector(`[data-chip="${name}"]`) ?? row.querySelector(`[name="${name}"]`))?.focus();
}

// htmx sends a form to where its last button leads, though the button was not what sent it.
document.addEventListener("htmx:configRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]")) return;
  delete row.dataset.due;
  const { path, triggeringEvent } = event.detail;
  if (!triggeringEvent?.submitter?.hasAttribute("formaction"))
    event.detail.path = row.getAttribute("action") ?? path;
  // A control that cannot show its value would change it.
  const sent = event.detail.formData;
  const names = new Set(touched(row).map(([name]) => name));
  for (const name of grouped(sent).keys()) if (!names.has(name)) sent.delete(name);
});

// The browser keeps a form back for a day that is half typed.
document.addEventListener("htmx:validation:halted", ({ target: row }) => {
  if (row.matches("form[data-q]"))
    say(`${row.dataset.key} is not saved yet: a day is not complete.`, "save-off");
});

let waiting = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]")) return;
  clearTimeout(waits.get(row));
  waits.delete(row);
  if (row.querySelector("[data-conflict]") && row.dataset.dirty !== "typed") {
    event.preventDefault();
    return;
  }
  release(row); // where the browser chose again what was chosen before
  if (lacks(row, "na", "reason")) {
    event.preventDefault();
    ask(row, `Give a reason why ${row.dataset.key} does not apply.`, "reason");
    return;
  }
  if (lacks(row, "later", "later_until")) {
    event.preventDefault();
    ask(row, `Say until which day ${row.dataset.key} waits.`, "later_until");
    return;
  }
  row.dataset.dirty = "sent";
  clearTimeout(waiting);
  waiting = setTimeout(() => say("Saving"), 500);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]")) return;
  clearTimeout(waiting);
  const status = event.detail.xhr?.status;
  if (status === 409)
    say(`${row.dataset.key} was changed by someone else. Choose what to keep.`, "save-off");
  if (status === 422) say(`${row.dataset.key} is not saved yet.`, "save-off");
  if (!isSaved(event)) return;
  remember(row, event.detail.requestConfig.formData);
  if (row.dataset.dirty === "sent") delete row.dataset.dirty;
  if (document.getElementById("save")?.textContent === "Saving" || isSaying("save-off"))
    say("Saved");
  row.dispatchEvent(new CustomEvent("attest:saved", { bubbles: true }));
});
