// A question of a draft saves itself: a moment after a choice is made, after a pause in typing, and
// at the latest ten seconds after the first letter. The text waits on this device until then
// (unsaved-forms.js). What two people changed is saved only with the button, which shows both texts.
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

// No line, no session or a fault of the server: it is tried again.
/** @param {Keeping} form */
function putOff(form) {
  const said = document.getElementById("save");
  said?.classList.add("save-off");
  said?.replaceChildren("Not saved yet; kept on this device.");
  later(form, LONGEST_MS);
}

// A button for rows is swapped out with them: the event comes from what stood around it.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const form = saving(target);
  if (!form) return;
  const { elt, formData } = detail.requestConfig;
  if (elt.matches("[name=do]")) later(form, PAUSE_MS); // a row is filled in first
  if (elt !== form) return;
  const { status } = detail.xhr;
  if (status === 200) settled(form, formData);
  else if (status === 409) form.dataset.stuck = "true";
  else if (status !== 422) putOff(form);
});
window.addEventListener("online", () => {
  for (const form of document.querySelectorAll("form[data-autosave]")) later(form, SOON_MS);
});
