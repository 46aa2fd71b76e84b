// The outline of a draft: Space lifts a question or a section, arrows move it, Space puts it down,
// Escape puts it back; or drag. The form beside it keeps the new place; what it answers with is the
// outline as it stands.
const outline = () => /** @type {HTMLElement} */ (document.querySelector("[data-outline]"));
const form = /** @type {Found<"[data-outline-form]">} */ (
  document.querySelector("[data-outline-form]")
);
const status = document.querySelector("[data-outline-status]");
/** @param {string} text */
const say = (text) => {
  if (status) status.textContent = text;
};
const ITEM = "[data-item], [data-limb]"; // a question, or a section with its questions
/** @param {Element} element @returns {Item | null | undefined} */
const itemOf = (element) => element.closest?.(".grip")?.closest(ITEM);
/** @param {Item} item */
const isSection = (item) => item.matches("[data-limb]");
/** @param {Item} item */
const keyOf = (item) => item.dataset.item ?? item.dataset.limb ?? "";
/** @param {Item} item */
const nameOf = (item) => (isSection(item) ? `“${item.dataset.title}”` : item.dataset.item);
/** @param {string} part @param {string} key */
const idOf = (part, key) => `grip-${part === "section" ? "section-" : ""}${key}`;
/** @param {Element} branch @returns {Element[]} */
const items = (branch) => [...branch.children].filter((item) => item.matches(ITEM));
/** @param {Item} item */
const place = (item) => items(item.parentElement).indexOf(item) + 1;
/** @param {Item} item */
function where(item) {
  const branch = item.parentElement;
  const within = isSection(item) ? "" : ` in ${branch.dataset.name}`;
  return `position ${place(item)} of ${items(branch).length}${within}`;
}
/** @type {Item | null} */
let lifted = null;
/** @type {{ branch: Element, next: Element | null } | null} */
let origin = null; // where the lifted one was

// Without scripts there is nothing to grip: the handles come from here.
function ready() {
  if (outline().matches("[data-found]")) return; // a part of it has no order to change
  const made = document.querySelector("[data-grip]")?.content.firstElementChild;
  if (!made) return;
  for (const item of outline().querySelectorAll(ITEM)) {
    const grip = made.cloneNode(true);
    grip.id = idOf(isSection(item) ? "section" : "question", keyOf(item));
    if (document.getElementById(grip.id)) continue;
    grip.setAttribute("aria-label", `Move ${nameOf(item)}`);
    (item.querySelector(":scope > .branch") ?? item).prepend(grip);
  }
}

/** @param {Item} item */
function lift(item) {
  lifted = item;
  origin = { branch: item.parentElement, next: item.nextElementSibling };
  item.classList.add("lifted");
  item.querySelector(".grip").setAttribute("aria-pressed", "true");
}

/** @param {Item} item */
function drop(item) {
  item.classList.remove("lifted");
  item.querySelector(".grip").setAttribute("aria-pressed", "false");
  lifted = null;
}

/** @param {Item} item */
function restore(item) {
  origin?.branch.insertBefore(item, origin.next);
  drop(item);
}

/** @param {Item} item */
function putBack(item) {
  restore(item);
  say(`${nameOf(item)} is back at ${where(item)}.`);
  item.querySelector(".grip").focus();
}

/** @param {Item} item */
function putDown(item) {
  const hasMoved = item.parentElement !== origin?.branch || item.nextElementSibling !== origin.next;
  drop(item);
  say(`${nameOf(item)} put down at ${where(item)}.`);
  if (!hasMoved) return;
  form.elements.part.value = isSection(item) ? "section" : "question";
  form.elements.key.value = keyOf(item);
  form.elements.section.value = item.parentElement.dataset.branch ?? "";
  const before = /** @type {Item | null} */ (item.previousElementSibling);
  form.elements.behind.value = before ? keyOf(before) : "";
  form.requestSubmit();
}

/** @param {Item} item @param {boolean} down */
function step(item, down) {
  const beside = down ? item.nextElementSibling : item.previousElementSibling;
  if (beside) {
    beside[down ? "after" : "before"](item);
  } else if (!isSection(item)) {
    /** @type {Element[]} */
    const branches = [...outline().querySelectorAll("[data-branch]")];
    const other = branches[branches.indexOf(item.parentElement) + (down ? 1 : -1)];
    if (!other) return;
    other[down ? "prepend" : "append"](item);
  }
  say(`${nameOf(item)}, ${where(item)}.`);
  item.querySelector(".grip").focus();
}

document.addEventListener("keydown", (event) => {
  const item = itemOf(event.target);
  if (!item) return;
  if (event.key === " " || event.key === "Enter") {
    if (lifted === item) {
      putDown(item);
    } else {
      if (lifted) putBack(lifted);
      lift(item);
      say(`${nameOf(item)} lifted. Arrow keys move it, Space puts it down, Escape puts it back.`);
    }
  } else if (lifted === item && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    step(item, event.key === "ArrowDown");
  } else if (lifted === item && event.key === "Escape") {
    putBack(item);
  } else return;
  event.preventDefault();
});

// Focus that goes elsewhere with a question in hand does not put it down.
document.addEventListener("focusout", (event) => {
  const item = event.target.closest?.(ITEM);
  const next = event.relatedTarget;
  if (item && item === lifted && next instanceof Node && !item.contains(next)) {
    restore(item);
    say(`${nameOf(item)} is back where it was.`);
  }
});

document.addEventListener("pointerdown", (event) => {
  const item = itemOf(event.target);
  if (!item || event.button !== 0) return;
  if (lifted) putBack(lifted);
  lift(item);
  const tree = outline(); // the item itself loses the pointer when it is put elsewhere
  tree.setPointerCapture(event.pointerId);
  /** @param {PointerEvent} moved */
  const move = (moved) => {
    const below = document.elementFromPoint(moved.clientX, moved.clientY);
    const over = below?.closest(isSection(item) ? "[data-limb]" : "[data-item]");
    const empty = isSection(item) ? null : below?.closest(".branch")?.nextElementSibling;
    if (over && over !== item) {
      const box = over.getBoundingClientRect();
      over[moved.clientY > box.top + box.height / 2 ? "after" : "before"](item);
    } else if (empty?.matches("[data-branch]") && !empty.contains(item)) {
      empty.prepend(item);
    }
  };
  tree.addEventListener("pointermove", move);
  /** @param {PointerEvent} ended */
  const end = (ended) => {
    tree.removeEventListener("pointermove", move);
    tree.removeEventListener("pointerup", end);
    tree.removeEventListener("pointercancel", end);
    if (!lifted) return;
    if (ended.type === "pointerup") putDown(lifted);
    else putBack(lifted);
  };
  tree.addEventListener("pointerup", end);
  tree.addEventListener("pointercancel", end);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest("[data-outline], .outline")) return;
  ready();
  // The grip that had the focus went with the old outline.
  if (document.activeElement === document.body)
    document.getElementById(idOf(form.elements.part.value, form.elements.key.value))?.focus();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form) return;
  const code = event.detail.xhr.status;
  if (code === 409)
    say(
      "Someone else has changed the outline. It is shown as it stands; move it again from there.",
    );
  else if (code !== 200) say("Not moved: the line is down. Load the page again and repeat it.");
});

ready();
