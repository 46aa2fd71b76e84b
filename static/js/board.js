// Cards of the board are dragged into a column; the form on the card, which keys use too, does the
// moving.
/** @type {HTMLElement | null} */
let dragged = null;

/** @param {Heard["drop"]} event */
const columnAt = (event) => event.target.closest?.("[data-column]");

function ready() {
  for (const card of document.querySelectorAll("[data-card]:has([data-move])"))
    card.draggable = true;
}

/** @param {Element | null} column */
function mark(column) {
  for (const one of document.querySelectorAll("[data-column].over"))
    if (one !== column) one.classList.remove("over");
  column?.classList.add("over");
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card?.draggable) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.id);
});

document.addEventListener("dragover", (event) => {
  const column = columnAt(event);
  if (!dragged || !column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  mark(column);
});

document.addEventListener("drop", (event) => {
  const column = columnAt(event);
  if (!dragged || !column) return;
  event.preventDefault();
  const form = dragged.querySelector("[data-move]");
  if (column.contains(dragged) || !form) return;
  form.querySelector(`button[value="${column.dataset.column}"]`)?.click();
});

document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

// A card that was moved keeps the focus; one that left the page hands it to what is said.
let focused = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  focused = event.target.closest?.("[data-move]")?.querySelector("summary")?.id ?? "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  ready();
  if (event.target.id === "board" && document.activeElement === document.body) {
    (document.getElementById(focused) ?? document.getElementById("board-said"))?.focus();
  }
});
// A move that did not arrive: the card stays where it is, and its menu closes.
/** @param {HtmxReplied} event */
function fail(event) {
  const form = event.target.closest?.("[data-move]");
  if (!form) return;
  form.querySelector("details")?.removeAttribute("open");
  const isOut = event.detail.xhr?.status === 401;
  const isLost = event.type !== "htmx:responseError";
  const why = isOut
    ? "You are signed out. Sign in again, then move it."
    : isLost
      ? "Offline. Move it again when the line is back."
      : "Try again.";
  document.getElementById("board-said").textContent = `The card is not moved. ${why}`;
}
for (const name of /** @type {const} */ (["htmx:sendError", "htmx:timeout", "htmx:responseError"]))
  document.addEventListener(name, fail);

ready();
