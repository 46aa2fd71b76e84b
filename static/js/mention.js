// People to mention: "@" in a comment offers members; arrows move, Enter chooses, Escape closes.
const most = 8;
/** @param {Element | null} node */
const boxOf = (node) => (node?.matches?.("[data-mentions]") ? node : null);
/** @param {Mentions} box */
const listOf = (box) => /** @type {HTMLElement} */ (document.getElementById(box.dataset.mentions));
/** @param {HTMLElement} list */
const options = (list) => [...list.querySelectorAll('[role="option"]')];
/** @param {HTMLElement} list */
const shown = (list) => options(list).filter((option) => !option.hidden);
/** @param {Mentions} box */
const isOpen = (box) => !listOf(box).hidden;
/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @typedef {Found<"[data-mentions]">} Mentions */
// The text after the "@" that the cursor stands behind, null when there is none.
/** @param {Mentions} box */
function typed(box) {
  const before = box.value.slice(0, box.selectionStart);
  return /(?:^|[^\p{L}\p{N}_+@])@([^@\n]{0,60})$/u.exec(before)?.[1] ?? null;
}
/** @param {HTMLElement} option @param {string} wanted */
function fits(option, wanted) {
  const [name, email] = [...option.children].map((part) => plain(part.textContent));
  return (
    !wanted || name.startsWith(wanted) || name.includes(` ${wanted}`) || email.startsWith(wanted)
  );
}
/** @param {string} text */
function say(text) {
  const said = document.getElementById("offers-said");
  if (said && said.textContent !== text) said.textContent = text;
}

/** @param {Mentions} box @param {HTMLElement} option */
function mark(box, option) {
  for (const other of options(listOf(box)))
    other.setAttribute("aria-selected", String(other === option));
  box.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
/** @param {Mentions} box */
function close(box) {
  listOf(box).hidden = true;
  box.removeAttribute("aria-activedescendant");
  say("");
}
/** @param {Mentions} box */
function offer(box) {
  const list = listOf(box);
  const query = typed(box);
  const wanted = query === null ? "" : plain(query);
  const found =
    query === null || /^\s/.test(query)
      ? []
      : options(list)
          .filter((option) => fits(option, wanted))
          .slice(0, most);
  for (const option of options(list)) option.hidden = !found.includes(option);
  if (!found.length) {
    close(box);
    return;
  }
  list.hidden = false;
  mark(box, found[0]);
  say(`${found.length} ${found.length > 1 ? "people" : "person"}. Arrows move, Enter chooses.`);
}
/** @param {Mentions} box @param {HTMLElement} option */
function choose(box, option) {
  const start = box.selectionStart - (typed(box)?.length ?? 0);
  box.setRangeText(`${option.dataset.handle} `, start, box.selectionStart, "end");
  box.dispatchEvent(new Event("input", { bubbles: true })); // it is kept like what is typed
  close(box);
  box.focus();
}

/** @type {Record<string, (box: Mentions, all: HTMLElement[], at: number) => void>} */
const keys = {
  ArrowDown: (box, all, at) => mark(box, all[(at + 1) % all.length]),
  ArrowUp: (box, all, at) => mark(box, all[(at + all.length - 1) % all.length]),
  Enter: (box, all, at) => choose(box, all[at]),
  Tab: (box, all, at) => choose(box, all[at]),
  Escape: (box) => close(box),
};
// Said by script only, since without it nothing is offered.
/** @param {Mentions} box */
function describe(box) {
  const attributes = {
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": box.dataset.mentions,
  };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
}
document.addEventListener("focusin", (event) => {
  const box = boxOf(event.target);
  if (box) describe(box);
});
document.addEventListener("input", (event) => {
  const box = boxOf(event.target);
  if (box) offer(box);
});
document.addEventListener(
  "keydown",
  (event) => {
    const box = boxOf(event.target);
    if (!box || !isOpen(box) || event.isComposing || event.shiftKey || !(event.key in keys)) return;
    const all = shown(listOf(box));
    keys[event.key](
      box,
      all,
      all.findIndex((option) => option.getAttribute("aria-selected") === "true"),
    );
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("focusout", (event) => {
  const box = boxOf(event.target);
  if (box) close(box);
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.('.offers [role="option"]');
  const box = option && document.querySelector(`[data-mentions="${option.parentElement?.id}"]`);
  if (!box) return;
  event.preventDefault();
  choose(box, option);
});
// The field that has the focus already, and the text typed while this was on its way.
const now = boxOf(document.activeElement);
if (now) {
  describe(now);
  offer(now);
}
