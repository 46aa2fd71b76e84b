// The field for a citation: what fits is listed while typing, arrows choose, Enter takes it up, Escape closes.
// Taking up is the Search button's work: it knows what is typed whole, and works without this script.
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

function open() {
  const count = options().length;
  const isTyped = input().value.trim() !== "";
  document.querySelector("[data-combo-said]").textContent = isTyped
    ? `${count || "No"} provision${count === 1 ? "" : "s"}.`
    : "";
  if (!count || !isTyped || document.activeElement !== input()) return close();
  list().hidden = false;
  input().setAttribute("aria-expanded", "true");
  input().removeAttribute("aria-activedescendant");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input().setAttribute("aria-activedescendant", option.id);
}

function take(option) {
  input().value = option.dataset.value;
  close();
  document.getElementById("law-find").click();
}

function step(down) {
  const all = options();
  if (!all.length) return;
  if (list().hidden) open();
  const at = all.indexOf(chosen());
  choose(all.at(at < 0 ? (down ? 0 : -1) : (at + (down ? 1 : -1)) % all.length));
}

document.addEventListener("keydown", (event) => {
  if (event.target !== input() || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    step(event.key === "ArrowDown");
  } else if (event.key === "Enter" && input().value.trim()) {
    if (!list().hidden && chosen()) take(chosen());
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
  if (option) take(option);
});
document.addEventListener("focusout", (event) => {
  if (event.target === input()) close();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "cite-list") open();
});
document.addEventListener("htmx:afterSettle", dress);
dress();
