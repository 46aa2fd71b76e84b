// Evidence without leaving the row: a box to drop, paste, pick or photograph, and to find in the
// library while typing. Escape closes it; J goes on to the next question.
import { see } from "./menus.js";
import { give } from "./proofs.js";
import { rowOf } from "./rows.js";
import { say } from "./workspace.js";

/** @param {HTMLElement} node */
const placeOf = (node) => node.querySelector("[data-evbox]");
/** @param {HTMLElement} node */
const linkOf = (node) => node.querySelector("[data-add-evidence]");
/** @param {Element} row */
const fieldOf = (row) => row.querySelector("[data-ev-q]");
/** @type {WeakSet<Element>} */
const known = new WeakSet();

/** @param {Row} row */
export async function show(row) {
  const place = placeOf(row);
  if (!place) return;
  if (!place.childElementCount)
    await htmx
      .ajax("GET", place.dataset.evbox, { target: place, swap: "innerHTML", source: place })
      .catch(() => {});
  const field = fieldOf(row);
  if (!field) {
    say("Offline. Evidence cannot be added now.", "save-off");
    return;
  }
  // the row saves itself when one of its own fields changes; these are none
  if (!known.has(place)) place.addEventListener("change", changed);
  known.add(place);
  linkOf(row)?.setAttribute("aria-expanded", "true");
  // on a phone the camera comes first, and no keyboard over it
  const photo = row.querySelector("[data-ev-photo]");
  (photo?.checkVisibility() ? photo : field).focus({ preventScroll: true });
  see(place);
}
/** @param {Row} row */
function hide(row) {
  placeOf(row)?.replaceChildren();
  linkOf(row)?.setAttribute("aria-expanded", "false");
  linkOf(row)?.focus();
}

/** @param {Row} row @param {string} name */
const day = (row, name) => row.querySelector(`[data-ev-day="${name}"]`)?.value ?? "";
let called = ""; // how the file is called that is being chosen
/** @param {Heard["change"]} event */
function changed(event) {
  event.stopPropagation();
  const input = event.target;
  const row = rowOf(input);
  if (!row || !input.matches("[data-ev-files]")) return;
  const files = [...(input.files ?? [])];
  const title = files.length === 1 ? called : "";
  input.value = called = "";
  if (!files.length) return;
  const from = day(row, "covers_from");
  const to = day(row, "covers_to");
  give(row, files, [
    ["title", title],
    ["covers_from", from],
    ["covers_to", to],
  ]);
}

// Matches are listed while typing; only the last reply counts.
let waiting = 0;
/** @param {Row} row */
async function find(row) {
  const place = placeOf(row);
  const found = row.querySelector("[data-ev-found]");
  const field = fieldOf(row);
  if (!place || !found || !field) return;
  const values = { q: field.value };
  await htmx
    .ajax("GET", place.dataset.evbox, {
      target: found,
      swap: "innerHTML",
      source: found,
      values,
    })
    .catch(() => {});
  point(row);
}
/** @param {Row} row */
const options = (row) => [...row.querySelectorAll("[data-ev-found] [role=option]")];
/** @param {Row} row */
const chosen = (row) => row.querySelector("[data-ev-found] [aria-selected=true]");
/** @param {Row} row @param {Element | null} [option] */
function point(row, option = chosen(row)) {
  if (option !== chosen(row)) chosen(row)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  const field = fieldOf(row);
  if (option) field?.setAttribute("aria-activedescendant", option.id);
  else field?.removeAttribute("aria-activedescendant");
  field?.setAttribute("aria-expanded", String(options(row).length > 0));
}
/** @param {Row} row @param {number} by */
function step(row, by) {
  const all = options(row);
  const now = chosen(row);
  if (all.length)
    point(row, all.at(((now ? all.indexOf(now) : by > 0 ? -1 : 0) + by) % all.length));
}

document.addEventListener("input", (event) => {
  const row = event.target.matches("[data-ev-q]") ? rowOf(event.target) : null;
  if (!row) return;
  clearTimeout(waiting);
  isWanted = false;
  waiting = setTimeout(find, 250, row);
});
// Enter before the library has answered waits for it.
let isWanted = false;
/** @param {Row} row */
async function enter(row) {
  clearTimeout(waiting);
  const option = chosen(row);
  if (option) return take(option);
  if (!fieldOf(row)?.value.trim()) return;
  isWanted = true;
  await find(row);
  if (isWanted) take(chosen(row));
  isWanted = false;
}
/** @type {HTMLElement | null} */
let taken = null; // its box closes once it is used
/** @param {HTMLElement | null} option */
function take(option) {
  taken = option;
  option?.click();
}
document.addEventListener(
  "keydown",
  (event) => {
    const row = event.target.closest?.("[data-evbox]") ? rowOf(event.target) : null;
    if (!row || event.isComposing) return;
    if (event.key === "Escape") hide(row);
    else if (!event.target.matches("[data-ev-q], [data-ev-day]")) return;
    else if (event.key === "Enter") {
      if (event.target.matches("[data-ev-q]")) enter(row);
    } else if (event.target.matches("[data-ev-q]") && event.key === "ArrowDown") step(row, 1);
    else if (event.target.matches("[data-ev-q]") && event.key === "ArrowUp") step(row, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("mousemove", (event) => {
  const option = event.target.closest?.("[data-ev-found] [role=option]");
  const row = option && rowOf(option);
  if (row && option !== chosen(row)) point(row, option);
});

document.addEventListener("click", (event) => {
  const node = event.target.closest("button, a");
  const row = rowOf(node);
  if (!node || !row) return;
  if (node.matches("[data-add-evidence]")) {
    const place = placeOf(row);
    if (event.ctrlKey || event.metaKey || event.shiftKey || !place) return;
    event.preventDefault();
    if (place.childElementCount) hide(row);
    else show(row);
  } else if (node.matches("[data-ev-close]")) hide(row);
  else if (node.matches("[data-ev-pick], [data-ev-photo], [data-ev-name]")) {
    called = node.dataset.evName ?? "";
    const [files, photo] = row.querySelectorAll("[data-ev-files]");
    (node.matches("[data-ev-photo]") ? photo : files)?.click();
  } else if (node.matches("[data-ev-period]"))
    for (const name of ["from", "to"]) {
      const field = row.querySelector(`[data-ev-day="covers_${name}"]`);
      if (field) field.value = node.dataset[name] ?? "";
    }
});

// The evidence of the row changed: so do the offers to add.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const place = event.detail.target;
  const row = place.matches(".proofs") ? rowOf(place) : null;
  if (!row || !fieldOf(row)) return;
  if (taken && row.contains(taken)) {
    taken = null;
    hide(row);
    return;
  }
  find(row);
});
document.addEventListener("attest:uploaded", (event) => {
  const row = rowOf(event.target);
  if (row && fieldOf(row)) find(row);
});
for (const name of /** @type {const} */ (["htmx:sendError", "htmx:timeout", "htmx:responseError"]))
  document.addEventListener(name, (event) => {
    taken = null;
    if (!event.target.closest?.("[data-evbox], .proofs")) return;
    const status = event.detail.xhr?.status ?? 0;
    say(
      status === 401
        ? "You are signed out. Sign in again, then add it."
        : "Not added: the line is down. Try again.",
      "save-off",
    );
  });
