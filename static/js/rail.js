// The sections beside the list say where one is, and lead to each without loading the page again.
import { need } from "./ondemand.js";
import { rowOf } from "./rows.js";

const list = document.querySelector(".questions");
const rail = document.getElementById("sections");

// The row in focus while it is seen, else the first that is.
/** @returns {Row | null} */
function hereNow() {
  if (!list) return null;
  const bar = [...list.querySelectorAll(".filterbar")].find((one) => one.checkVisibility());
  const top = Math.max(list.getBoundingClientRect().top, 0) + (bar?.clientHeight ?? 0);
  const at = rowOf(document.activeElement) ?? list.querySelector(".q-open");
  const box = at?.getBoundingClientRect();
  if (box && box.bottom > top + 40 && box.top < innerHeight) return at;
  const { left, width } = list.getBoundingClientRect();
  for (const down of [60, 110, 160]) {
    const found = document.elementFromPoint(left + width / 2, top + down)?.closest("li");
    const row = found?.querySelector("[data-q]");
    if (row) return row;
  }
  return list.querySelector("[data-q]");
}

/** @param {Row} row */
const sectionOf = (row) => row.closest("section")?.querySelector("[data-section]");
/** @param {string} section */
const linkTo = (section) => document.querySelector(`#tree-${section} [data-section-link]`);
/** @param {string} section */
export const rowsOf = (section) => [
  ...(list?.querySelectorAll(`section:has([data-section="${section}"]) [data-q]`) ?? []),
];

// "A122, 4 of 14", where all of the section can be counted.
/** @param {Row} row @param {string} section */
function words(row, section) {
  const all = Number(linkTo(section)?.dataset.total);
  const isWhole =
    document.querySelector("#show-all[aria-current]") && !list?.querySelector('[name="q"]')?.value;
  const at = rowsOf(section).indexOf(row) + 1;
  return `You are here: ${row.dataset.key}${isWhole && all >= at ? `, ${at} of ${all}` : ""}`;
}

function showHere() {
  const row = hereNow();
  const section = row && sectionOf(row)?.dataset.section;
  const link = section ? linkTo(section) : null;
  for (const old of rail?.querySelectorAll("[aria-current]") ?? []) {
    if (old === link) continue;
    old.removeAttribute("aria-current");
    old.querySelector(".sechere")?.remove();
  }
  if (!row || !section || !link) return;
  const isNew = !link.hasAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  let said = link.querySelector(".sechere");
  if (!said) {
    said = Object.assign(document.createElement("span"), { className: "sechere" });
    link.append(said);
  }
  const text = words(row, section);
  if (said.textContent !== text) said.textContent = text;
  if (isNew && rail && rail.scrollHeight > rail.clientHeight)
    link.scrollIntoView({ block: "nearest" });
}

let waiting = 0;
function soon() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    if (rail?.checkVisibility()) showHere();
  }, 80);
}
addEventListener("scroll", soon, { passive: true, capture: true }); // of page and list
for (const name of /** @type {const} */ ([
  "focusin",
  "attest:moved",
  "htmx:oobAfterSwap",
  "htmx:afterSettle",
]))
  document.addEventListener(name, soon);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle]")) soon();
});
soon();

rail?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-section-link]");
  const section = link?.closest("li")?.id.replace("tree-", "");
  if (!link || !section || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  need("./far.js").then(
    (far) => far.lead(link, section),
    () => location.assign(link.href),
  );
});
