// The outline of a draft: Space lifts a question, arrows move it, Space puts it down, Escape puts it back; or drag.
// The form beside it keeps the new place; what it answers with is the outline as it stands.
const outline = () => document.querySelector("[data-outline]");
const form = document.querySelector("[data-outline-form]");
const status = document.querySelector("[data-outline-status]");
const say = (text) => { status.textContent = text; };
const items = (branch) => [...branch.children].filter((item) => item.matches("[data-item]"));
const place = (item) => items(item.parentElement).indexOf(item) + 1;
const where = (item) => `position ${place(item)} of ${items(item.parentElement).length} in ${item.parentElement.dataset.name}`;
let lifted = null;
let origin = null;

// Without scripts there is nothing to grip: the handles come from here.
function ready() {
  if (outline().matches("[data-found]")) return; // a part of it has no order to change
  const made = document.querySelector("[data-grip]").content.firstElementChild;
  for (const item of outline().querySelectorAll("[data-item]:not(:has(.grip))")) {
    const grip = made.cloneNode(true);
    grip.id = `grip-${item.dataset.item}`;
    grip.setAttribute("aria-label", `Move ${item.dataset.item}`);
    item.prepend(grip);
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
  say(`${item.dataset.item} is back at ${where(item)}.`);
  item.querySelector(".grip").focus();
}

function putDown() {
  const hasMoved = lifted.parentElement !== origin.branch || lifted.nextElementSibling !== origin.next;
  const item = drop();
  say(`${item.dataset.item} put down at ${where(item)}.`);
  if (!hasMoved) return;
  form.elements.key.value = item.dataset.item;
  form.elements.section.value = item.parentElement.dataset.branch;
  form.elements.behind.value = item.previousElementSibling?.dataset.item ?? "";
  form.requestSubmit();
}

function step(down) {
  const beside = down ? lifted.nextElementSibling : lifted.previousElementSibling;
  if (beside) {
    beside[down ? "after" : "before"](lifted);
  } else {
    const branches = [...outline().querySelectorAll("[data-branch]")];
    const other = branches[branches.indexOf(lifted.parentElement) + (down ? 1 : -1)];
    if (!other) return;
    other[down ? "prepend" : "append"](lifted);
  }
  say(`${lifted.dataset.item}, ${where(lifted)}.`);
  lifted.querySelector(".grip").focus();
}

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.(".grip")?.closest("[data-item]");
  if (!item) return;
  if (event.key === " " || event.key === "Enter") {
    if (lifted === item) {
      putDown();
    } else {
      if (lifted) putBack();
      lift(item);
      say(`${item.dataset.item} lifted. Arrow keys move it, Space puts it down, Escape puts it back.`);
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
  const item = event.target.closest?.("[data-item]");
  if (lifted && item === lifted && event.relatedTarget && !lifted.contains(event.relatedTarget)) {
    origin.branch.insertBefore(lifted, origin.next);
    say(`${drop().dataset.item} is back where it was.`);
  }
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".grip");
  const item = grip?.closest("[data-item]");
  if (!item || event.button !== 0) return;
  if (lifted) putBack();
  lift(item);
  const tree = outline(); // the item itself loses the pointer when it is put elsewhere
  tree.setPointerCapture(event.pointerId);
  const move = (moved) => {
    const below = document.elementFromPoint(moved.clientX, moved.clientY);
    const over = below?.closest("[data-item]");
    const empty = below?.closest(".branch")?.nextElementSibling;
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
    if (ended.type === "pointerup") putDown(); else putBack();
  };
  tree.addEventListener("pointerup", end);
  tree.addEventListener("pointercancel", end);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest("[data-outline], .outline")) return;
  ready();
  const grip = document.getElementById(`grip-${form.elements.key.value}`);
  if (document.activeElement === document.body) grip?.focus(); // the one that had it went with the old outline
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form) return;
  const code = event.detail.xhr.status;
  if (code === 409) say("Somebody else has changed the outline. It is shown as it stands; move it again from there.");
  else if (code !== 200) say("Not moved: the line is down. Load the page again and repeat it.");
});

ready();
