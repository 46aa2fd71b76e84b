// The outline of a draft: Space lifts a question or a section, arrows move it, Space puts it down, Escape puts it back; or drag.
// The form beside it keeps the new place; what it answers with is the outline as it stands.
const outline = () => document.querySelector("[data-outline]");
const form = document.querySelector("[data-outline-form]");
const status = document.querySelector("[data-outline-status]");
const say = (text) => {
  status.textContent = text;
};
const ITEM = "[data-item], [data-limb]"; // a question, or a section with its questions
const itemOf = (element) => element.closest?.(".grip")?.closest(ITEM);
const isSection = (item) => item.matches("[data-limb]");
const keyOf = (item) => item.dataset.item ?? item.dataset.limb;
const nameOf = (item) => (isSection(item) ? `“${item.dataset.title}”` : item.dataset.item);
const idOf = (part, key) => `grip-${part === "section" ? "section-" : ""}${key}`;
const items = (branch) => [...branch.children].filter((item) => item.matches(ITEM));
const place = (item) => items(item.parentElement).indexOf(item) + 1;
const where = (item) =>
  `position ${place(item)} of ${items(item.parentElement).length}${isSection(item) ? "" : ` in ${item.parentElement.dataset.name}`}`;
let [lifted, origin] = [null, null];

// Without scripts there is nothing to grip: the handles come from here.
function ready() {
  if (outline().matches("[data-found]")) return; // a part of it has no order to change
  const made = document.querySelector("[data-grip]").content.firstElementChild;
  for (const item of outline().querySelectorAll(ITEM)) {
    const grip = made.cloneNode(true);
    grip.id = idOf(isSection(item) ? "section" : "question", keyOf(item));
    if (document.getElementById(grip.id)) continue;
    grip.setAttribute("aria-label", `Move ${nameOf(item)}`);
    (item.querySelector(":scope > .branch") ?? item).prepend(grip);
  }
}

function lift(item) {
  lifted = item;
  origin = { branch: item.parentElement, next: item.nextElementSibling };
  item.classList.add("lifted");
  item.querySelector(".grip").setAttribute("aria-pressed", "true");
}

function drop() {
  lifted.classList.remove("lifted");
  lifted.querySelector(".grip").setAttribute("aria-pressed", "false");
  const item = lifted;
  lifted = null;
  return item;
}

function putBack() {
  origin.branch.insertBefore(lifted, origin.next);
  const item = drop();
  say(`${nameOf(item)} is back at ${where(item)}.`);
  item.querySelector(".grip").focus();
}

function putDown() {
  const hasMoved =
    lifted.parentElement !== origin.branch || lifted.nextElementSibling !== origin.next;
  const item = drop();
  say(`${nameOf(item)} put down at ${where(item)}.`);
  if (!hasMoved) return;
  form.elements.part.value = isSection(item) ? "section" : "question";
  form.elements.key.value = keyOf(item);
  form.elements.section.value = item.parentElement.dataset.branch ?? "";
  form.elements.behind.value = item.previousElementSibling
    ? keyOf(item.previousElementSibling)
    : "";
  form.requestSubmit();
}

function step(down) {
  const beside = down ? lifted.nextElementSibling : lifted.previousElementSibling;
  if (beside) {
    beside[down ? "after" : "before"](lifted);
  } else if (!isSection(lifted)) {
    const branches = [...outline().querySelectorAll("[data-branch]")];
    const other = branches[branches.indexOf(lifted.parentElement) + (down ? 1 : -1)];
    if (!other) return;
    other[down ? "prepend" : "append"](lifted);
  }
  say(`${nameOf(lifted)}, ${where(lifted)}.`);
  lifted.querySelector(".grip").focus();
}

document.addEventListener("keydown", (event) => {
  const item = itemOf(event.target);
  if (!item) return;
  if (event.key === " " || event.key === "Enter") {
    if (lifted === item) {
      putDown();
    } else {
      if (lifted) putBack();
      lift(item);
      say(`${nameOf(item)} lifted. Arrow keys move it, Space puts it down, Escape puts it back.`);
    }
  } else if (lifted === item && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    step(event.key === "ArrowDown");
  } else if (lifted === item && event.key === "Escape") {
    putBack();
  } else return;
  event.preventDefault();
});

// Whoever goes elsewhere with a question in hand has not put it down.
document.addEventListener("focusout", (event) => {
  const item = event.target.closest?.(ITEM);
  if (lifted && item === lifted && event.relatedTarget && !lifted.contains(event.relatedTarget)) {
    origin.branch.insertBefore(lifted, origin.next);
    say(`${nameOf(drop())} is back where it was.`);
  }
});

document.addEventListener("pointerdown", (event) => {
  const item = itemOf(event.target);
  if (!item || event.button !== 0) return;
  if (lifted) putBack();
  lift(item);
  const tree = outline(); // the item itself loses the pointer when it is put elsewhere
  tree.setPointerCapture(event.pointerId);
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
  const end = (ended) => {
    tree.removeEventListener("pointermove", move);
    tree.removeEventListener("pointerup", end);
    tree.removeEventListener("pointercancel", end);
    if (!lifted) return;
    if (ended.type === "pointerup") putDown();
    else putBack();
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
      "Somebody else has changed the outline. It is shown as it stands; move it again from there.",
    );
  else if (code !== 200) say("Not moved: the line is down. Load the page again and repeat it.");
});

ready();
