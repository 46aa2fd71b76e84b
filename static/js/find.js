// The results of Ctrl K, moved through by keys. ui.js opens the dialog and fetches this when it is
// first opened.
const dialog = /** @type {Found<"[data-find-dialog]">} */ (
  document.querySelector("[data-find-dialog]")
);
const input = /** @type {HTMLInputElement} */ (dialog.querySelector('[role="combobox"]'));
const list = dialog.querySelector('[role="listbox"]');
const said = dialog.querySelector('[role="status"]');
const options = () => [...list.querySelectorAll('[role="option"]')];
const current = () => list.querySelector('[aria-selected="true"]');

/** @param {HTMLElement | null | undefined} option */
function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", String(options().length > 0));
}

// No search is kept: the dialog opens empty each time.
let shown = "";
let isWanted = false;
function empty() {
  input.value = shown = "";
  isWanted = false;
  list.replaceChildren();
  said.textContent = "";
  choose(null);
}

/** @param {number} step */
function move(step) {
  const all = options();
  const now = current();
  const at = now ? all.indexOf(now) : -1;
  if (all.length) choose(all[(at + step + all.length) % all.length]);
}

// Enter before the results are there waits for them, and opens the first.
/** @param {KeyboardEvent} event */
function enter(event) {
  const typed = input.value.trim();
  const now = current();
  if (typed === shown && now)
    now.dispatchEvent(
      new MouseEvent("click", {
        bubbles: true,
        cancelable: true,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
      }),
    );
  else if (typed && typed !== shown) {
    isWanted = true;
    htmx.trigger(input, "find");
  }
}

list.addEventListener("click", (event) => {
  if (event.target.closest("a") && !event.ctrlKey && !event.metaKey) dialog.close();
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(step);
  else if (event.key === "Enter") enter(event);
  else return;
  event.preventDefault();
});
input.addEventListener("input", () => {
  isWanted = false;
});
list.addEventListener("mousemove", (event) => {
  const option = event.target.closest('[role="option"]');
  if (option && option !== current()) choose(option);
});
// A reply that is on its way would stand in the dialog when it opens again.
dialog.addEventListener("close", () => {
  htmx.trigger(input, "htmx:abort");
  empty();
});

let asked = "";
input.addEventListener("htmx:beforeRequest", (event) => {
  asked = input.value.trim();
  if (asked) return;
  event.preventDefault();
  empty();
});
list.addEventListener("htmx:afterSwap", () => {
  shown = asked;
  choose(options()[0]);
  if (isWanted) current()?.click();
  isWanted = false;
});
for (const name of ["htmx:sendError", "htmx:timeout"])
  input.addEventListener(name, () => {
    said.textContent = "Offline. Nothing can be searched now.";
  });
input.addEventListener("htmx:responseError", (event) => {
  said.textContent =
    event.detail.xhr.status === 401
      ? "You are signed out. Sign in again, then search."
      : "The search failed. Try again.";
});
if (input.value.trim()) htmx.trigger(input, "find"); // typed while this was on its way
