// The question list: opening rows, the side panel that follows, autosave of what is typed.
const list = document.querySelector(".questions");
const panel = document.getElementById("panel");
const saveState = () => document.getElementById("save");

export const rowOf = (node) => node?.closest?.("[data-q]") ?? null;
export const addressOf = (row) => row.getAttribute("action").replace(/save\/$/, "");

export function say(text, kind = "") {
  const state = saveState();
  if (state) { state.className = `save ${kind}`; state.textContent = text; }
}

// Opening and closing. A closed row keeps its fields: text in them may not be saved yet.
export async function open(row, then) {
  const body = row.querySelector(".qbody");
  if (!body.childElementCount) {
    await htmx.ajax("GET", addressOf(row), { target: body, swap: "innerHTML", source: body });
  }
  for (const other of document.querySelectorAll(".q-open")) if (other !== row) shut(other);
  row.classList.add("q-open");
  row.querySelector("[data-qlink]").setAttribute("aria-expanded", "true");
  then?.(row);
}

export function shut(row) {
  row.classList.remove("q-open");
  row.querySelector("[data-qlink]").setAttribute("aria-expanded", "false");
}

list?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-qlink]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = rowOf(link);
  if (row.classList.contains("q-open")) shut(row); else open(row);
});

// The side panel follows the focused question.
let asked = 0;
export function show(row, tab) {
  if (!panel || panel.offsetParent === null) return;
  const wanted = tab ?? panel.querySelector("[data-tab][aria-current]")?.dataset.tab ?? "guidance";
  const of = panel.querySelector("[data-panel-of]")?.dataset.panelOf;
  if (of === row.dataset.q && !tab) return;
  return htmx.ajax("GET", `${addressOf(row)}panel/${wanted}/`, { target: panel, swap: "innerHTML", source: panel });
}
list?.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  clearTimeout(asked);
  asked = setTimeout(() => show(row), 150);
});
list?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-history]");
  if (!link || !panel || panel.offsetParent === null) return;
  event.preventDefault();
  show(rowOf(link), "history");
});

// Autosave: typing tells the form, htmx waits until it pauses.
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-typed]")) {
    const row = rowOf(event.target);
    row.dataset.dirty = "typed";
    row.dispatchEvent(new CustomEvent("attest:typed"));
  }
});
// A change is not saved twice: radios and selects send "change", text sends "attest:typed".
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-typed]")) event.stopPropagation();
}, true);

function needsReason(row) {
  const chosen = row.querySelector('input[name="verdict"]:checked')?.value;
  return chosen === "na" && !row.querySelector('[name="reason"]')?.value.trim();
}

let waiting = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]")) return;
  if (row.parentElement.querySelector("[data-conflict]")) { event.preventDefault(); return; }
  if (needsReason(row)) {
    event.preventDefault();
    say(`Give a reason why ${row.dataset.key} does not apply.`, "save-off");
    if (!row.contains(document.activeElement) || document.activeElement.type === "radio") row.querySelector('[name="reason"]').focus();
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
  if (status === 409) say(`${row.dataset.key} was changed by somebody else. Choose what to keep.`, "save-off");
  if (status === 422) say(`${row.dataset.key} is not saved yet.`, "save-off");
  if (!event.detail.successful) return;
  if (row.dataset.dirty === "sent") delete row.dataset.dirty;
  if (saveState()?.textContent === "Saving") say("Saved");
  document.body.dispatchEvent(new CustomEvent("attest:saved"));
});
document.addEventListener("htmx:afterSwap", (event) => {
  const block = event.target.querySelector?.("[data-conflict]");
  if (block && rowOf(block)?.contains(document.activeElement)) block.focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-density]:not(html)")) return;
  const root = document.documentElement;
  if (root.dataset.density) delete root.dataset.density; else root.dataset.density = "compact";
  try { localStorage.setItem("density", root.dataset.density ?? ""); } catch { /* not kept */ }
});
