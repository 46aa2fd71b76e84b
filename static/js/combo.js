// The field for a citation: what fits is listed while typing, arrows choose, Enter takes it up,
// Escape closes. Taking up is the Search button's work: it knows what is typed whole, and works
// without this script.
const input = () => document.querySelector("[data-combo]");
const list = () => document.getElementById("cite-list");
const options = () => [...list().children];
const chosen = () => list().querySelector("[aria-selected=true]");

function dress() {
  const field = input();
  if (!field || field.role === "combobox") return;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "cite-list");
  field.setAttribute("aria-expanded", "false");
}

function close() {
  const field = input();
  if (!field) return;
  list().hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

/** @param {HTMLInputElement} field */
function open(field) {
  const count = options().length;
  const isTyped = field.value.trim() !== "";
  const said = document.querySelector("[data-combo-said]");
  if (said)
    said.textContent = isTyped ? `${count || "No"} provision${count === 1 ? "" : "s"}.` : "";
  if (!count || !isTyped || document.activeElement !== field) return close();
  list().hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

/** @param {HTMLInputElement} field @param {Element} option */
function choose(field, option) {
  chosen()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

/** @param {HTMLInputElement} field @param {HTMLElement} option */
function take(field, option) {
  field.value = option.dataset.value ?? "";
  close();
  document.getElementById("law-find").click();
}

/** @param {HTMLInputElement} field @param {boolean} down */
function step(field, down) {
  const all = options();
  if (!all.length) return;
  if (list().hidden) open(field);
  const now = chosen();
  const at = now ? all.indexOf(now) : -1;
  const next = all.at(at < 0 ? (down ? 0 : -1) : (at + (down ? 1 : -1)) % all.length);
  if (next) choose(field, next);
}

document.addEventListener("keydown", (event) => {
  const field = input();
  if (!field || event.target !== field || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    step(field, event.key === "ArrowDown");
  } else if (event.key === "Enter" && field.value.trim()) {
    const option = list().hidden ? null : chosen();
    if (option) take(field, option);
    else document.getElementById("law-find").click();
  } else if (event.key === "Escape" && !list().hidden) {
    close();
  } else return;
  event.preventDefault();
});

// The pointer must not take the focus away from what is typed.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#cite-list")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("#cite-list [role=option]");
  const field = input();
  if (option && field) take(field, option);
});
document.addEventListener("focusout", (event) => {
  if (event.target === input()) close();
});
document.addEventListener("htmx:afterSwap", (event) => {
  const field = input();
  if (field && event.target.id === "cite-list") open(field);
});
document.addEventListener("htmx:afterSettle", dress);
dress();
