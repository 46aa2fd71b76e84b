// Don't know and later; what waits to be looked at: still right, taking over, sending back.
import { isSaved, remember, rowOf, rowOn } from "./rows.js";
import { load, say } from "./workspace.js";

// A value that is given, or a day, says itself which of the radios beside it is meant.
/** @param {Row} row @param {string} value */
function mean(row, value) {
  const radio = row.querySelector(`.beside input[value="${value}"]`);
  if (radio && !radio.disabled) radio.checked = true;
}
document.addEventListener(
  "input",
  (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    if (event.target.name === "later_until" && event.target.value) mean(row, "later");
    if (
      event.target.name === "value" &&
      row.querySelector('.beside input:checked:not([value="unanswered"])')
    )
      mean(row, "unanswered");
  },
  true,
);

// Only "later" has a day: the server has taken it away.
document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]") || !isSaved(event)) return;
  const day = row.querySelector('[name="later_until"]');
  if (!day?.value || row.querySelector('input[name="verdict"][value="later"]:checked')) return;
  day.value = "";
  remember(row, [["later_until", ""]]);
});

// Under its row: a related answer beside one's own, or the reason for sending back.
/** @param {string} answer */
const under = (answer) => document.getElementById(`keeps-${answer}`);
/** @param {HTMLAnchorElement & Data<"below">} link */
async function unfold(link) {
  const place = under(link.dataset.below);
  if (!place) return;
  if (place.querySelector("[data-chooses]")) {
    say("Choose first what to keep.", "save-off");
    return;
  }
  await htmx
    .ajax("GET", link.getAttribute("href") ?? "", {
      target: place,
      swap: "innerHTML",
      source: place,
    })
    .catch(() => {});
  if (!place.childElementCount) say("Offline. This cannot be opened now.", "save-off");
  place.scrollIntoView({ block: "nearest" });
}
/** @param {string} answer */
function fold(answer) {
  under(answer)?.replaceChildren();
  rowOn(answer)?.querySelector("[data-qlink]").focus({ preventScroll: true });
}
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("[data-below]");
  if (link && under(link.dataset.below)) {
    event.preventDefault();
    unfold(link);
  }
  const leave = event.target.closest("[data-leave]");
  if (leave && under(leave.dataset.leave)) {
    event.preventDefault();
    fold(leave.dataset.leave);
  }
});
document.addEventListener(
  "keydown",
  (event) => {
    const form = event.key === "Escape" && event.target.closest?.("[data-settles]");
    if (!form) return;
    event.stopPropagation();
    fold(form.dataset.settles);
  },
  true,
);
// A refusal stands where the form was; the row is swapped only when it is done.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (form?.dataset?.settles && event.detail.xhr.status >= 400)
    event.detail.target = under(form.dataset.settles) ?? event.detail.target;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr?.status ?? 0;
  const isOurs = event.target.matches?.(
    "[data-settles], [data-still-right], [data-from-panel], [data-confirm]",
  );
  if (isOurs && ![200, 409, 422].includes(status)) say("Not sent. Try again.", "save-off");
});

/** @param {Row} row */
export async function stillRight(row) {
  if (!row.querySelector("[data-again]")) return;
  await load(row);
  row.querySelector("[data-still-right]")?.click();
}
/** @param {Row} row */
export const takeFirst = (row) => {
  const link = row.querySelector("[data-take]");
  if (link) unfold(link);
  else say("No related answer to take over.");
};

// No option, and none of the radios beside them.
/** @param {Row} row */
function clear(row) {
  const all = ".qoptions [type=radio], .qoptions [type=checkbox], .beside [type=radio]";
  const inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll(all))];
  const isNone = (/** @type {HTMLInputElement} */ { value }) => !value || value === "unanswered";
  const changed = inputs.filter((input) => !input.disabled && input.checked !== isNone(input));
  for (const input of changed) input.checked = isNone(input);
  for (const name of ["input", "change"])
    changed[0]?.dispatchEvent(new Event(name, { bubbles: true }));
}

/**
 * A number in a row with options: 0 is none of them. They are chosen where their numbers are
 * seen, so in the open row; in a closed one a number shows them.
 * @param {Row} row
 * @param {string} number
 * @param {(row: Row, then: (row: Row) => unknown, by?: (row: Row, then: (row: Row) => unknown) => Promise<unknown>) => unknown} open
 * @param {(row: Row, radio: HTMLInputElement, value: string) => void} choose
 */
export function option(row, number, open, choose) {
  if (number === "0") {
    open(row, clear, (at, then) => load(at).then(() => then?.(at)));
    return;
  }
  if (!row.classList.contains("q-open")) {
    open(row, () => row.querySelector("[data-qlink]").focus({ preventScroll: true }));
    return;
  }
  const input = row.querySelector(`input[aria-keyshortcuts="${number}"]`);
  if (!input) say(`${row.dataset.key} has no option ${number}.`, "save-off");
  else if (input.name === "value") input.click();
  else choose(row, input, input.value);
}
