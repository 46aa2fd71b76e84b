// Keys of the question list. Single keys act while focus is inside it or nowhere; those that lead
// into it act from the header and the sections, too. All can be switched off (WCAG 2.1.4).
import { inTurn, isWaiting, loadMore } from "./more.js";
import { lost, need } from "./ondemand.js";
import { clear, count, extend, list, pick } from "./picks.js";
import { isText, rowOf } from "./rows.js";
import { load, open, say, show, shut } from "./workspace.js";

const answers = ["unanswered", "met", "partly", "not_met", "na", "dont_know", "later"];
const beside = new Set(["na", "dont_know", "later"]); // said beside a value
const rows = () => [...list.querySelectorAll("[data-q]")];
/** @param {Row | null} row */
const place = (row) => (row ? rows().indexOf(row) : -1);
/** @param {Row} row @param {string} name */
const field = (row, name) => row.querySelector(`[name="${name}"]`)?.focus();

// Owner and days have a menu; until its script is there, their fields.
/** @param {Row} row @param {string} name */
const menu = (row, name) =>
  need("./menus.js").then(
    (menus) => menus.show(row, name),
    () => field(row, name),
  );

/** @param {Row | null | undefined} row */
function go(row) {
  row?.querySelector("[data-qlink]").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

// Until the fields of a row are there, what is typed for them is no key; Tab leads on.
let isOpening = false;
/**
 * @param {Row} row
 * @param {(row: Row) => unknown} then
 * @param {(row: Row, then: (row: Row) => unknown) => Promise<unknown>} by
 */
async function openAt(row, then, by = open) {
  isOpening = true;
  await by(row, then).finally(() => {
    isOpening = false;
  });
}

// To a field that opens, unless something else is typed in by then.
/** @param {Row} row @param {(row: Row) => unknown} then */
const into = (row, then) => openAt(row, () => isTyped(document.activeElement ?? row) || then(row));

// A value answers by its field; a few verdicts stand beside it.
/** @param {Row} row @param {(row: Row) => unknown} then */
const loadAt = (row, then) => load(row).then(() => then(row));
/** @param {Row} row @param {string} value */
function answer(row, value) {
  const find = () => row.querySelector(`input[name="verdict"][value="${value}"]`);
  const there = find();
  if (there) choose(row, there, value);
  else if (row.hasAttribute("hx-post"))
    openAt(
      row,
      () => {
        const come = beside.has(value) ? find() : null;
        if (come) choose(row, come, value);
        else if (row.querySelector('[name="value"][data-menu]')) menu(row, "value");
        else field(row, "value");
      },
      value === "dont_know" ? loadAt : open,
    );
}
/** @param {Row} row @param {HTMLInputElement} radio @param {string} value */
function choose(row, radio, value) {
  if (radio.disabled || radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  if (value === "na") field(row, "reason");
  if (value === "later") openAt(row, () => menu(row, "later_until"));
}

/** @param {number} at */
async function next(at) {
  if (rows()[at + 1] || (await loadMore())) go(rows()[at + 1]);
}
/** @param {Row[]} all @param {number} at */
const before = async (all, at) =>
  all[at - 1] ?? need("./far.js").then((far) => far.before(all[at]), lost);

// Buttons say whether what they open is seen.
/** @param {string} name */
const press = (name) => document.querySelector(`[data-toggle="${name}"]`)?.click();
/** @param {Row} row */
async function talk(row) {
  if (!document.getElementById("panel")?.checkVisibility()) press("alt-panel");
  await show(row, "comments");
  document.getElementById("talk")?.focus();
}

/** @type {{ [key: string]: ((rows: Row[], at: number) => unknown) | undefined }} */
const acts = {
  j: (_, at) => next(at),
  k: (all, at) => before(all, at).then(go),
  u: (_, at) => need("./far.js").then((far) => far.unanswered(at).then(go), lost),
  x: (all, at) => pick(all[at]),
  J: async (all, at) => {
    await next(at);
    extend(all[at], rows()[at + 1]);
  },
  K: async (all, at) => {
    const row = await before(all, at);
    go(row);
    extend(all[at], row);
  },
  n: (all, at) => into(all[at], (row) => field(row, "note")),
  o: (all, at) => into(all[at], (row) => menu(row, "owner")),
  d: (all, at) => into(all[at], (row) => menu(row, "due_on")),
  e: (all, at) => into(all[at], (row) => need("./evbox.js").then((box) => box.show(row), lost)),
  y: (all, at) => need("./states.js").then((states) => states.stillRight(all[at]), lost),
  t: (all, at) =>
    openAt(all[at], (row) => need("./states.js").then((states) => states.takeFirst(row), lost)),
  c: (all, at) => openAt(all[at], () => {}, talk),
  "[": () => press("alt-sections"),
  "]": () => press("alt-panel"),
  "/": () => document.querySelector("[data-search]")?.focus(),
};
const anywhere = new Set("jku[]/?"); // also where no row has the focus
const moves = new Set("jku");
// From a button of the header or a section, too, but not from what has own keys.
/** @param {At<KeyboardEvent>} event */
const leadsIn = (event) =>
  anywhere.has(event.key.toLowerCase()) && !event.target.closest("dialog, details, .panel, .undo");

const areOn = () => {
  try {
    return localStorage.getItem("single-keys") !== "off";
  } catch {
    return true;
  }
};

// Brackets need AltGr on many keyboards: Ctrl and Alt to some browsers.
/** @param {KeyboardEvent} event */
const isPlain = (event) =>
  !(event.ctrlKey || event.metaKey || event.altKey) ||
  (["[", "]"].includes(event.key) && event.altKey && !event.metaKey);
// A place on the keyboard, where "/" may be, too; without Num Lock the pad moves the cursor.
/** @param {KeyboardEvent} event */
function digit(event) {
  if (anywhere.has(event.key) || event.altKey || event.getModifierState("AltGraph")) return "";
  return event.code.startsWith("Numpad") && !/^\d$/.test(event.key)
    ? ""
    : event.code.replace(/Digit|Numpad/, "");
}

function fillDown() {
  if (count()[0]) document.querySelector("#bulk [data-fill]")?.click();
  else say("Select questions with X: the first one fills down.", "save-off");
}
/** @param {At<KeyboardEvent>} event @param {Row | null} row */
function leave(event, row) {
  if (event.target.closest("#bulkbox") || clear()) return; // that box closes itself
  if (row) {
    shut(row);
    go(row);
  }
}

/** @param {Element | null} node */
const rowWith = (node) => rowOf(node) ?? rowOf(node?.closest("li")?.querySelector("[data-q]"));
// In the lists of a row letters are keys, too.
/** @param {Element} node */
const isTyped = (node) => isText(node) && !(node.matches("select") && rowOf(node));
document.addEventListener("keydown", (event) => {
  if (isTyped(event.target) || !isPlain(event) || !areOn()) return;
  const isInside = event.target === document.body || list.contains(event.target);
  if (!isInside && !leadsIn(event)) return;
  const row = rowWith(event.target);
  if (isOpening) {
    if (/^(.|Enter|Arrow.+)$/.test(event.key)) event.preventDefault();
    return;
  }
  const code = digit(event);
  const key = event.key.toLowerCase();
  const act = (event.shiftKey && acts[key.toUpperCase()]) || acts[key];
  const hasOptions = Boolean(row?.querySelector(".qoptions"));
  const isAnswer = row && (hasOptions ? /^\d$/.test(code) : code in answers);
  if (!isAnswer && !(act && (row || anywhere.has(key)))) return;
  event.preventDefault();
  const here = () => rowWith(document.activeElement);
  if (isAnswer)
    inTurn(() => {
      const at = here();
      if (!at) return;
      if (hasOptions)
        return need("./states.js").then((by) => by.option(at, code, openAt, choose), lost);
      answer(at, answers[Number(code)]);
    });
  else if (moves.has(key))
    inTurn(() => act?.(rows(), place(here() ?? list.querySelector(".q-open"))));
  else if (!isWaiting()) act?.(rows(), place(row));
});
list.addEventListener("keydown", (event) => {
  const row = rowWith(event.target);
  if (event.key === "Escape") leave(event, row);
  if (event.key === "Enter" && row && event.target.matches("[type=radio], [type=checkbox]")) {
    event.preventDefault(); // would send the form
    if (row.classList.contains("q-open")) shut(row);
    else open(row);
    return;
  }
  if (
    event.key.toLowerCase() === "d" &&
    (event.ctrlKey || event.metaKey) &&
    !isText(event.target)
  ) {
    event.preventDefault();
    fillDown();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && isPlain(event) && areOn() && !isText(event.target))
    document.getElementById("keys").showModal();
  if (event.key === "Escape")
    for (const said of document.querySelectorAll(".undo > div")) said.replaceChildren();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || isText(event.target))
    return;
  // what is on its way is undone once it is saved; a row that is stuck is not on its way
  const rows = [...document.querySelectorAll("form[data-due], form.q.htmx-request")];
  const row = rows.find((one) => one.contains(document.activeElement)) ?? rows.at(-1);
  if (!row && !document.querySelector("#undo form")) return;
  event.preventDefault();
  const undo = () => document.querySelector("#undo form")?.requestSubmit();
  if (row)
    row.addEventListener("attest:saved", undo, { once: true, signal: AbortSignal.timeout(3000) });
  else undo();
});

const box = document.querySelector("[data-single-keys]");
if (box) {
  box.checked = areOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem("single-keys", box.checked ? "on" : "off");
    } catch {
      /* not kept */
    }
  });
}
