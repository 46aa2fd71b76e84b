// Questions that are not among the rows on the page: a list may begin at a section further down, and
// end before the last question.
import { loadMore } from "./more.js";
import { lost } from "./ondemand.js";
import { list } from "./picks.js";
import { rowsOf } from "./rail.js";
import { isUnanswered, rowOn } from "./rows.js";
import { open, say } from "./workspace.js";

const rows = () => [...list.querySelectorAll("[data-q]")];
// In place of its rows come those from its first question on; one that was open opens again.
async function toTop() {
  const answer = list.querySelector(".q-open")?.dataset.q;
  const isThere = await loadMore(document.querySelector("#earlier a"));
  const row = isThere && answer ? rowOn(answer) : null;
  if (row) open(row);
  return isThere;
}
/** @param {() => Row | undefined} found @returns {Promise<Row | undefined>} */
async function sought(found) {
  while (!found() && (await loadMore()));
  return found();
}

/** @param {Row | undefined} row the first on the page @returns the question before it */
export async function before(row) {
  if (!row || !(await toTop())) return;
  const here = () => rows().findIndex((one) => one.dataset.q === row.dataset.q);
  await sought(() => rows()[here()]);
  return rows()[here() - 1];
}

/** @param {number} at place of a row @returns the next unanswered question, round the end of the list */
export async function unanswered(at) {
  const from = (/** @type {number} */ place) =>
    sought(() => rows().slice(place).find(isUnanswered));
  const row = (await from(at + 1)) ?? (await toTop().then(() => from(0)));
  if (!row && document.querySelector("#more, #earlier")) lost();
  else if (!row) say("Nothing is unanswered in this list.");
  return row;
}

/** @param {HTMLAnchorElement} link @param {string} section */
export async function lead(link, section) {
  if (!rowsOf(section).length) {
    const target = document.getElementById("questions");
    await htmx
      .ajax("GET", link.href, { target, swap: "innerHTML", source: target })
      .catch(() => {});
    if (rowsOf(section).length) history.pushState({ htmx: true }, "", link.href); // as htmx does
  }
  const [first] = rowsOf(section);
  if (!first) {
    location.assign(link.href);
    return;
  }
  if (link.closest(".sections")?.matches(".alt-sections *") && innerWidth <= 1088)
    document.querySelector('[data-toggle="alt-sections"]')?.click();
  first.closest("section")?.scrollIntoView();
  first.querySelector("[data-qlink]").focus({ preventScroll: true });
}
