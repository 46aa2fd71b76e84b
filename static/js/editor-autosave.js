// A question of a draft saves itself: a moment after a choice is made, after a pause in typing, and
// at the latest ten seconds after the first letter. The text waits on this device until then
// (unsaved.js). What two people changed is saved only with the button, which shows both texts.
import { isUnsaved, settled } from "./unsaved-forms.js";

/** @typedef {Found<"form[data-autosave]">} Keeping */
const [SOON_MS, PAUSE_MS, LONGEST_MS] = [300, 2500, 10_000];
/** @type {WeakMap<Keeping, number>} */
const waits = new WeakMap();
/** @type {WeakMap<Keeping, number>} */
const since = new WeakMap();

/** @param {Keeping} form @param {number} pause */
function later(form, pause) {
  if (form.dataset.stuck) return;
  const start = since.get(form) ?? Date.now();
  since.set(form, start);
  clearTimeout(waits.get(form));
  const left = Math.max(0, start + LONGEST_MS - Date.now());
  waits.set(form, setTimeout(save, Math.min(pause, left), form));
}
/** @param {Keeping} form */
function save(form) {
  since.delete(form);
  if (form.isConnected && isUnsaved(form)) form.dispatchEvent(new CustomEvent("attest:pause"));
}

/** @param {Element} target @returns {Keeping | null | undefined} */
const saving = (target) => target.closest?.("form[data-autosave]");

document.addEventListener("input", ({ target }) => {
  const form = saving(target);
  if (form && target.name !== "cite") later(form, PAUSE_MS);
});
document.addEventListener("change", ({ target }) => {
  const form = saving(target);
  if (form && target.name !== "cite") later(form, SOON_MS);
});

// Half a citation is still being typed.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (target === saving(target)) detail.formData.set("cite", "");
});

// The button waits for what is on its way, which says over which state the form is then.
document.addEventListener(
  "submit",
  (event) => {
    const form = saving(event.target);
    if (!form) return;
    clearTimeout(waits.get(form));
    if (!form.classList.contains("htmx-request")) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter } = event;
    form.addEventListener("htmx:afterRequest", () => form.requestSubmit(submitter), { once: true });
  },
  true,
);

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const form = saving(target);
  if (!form) return;
  if (target !== form) {
    if (target.matches("[name=do]")) later(form, PAUSE_MS); // a row is filled in first
    return;
  }
  if (detail.xhr.status === 200) settled(form, detail.requestConfig.formData);
  if (detail.xhr.status === 409) form.dataset.stuck = "true";
});
