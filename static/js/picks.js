// Picked questions: boxes, whole sections, all that a filter shows. What is set in them goes
// through bulk.js.
import { rowOn } from "./rows.js";

export const list = /** @type {HTMLElement} */ (document.querySelector(".questions"));
const questions = document.getElementById("questions");
/** @type {Set<string>} */
const picked = new Set();
const OPEN = "[data-pick]:not(:disabled)";
export const boxes = () => [...questions.querySelectorAll(OPEN)];
const sections = () => [...questions.querySelectorAll("[data-pick-section]")];
const every = () => questions.querySelector("[data-pick-all]");
/** @param {Element} node */
const sectionOf = (node) =>
  node.closest("section")?.querySelector("[data-pick-section]")?.value ?? "";
/** @param {Row | null} row */
const boxIn = (row) => row?.closest("li")?.querySelector(OPEN);
// Sections that are picked as a whole: what of them is not on the page yet belongs to them, too.
const wholes = () =>
  new Map(
    sections()
      .filter((one) => one.checked)
      .map((one) => [one.value, one]),
  );
/** @param {PickBox} box */
const isUnanswered = (box) =>
  Boolean(box.closest("li").querySelector('[name="verdict"][value="unanswered"]:checked, .v-open'));

// How many are picked, and how many of them are unanswered.
export function count() {
  const whole = every();
  if (whole?.checked) return [Number(whole.dataset.count), Number(whole.dataset.open)];
  const taken = wholes();
  const single = boxes().filter((box) => box.checked && !taken.has(sectionOf(box)));
  /** @param {"count" | "open"} name */
  const sum = (name) =>
    [...taken.values()].reduce((total, one) => total + Number(one.dataset[name]), 0);
  return [sum("count") + single.length, sum("open") + single.filter(isUnanswered).length];
}

let said = 0;
function show() {
  for (const box of boxes()) {
    box.checked = picked.has(box.dataset.pick);
    box.closest("li").classList.toggle("is-picked", box.checked);
  }
  const [total, open] = count();
  questions.classList.toggle("is-picking", total > 0);
  const bar = questions.querySelector("[data-bulkbar]");
  if (!bar) return;
  bar.querySelector("[data-picked-count]").textContent = String(total);
  bar.querySelector("[data-picked-open]").textContent = total
    ? `of which ${open} ${open === 1 ? "is" : "are"} unanswered`
    : "";
  if (total !== said)
    document.getElementById("picked").textContent = total
      ? `${total} selected, ${open} unanswered`
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
  if (isPicked) picked.add(box.dataset.pick);
  else picked.delete(box.dataset.pick);
  box.checked = isPicked;
  if (isPicked) return;
  unpickAll();
  const one = sectionOf(box);
  for (const section of sections()) if (section.value === one) section.checked = false;
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
  if (!picked.size && !every()?.checked && !wholes().size) return false;
  picked.clear();
  for (const section of sections()) section.checked = false;
  unpickAll();
  anchor = null;
  changed();
  return true;
}
/** @param {string} answer */
export const isPicked = (answer) => picked.has(answer);

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
list.addEventListener("change", ({ target }) => {
  const isSection = target.matches("[data-pick-section]");
  if (!isSection && !target.matches("[data-pick-all]")) return;
  for (const section of sections())
    if (!isSection || section.value === target.value) section.checked = target.checked;
  for (const box of boxes()) {
    if (isSection && sectionOf(box) !== target.value) continue;
    if (target.checked) picked.add(box.dataset.pick);
    else picked.delete(box.dataset.pick);
  }
  if (!target.checked) unpickAll();
  changed();
});

// Another list is another matter; rows that arrive belong to what was picked as a whole.
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "questions") return;
  picked.clear();
  anchor = null;
  show();
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const arrived = target.querySelectorAll?.(OPEN) ?? [];
  if (!arrived.length) return;
  const [isAll, taken] = [Boolean(every()?.checked), wholes()];
  for (const box of arrived) if (isAll || taken.has(sectionOf(box))) picked.add(box.dataset.pick);
  for (const section of sections()) section.checked ||= isAll || taken.has(section.value);
  if (picked.size) show();
});
show();
