// The question list: opening rows, the side panel that follows, where the focus goes.
import { addressOf, isText, raise, rowOf, rowOn } from "./rows.js";

const list = document.querySelector(".questions");
const panel = document.getElementById("panel");
const saveState = () => document.getElementById("save");

/** @param {string} text */
export function say(text, kind = "") {
  const state = saveState();
  if (state) {
    state.className = `save ${kind}`;
    state.textContent = text;
  }
}
/** @param {string} kind */
export const isSaying = (kind) => saveState()?.classList.contains(kind);

// Without a line nothing is swapped: what stands there stays. Only what was asked last comes.
/** @param {HTMLElement} target @param {string} address @param {Element} source */
function fetchInto(target, address, source = target) {
  htmx.trigger(source, "htmx:abort");
  return htmx.ajax("GET", address, { target, swap: "innerHTML", source }).catch(() => {});
}

// The fields of a row come once, when it is first opened, in the version of that moment, and stand in
// no queue with its saves.
/** @type {WeakMap<Row, Promise<void>>} */
const loading = new WeakMap();
/** @param {Row} row @returns {Promise<void>} */
export function load(row) {
  if (row.querySelector(".qbody").childElementCount) return Promise.resolve();
  const coming = loading.get(row) ?? loadBody(row).finally(() => loading.delete(row));
  loading.set(row, coming);
  return coming;
}
/** @param {Row} row */
async function loadBody(row) {
  const body = row.querySelector(".qbody");
  await fetchInto(body, addressOf(row), row.parentElement ?? body);
  if (!body.childElementCount && !isSaying("save-off"))
    say("Offline. This question cannot be opened now.", "save-off");
  const version = body.querySelector("[data-version]")?.dataset.version;
  const names = [...body.querySelectorAll("[name]")]
    // of a verdict elsewhere the body says nothing
    .filter((input) => input.type !== "radio" || input.checked)
    .map((input) => input.name);
  if (version && version !== row.elements.base.value) raise(row, names, version);
}

// A closed row keeps its fields: text in them may not be saved yet.
/** @param {Row} row @param {(row: Row) => unknown} [then] */
export async function open(row, then) {
  await load(row);
  for (const other of document.querySelectorAll(".q-open")) if (other !== row) shut(other);
  row.classList.add("q-open");
  row.querySelector("[data-qlink]").setAttribute("aria-expanded", "true");
  document.dispatchEvent(new CustomEvent("attest:moved"));
  return then?.(row);
}

/** @param {Row} row */
export function shut(row) {
  row.classList.remove("q-open");
  row.querySelector("[data-qlink]").setAttribute("aria-expanded", "false");
  document.dispatchEvent(new CustomEvent("attest:moved"));
}

list?.addEventListener("click", (event) => {
  const row = rowOf(event.target.closest("[data-qlink], .q:not(.q-open) .qoptions"));
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (row.classList.contains("q-open")) shut(row);
  else open(row);
});

// The side panel follows the focused question, unless a comment is being written in it.
let asked = 0;
const draft = () => panel?.querySelector("#talk")?.value ?? "";
/** @param {Row} row @param {string} [tab] */
export function show(row, tab) {
  if (!panel?.checkVisibility() || (!tab && draft().trim())) return;
  if (tab) clearTimeout(asked); // what is asked for by name is not replaced by what only follows
  const wanted = tab ?? panel.querySelector("[data-tab][aria-current]")?.dataset.tab ?? "guidance";
  const of = panel.querySelector("[data-panel-of]")?.dataset.panelOf;
  if (of === row.dataset.q && !tab) return;
  return fetchInto(panel, `${addressOf(row)}panel/${wanted}/`);
}
list?.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  clearTimeout(asked);
  asked = setTimeout(() => show(row), 150);
});
list?.addEventListener("click", (event) => {
  const row = rowOf(event.target.closest("[data-history]"));
  if (!row || !panel?.checkVisibility()) return;
  event.preventDefault();
  show(row, "history");
});

// Focus stays in the row where it was when its element has been replaced.
/** @type {HTMLInputElement | null} */
let last = null; // a field, or something without a cursor
document.addEventListener("focusin", (event) => {
  last = /** @type {HTMLInputElement} */ (event.target);
});
function settle() {
  if (document.activeElement !== document.body || !last || last.isConnected) return;
  const answer = rowOf(last)?.dataset.q ?? last.closest("[data-of]")?.dataset.of;
  const row = answer ? rowOn(answer) : null;
  const same = /** @type {typeof last | null} */ (document.getElementById(last.id));
  const from = row ?? (last.closest("#earlier") && list);
  const next = same ?? row?.querySelector("[data-conflict]") ?? from?.querySelector("[data-qlink]");
  next?.focus({ preventScroll: true });
  const at = last.selectionStart;
  if (typeof at === "number" && typeof same?.selectionStart === "number")
    same.setSelectionRange(at, at);
}
for (const name of /** @type {const} */ ([
  "htmx:oobAfterSwap",
  "htmx:afterSwap",
  "htmx:afterSettle",
]))
  document.addEventListener(name, settle);
document.addEventListener("htmx:afterSwap", (event) => {
  const block = event.target.querySelector?.("[data-conflict]");
  const at = document.activeElement;
  if (block && at && rowOf(block)?.contains(at) && !isText(at)) block.focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-density]:not(html)")) return;
  const root = document.documentElement;
  if (root.dataset.density) delete root.dataset.density;
  else root.dataset.density = "compact";
  try {
    localStorage.setItem("density", root.dataset.density ?? "");
  } catch {
    /* not kept */
  }
});
