// A question of a draft saves itself: a moment after a choice is made, after a pause in typing, and
// at the latest ten seconds after the first letter. The text waits on this device until then
// (unsaved-forms.js). A text that two people changed is saved only with the button, which shows both texts.
import { freshToken, isStale } from "./token.js";
import {
  answered,
  fieldsOf,
  isUnsaved,
  leaveFor,
  settled,
  textOf,
  triedOf,
  trying,
} from "./unsaved-forms.js";

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
  if (form) document.querySelector("#save time")?.closest("#save")?.replaceChildren(); // no more
  if (form && target.name !== "cite") later(form, PAUSE_MS);
});
document.addEventListener("change", ({ target }) => {
  const form = saving(target);
  if (form && target.name !== "cite") later(form, SOON_MS);
});

// Half a citation is still being typed. The text tried last goes first, and as it was: the reply may
// have been lost, not the save, and what is typed since then goes on from one's own.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  const form = saving(target);
  if (!form || target !== form) return;
  const sent = detail.formData;
  sent.set("cite", "");
  const tried = triedOf(form);
  if (!tried) {
    trying(form, sent);
    return;
  }
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const name of new Set(sent.keys())) sent.delete(name);
  for (const [name, value] of [...tried, ["csrfmiddlewaretoken", token]]) sent.append(name, value);
});

// The button waits for what is on its way or was not answered, which says over which state the form
// is then. Without a line it waits as well: the page says so.
/** @type {WeakMap<Keeping, HTMLElement | null>} */
const pressed = new WeakMap();
let isPassing = false;
document.addEventListener(
  "submit",
  (event) => {
    const form = saving(event.target);
    if (!form || isPassing) return;
    clearTimeout(waits.get(form));
    const isOnItsWay = form.classList.contains("htmx-request");
    if (!isOnItsWay && !triedOf(form)) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter } = event;
    pressed.set(form, submitter);
    if (!isOnItsWay) form.dispatchEvent(new CustomEvent("attest:pause"));
  },
  true,
);

// A page about all of the draft opens once this question is saved; the page shows what cannot be.
/** @type {WeakMap<Keeping, { href: string, rounds: number }>} */
const leaving = new WeakMap();
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-saves-first]");
  const form = document.querySelector("form[data-autosave]");
  const isPlain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey);
  if (!link || !form || !isPlain || !isUnsaved(form)) return;
  event.preventDefault();
  leaving.set(form, { href: link.href, rounds: 2 }); // what was tried last, then what was typed since
  clearTimeout(waits.get(form));
  if (!form.classList.contains("htmx-request")) save(form);
});
/** @param {Keeping} form @param {number} status @param {boolean} isOn */
function goOn(form, status, isOn) {
  const way = leaving.get(form);
  if (!way || !status) {
    leaving.delete(form);
    return Boolean(way);
  }
  way.rounds -= 1;
  if ((status === 200 || status === 422) && isOn && way.rounds > 0) save(form);
  else leaveFor(way.href);
  return true;
}

/** @param {Keeping} form @param {FormData} sent */
function isTypedOn(form, sent) {
  const now = new FormData(form);
  now.set("cite", "");
  return textOf(fieldsOf(form, now)) !== textOf(fieldsOf(form, sent));
}
/** @param {string} words */
function say(words) {
  const said = document.getElementById("save");
  said?.classList.add("save-off");
  said?.replaceChildren(words);
}
// No line, no session, a token of before, no time or a fault of the server: it is tried again. Every
// other refusal would come again.
const PASSING = new Set([401, 408, 429]);
/** @param {XMLHttpRequest} xhr */
function isRefused(xhr) {
  if (xhr.status === 403) return !isStale(xhr.getResponseHeader("HX-Trigger"));
  return xhr.status >= 400 && xhr.status < 500 && !PASSING.has(xhr.status);
}

// A button for rows is swapped out with them: the event comes from what stood around it.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const form = saving(target);
  if (!form) return;
  const { elt, formData } = detail.requestConfig;
  if (elt.matches("[name=do]")) later(form, PAUSE_MS); // a row is filled in first
  if (elt !== form) return;
  const { status } = detail.xhr;
  const isOn = isTypedOn(form, formData);
  if (status === 200) settled(form, formData);
  else if (isRefused(detail.xhr)) {
    answered(form);
    if (status !== 409 && status !== 422)
      say("Not saved; kept on this device. Load the page again.");
  } else {
    if (status === 403) freshToken();
    say("Not saved yet; kept on this device.");
    later(form, LONGEST_MS);
  }
  if (status === 409) form.dataset.stuck = "true";
  if (goOn(form, status, isOn)) return;
  const submitter = pressed.get(form);
  pressed.delete(form);
  if (submitter === undefined || !status) {
    if (status === 200 && isOn) later(form, PAUSE_MS);
    if (status === 422 && isOn) later(form, SOON_MS); // it was what was tried before
    return;
  }
  isPassing = true;
  form.requestSubmit(submitter);
  isPassing = false;
});
window.addEventListener("online", () => {
  for (const form of document.querySelectorAll("form[data-autosave]")) later(form, SOON_MS);
});
