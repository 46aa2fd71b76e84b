// Browsers write the day of a field in the order of their own language: 12/06/2026 is a day in June
// or in December. The label says it as the rest of the page does.
import { dayText } from "./days.js";

/** @param {HTMLInputElement} field */
function say(field) {
  const label = field.labels?.[0];
  if (!label) return;
  const text = dayText(field.value);
  const before = label.querySelector(".daysaid");
  if (before) {
    if (before.textContent !== text) before.textContent = text;
    return;
  }
  if (!text) return;
  const said = document.createElement("span");
  said.className = "daysaid s";
  said.setAttribute("aria-hidden", "true"); // a screen reader reads the field's own words
  said.textContent = text;
  const words = label.contains(field) ? label.querySelector(":scope > span") : label;
  if (words) words.append(said);
  else field.before(said);
}

// What a chip stands for says its day already.
function sayAll() {
  for (const field of document.querySelectorAll('input[type="date"]:not([aria-hidden])'))
    say(/** @type {HTMLInputElement} */ (field));
}
for (const name of /** @type {const} */ (["input", "change", "htmx:afterSettle", "attest:moved"]))
  document.addEventListener(name, sayAll);
document.addEventListener("click", () => setTimeout(sayAll)); // a button may fill a field
sayAll();
