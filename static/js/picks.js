// Picked questions: boxes, sections, all that is found. They outlive the filter. bulk.js sets them.
import { lost, need } from "./ondemand.js";
import { isUnanswered, rowOn } from "./rows.js";

export const list = /** @type {HTMLElement} */ (document.querySelector(".questions"));
const questions = document.getElementById("questions");
/** @typedef {{ base: string, isOpen: boolean, of?: string }} Seen */
/** @type {Map<string, Seen>} */
const picked = new Map(); // with the version and answer that its row showed last
const OPEN = "[data-pick]:not(:disabled)";
export const boxes = () => [...questions.querySelectorAll(OPEN)];
const sections = () => [...questions.querySelectorAll("[data-pick-section]")];
const every = () => questions.querySelector("[data-pick-all]");
/** @param {Element} node */
const sectionOf = (node) =>
  node.closest("section")?.querySelector("[data-pick-section]")?.value ?? "";
/** @param {Row | null} row */
const boxIn = (row) => row?.closest("li")?.querySelector(OPEN);
/** @type {Set<string>} */
let below = new Set(); // picks further down this list
/** @param {PickBox} box @returns {Seen} */
const seen = (box) => ({
  base: rowOn(box.dataset.pick)?.elements.base.value ?? "",
  isOpen: isUnanswered(box.closest("li")),
});
function look() {
  for (const box of boxes()) if (picked.has(box.dataset.pick)) set(box, true);
}

// How many are picked, unanswered, and not in this list.
export function count() {
  look();
  const here = new Set(boxes().map((box) => box.dataset.pick));
  const off = [...picked.keys()].filter((id) => !here.has(id) && !below.has(id));
  return [picked.size, [...picked.values()].filter((one) => one.isOpen).length, off.length];
}
export function versions() {
  look();
  return [...picked].map(([id, known]) => `${id} ${known.base}`);
}

let said = 0;
function show() {
  for (const box of boxes()) {
    box.checked = picked.has(box.dataset.pick);
    box.closest("li").classList.toggle("is-picked", box.checked);
  }
  const [total, open, off] = count();
  questions.classList.toggle("is-picking", total > 0);
  const bar = questions.querySelector("[data-bulkbar]");
  if (!bar) return;
  const hidden = off ? `, ${off} not shown` : "";
  bar.querySelector("[data-picked-count]").textContent = String(total);
  bar.querySelector("[data-picked-open]").textContent = `${open} unanswered${hidden}`;
  const status = document.getElementById("picked");
  if (total !== said || (total && !status.textContent.trim()))
    status.textContent = total
      ? `${total} selected, ${open} unanswered${hidden}`
      : "Nothing selected";
  said = total;
}
function changed() {
  show();
  document.dispatchEvent(new CustomEvent("attest:picked"));
}

function unpickAll() {
  const all = every();
  if (all) all.checked = false;
}
/** @param {PickBox} box @param {boolean} isPicked */
function set(box, isPicked) {
  if (isPicked) picked.set(box.dataset.pick, seen(box));
  else {
    picked.delete(box.dataset.pick);
    unpickAll();
    const one = sectionOf(box);
    for (const section of sections()) if (section.value === one) section.checked = false;
  }
}

/** @type {string | null} */
let anchor = null; // where an extension began, and how far it reaches
/** @type {string | null} */
let reach = null;
/** @param {Row} row */
export function pick(row) {
  const box = boxIn(row);
  if (!box) return;
  set(box, !box.checked);
  anchor = reach = box.dataset.pick;
  changed();
}
/** @param {Row | null} from @param {Row | null} to */
export function extend(from, to) {
  if (!from || !to) return;
  const all = boxes();
  /** @param {string | null} id */
  const at = (id) => all.findIndex((box) => box.dataset.pick === id);
  if (!anchor || reach !== from.dataset.q || at(anchor) < 0) anchor = reach = from.dataset.q;
  const [start, past, next] = [anchor, reach, to.dataset.q].map(at);
  if (Math.min(start, past, next) < 0) return;
  /** @param {number} one @param {number} other */
  const between = (one, other) => all.slice(Math.min(one, other), Math.max(one, other) + 1);
  const [before, after] = [between(start, past), between(start, next)];
  for (const box of before) if (!after.includes(box)) set(box, false);
  for (const box of after) set(box, true);
  reach = to.dataset.q;
  changed();
}
export function clear() {
  if (!picked.size) return false;
  picked.clear();
  for (const section of sections()) section.checked = false;
  unpickAll();
  anchor = null;
  changed();
  return true;
}
export const from = () => (reach ? rowOn(reach) : null);

list.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear]")) {
    clear();
    document.querySelector("[data-qlink]")?.focus();
  }
  const box = event.target.closest("[data-pick]");
  if (!box) return;
  if (event.shiftKey && anchor && anchor !== box.dataset.pick && rowOn(anchor)) {
    reach = anchor;
    extend(rowOn(anchor), rowOn(box.dataset.pick));
  } else {
    set(box, box.checked);
    anchor = reach = box.dataset.pick;
    changed();
  }
});
/** @param {HTMLInputElement} whole */
function take(whole) {
  const isSection = whole.matches("[data-pick-section]");
  for (const section of sections())
    if (!isSection || section.value === whole.value) section.checked = whole.checked;
  const meant = boxes().filter((box) => !isSection || sectionOf(box) === whole.value);
  for (const box of meant) set(box, whole.checked);
  if (whole.checked) {
    if (meant.length < Number(whole.dataset.count))
      need("./bulk.js").then((bulk) => bulk.rest(whole, picked, below).then(changed), lost);
  } else {
    for (const [id, { of }] of picked)
      if (below.has(id) && (!isSection || of === whole.value)) picked.delete(id);
  }
  changed();
}
list.addEventListener("change", ({ target }) => {
  if (target.dataset.count) take(/** @type {HTMLInputElement} */ (target));
});

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target.id === "questions") look();
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "questions") return;
  below = new Set();
  anchor = reach = null;
  show();
});
// Rows that arrive belong to what was picked as a whole, and are known already.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const arrived = target.querySelectorAll?.(OPEN) ?? [];
  if (!arrived.length) return;
  const taken = new Set(sections().flatMap((one) => (one.checked ? one.value : [])));
  for (const one of sections()) one.checked ||= every()?.checked || taken.has(one.value);
  if (picked.size) show();
});
// Ticked before this file came.
for (const box of boxes()) if (box.checked) set(box, true);
for (const whole of [...sections(), every()]) if (whole?.checked) take(whole);
show();
