// Text typed into a form is kept on this device (device-store.js) until it is saved, given back when the
// form is opened again, in any tab once its own is gone; gone with "Drop it" and with sign-out. It
// keeps the state it was typed over, so that a save after somebody else's writes only what was
// typed, and shows both texts where both did. It keeps what was sent and not answered, too ("tried"):
// the reply may have been lost, not the save. Forms of a draft are named by the page, for each
// edition and part; every other form goes by its address. Rows of a list and comments have keepers
// of their own (outbox.js, unsent-comments.js); what says data-unkept is not kept, nor is a secret.
import { read, takeUp, write } from "./device-store.js";

const TEXTS =
  ":is(textarea, input:is(:not([type]), [type=text], [type=email], [type=url])):not([readonly], [autocomplete=one-time-code])";
const OTHERS =
  "form[method=post]:is([data-alone] *, :not([data-q])):not([data-keep], [data-chooses], .talk, [data-unkept], :has([data-reveal]))";
const SECRETS =
  "[type=password], [data-secret], [autocomplete*=password], [autocomplete=one-time-code]";
const TOKEN = "csrfmiddlewaretoken";
const SENDING = "sending"; // a name that no other has: the server says it once it is saved
const STAMPS = /^(version|seen|base(_.*)?)$/; // they say over which state a form was typed
/** @typedef {Found<"form[data-keep]">} Keeping */
/** @typedef {[string, string][]} Pairs */
/** @typedef {{ at: string, name: string, fields: Pairs, tried?: Pairs, sending?: string }} Unsaved */
const findDraft = () => document.querySelector("[data-kept]");
let draft = findDraft();
const boxHere = () => (draft ? `edit${draft.dataset.kept}` : "forms");
let box = boxHere();

export { box as keptIn };

/** @returns {Record<string, Unsaved>} */
const all = () => read(box) ?? {};
const forms = () => [...document.querySelectorAll("form[data-keep][data-at]")];
/** @param {Keeping} form */
const keyOf = (form) => form.dataset.keep;
/** @param {HTMLFormElement} form */
export function fieldsOf(form, sent = new FormData(form)) {
  const secrets = [...form.elements].filter((field) => field.matches(SECRETS));
  const left = new Set([TOKEN, SENDING, ...secrets.map((field) => field.getAttribute("name"))]);
  return /** @type {Pairs} */ (
    [...sent].filter(([name, value]) => !left.has(name) && typeof value === "string")
  );
}
/** @param {Pairs | undefined} fields */
const stampOf = (fields) => fields?.find(([name]) => STAMPS.test(name))?.[1];
/** @param {string} tag @param {object} given @param {(string | Node)[]} parts */
const make = (tag, given, ...parts) => {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...parts);
  return made;
};
/** @param {Pairs} fields */
export const textOf = (fields) =>
  JSON.stringify(
    fields
      .filter(([name]) => !STAMPS.test(name))
      .map(([name, value]) => [name, value.replace(/\r\n?/g, "\n").trim()]),
  );
/** @type {Map<string, Pairs>} */
const base = new Map(); // what the server says of each form, whatever stands in its fields by now
/** @type {Map<string, boolean>} */
const kept = new Map(); // what is not saved: the forms of this page by key
/** @type {Set<string>} */
const back = new Set(); // what was given back into its form
let region = draft ?? make("div", { role: "status" });
let isSent = false;
let isInside = false; // the next page is of this site, too: it knows what is kept here

// The sending that was saved last.
const savedLast = () => document.cookie.match(/(?:^|; )kept=([^;]*)/)?.[1];
/** @param {HTMLFormElement} form @param {Element | null} [submitter] */
const pathOf = (form, submitter) =>
  new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href)
    .pathname;
// A form goes by where it leads, and by its place among those that lead there.
function name(isMeant = (/** @type {Keeping} */ _form) => true) {
  const found = /** @type {Keeping[]} */ ([...document.querySelectorAll(OTHERS)]);
  const others = found.filter((form) => form.querySelector(TEXTS) && isMeant(form));
  for (const form of others) {
    const path = pathOf(form);
    let at = 0;
    while (forms().some((other) => other.dataset.keep === `${path}#${at}`)) at += 1;
    const heading = form.closest("section, dialog, main")?.querySelector("h1, h2, h3");
    Object.assign(form.dataset, {
      keep: `${path}#${at}`,
      at: location.pathname + location.search,
      name: heading?.textContent?.trim() ?? document.title,
    });
  }
  return others;
}
name();

/** @param {Keeping} form */
const controls = (form) => /** @type {Field[]} */ ([...form.elements]);
/** @param {Keeping} form */
function standing(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return fieldsOf(copy);
}

/** @param {string} key */
function forget(key) {
  const { [key]: _, ...others } = all();
  write(box, others);
  kept.delete(key);
  back.delete(key);
}
/** @param {Keeping} form */
function keep(form) {
  if (form.inert) return; // what is kept is on its way back into it
  const fields = fieldsOf(form);
  const key = keyOf(form);
  const tried = all()[key]?.tried;
  isInside = false;
  const isSame = textOf(fields) === textOf(base.get(key) ?? fields);
  if (isSame && !tried && !form.matches("[data-unsaved]")) {
    forget(key);
    return;
  }
  const { at, name } = form.dataset;
  write(box, { ...all(), [key]: { ...all()[key], at, name, fields } });
  kept.set(key, textOf(all()[key]?.fields ?? []) === textOf(fields));
}

export const waitsHere = () => Object.keys(all()).length > 0;
/** @param {string} href */
export function leaveFor(href) {
  isInside = true;
  location.assign(href);
}

// Letters from before this script.
export function catchUp() {
  for (const form of forms()) keep(form);
}
/** @param {Keeping} form */
export const isUnsaved = (form) => kept.has(keyOf(form));
/** @param {Keeping} form */
export const triedOf = (form) => all()[keyOf(form)]?.tried;
// It is on its way, until there is an answer.
/** @param {Keeping} form @param {FormData} [sent] @param {string} [sending] */
export function trying(form, sent, sending) {
  const kept = all()[keyOf(form)];
  const tried = fieldsOf(form, sent);
  if (kept) write(box, { ...all(), [keyOf(form)]: { ...kept, tried, sending } });
}
/** @param {Keeping} form */
export function answered(form) {
  const kept = all()[keyOf(form)];
  if (kept?.tried) write(box, { ...all(), [keyOf(form)]: { ...kept, tried: undefined } });
}
// The text that was sent is saved; text typed since waits.
/** @param {Keeping} form @param {FormData} sent */
export function settled(form, sent) {
  answered(form);
  form.removeAttribute("data-unsaved");
  base.set(keyOf(form), fieldsOf(form, sent));
  keep(form);
  report();
}

// Fields that are there take what was kept; what has none goes along unseen, so that the server can
// say what it was. A field of which nothing was kept stays as it is; a tick, though, may be unset.
/** @param {Keeping} form @param {Pairs} fields */
function fill(form, fields) {
  const left = Map.groupBy(fields, ([name]) => name);
  const chosen = new Set();
  for (const field of controls(form)) {
    if (!field.name || field.name === TOKEN || field.matches("button, fieldset")) continue;
    const values = (left.get(field.name) ?? []).map(([, value]) => value);
    if (field.matches("select, [type=checkbox], [type=radio]")) chosen.add(field.name);
    else field.value = left.get(field.name)?.shift()?.[1] ?? field.value;
    if (field.matches("[type=checkbox], [type=radio]"))
      field.checked = values.includes(field.value);
    if (!field.matches("select") || !(values.length || field.multiple)) continue;
    const offered = new Set([...field.options].map((option) => option.value));
    for (const value of values) if (!offered.has(value)) field.add(new Option(value, value));
    for (const option of field.options) option.selected = values.includes(option.value);
  }
  for (const name of chosen) left.delete(name);
  for (const [name, value] of [...left.values()].flat())
    form.append(make("input", { type: "hidden", name, value }));
}

// Rows of rules, days and citations are made by the server: where they are others than on the page,
// it makes them anew.
/** @param {Keeping} form */
const shapeOf = (form) =>
  textOf(
    controls(form)
      .filter((field) => field.type === "hidden" && field.name !== TOKEN)
      .map((field) => [field.name, field.value]),
  );
/** @param {Keeping} form @param {Pairs} fields */
function fits(form, fields) {
  const names = new Set(controls(form).map((field) => field.name));
  const hidden = new Set(
    controls(form)
      .filter((field) => field.type === "hidden")
      .map((field) => field.name),
  );
  return (
    fields.every(([name]) => names.has(name)) &&
    textOf(fields.filter(([name]) => hidden.has(name))) === shapeOf(form)
  );
}
/** @param {Keeping} form @param {Pairs} fields */
async function giveBack(form, fields) {
  if (!form.dataset.shape || fits(form, fields)) {
    fill(form, fields);
    return keep(form);
  }
  form.inert = true;
  const body = new URLSearchParams([
    ...fields,
    ["do", "read"],
    [TOKEN, form.elements.csrfmiddlewaretoken.value],
  ]);
  try {
    const answer = await fetch(form.dataset.shape, { method: "POST", body });
    const made = new DOMParser()
      .parseFromString(await answer.text(), "text/html")
      .querySelector(`form[data-keep="${CSS.escape(form.dataset.keep)}"]`);
    if (!made) throw new Error("The answer has no such form.");
    made.removeAttribute("data-unsaved");
    form.replaceWith(document.adoptNode(made));
    htmx.process(made);
    keep(made);
  } catch {
    form.inert = false;
    fill(form, fields);
    keep(form);
  }
}

/** @param {string} key @param {string | undefined} at */
function drop(key, at) {
  forget(key);
  isInside = true;
  if (at) location.assign(at);
  else report();
}
/** @param {string} at */
function isHere(at) {
  const here = new URL(location.href);
  for (const name of ["saved", "find"]) here.searchParams.delete(name);
  return here.pathname + here.search === at;
}
// A part that was removed has no form any more, nor has a draft that was sent to review: the text
// stands here, to be copied.
/** @param {string} key @param {string} at */
function isGone(key, at) {
  const outline = document.querySelector("[data-outline]:not([data-found])");
  const isOut =
    outline &&
    key.startsWith("question-") &&
    !outline.querySelector(`[data-item="${CSS.escape(key.slice(9))}"]`);
  return isOut || draft?.matches("[data-over]") || isHere(at);
}
/** @param {[string, Unsaved]} one */
function line([key, { at, name, fields }]) {
  const form = forms().find((one) => keyOf(one) === key);
  const bin = make(
    "button",
    { type: "button", className: "linkbtn", onclick: () => drop(key, form ? at : undefined) },
    "Drop it",
    make("span", { className: "vh" }, `: ${name}`),
  );
  if (form) {
    const isStale = !form.matches("[data-unsaved]") && stampOf(fields) !== stampOf(base.get(key));
    const warning = "Someone has saved it since; saving shows you what you both changed. ";
    return make(
      "li",
      {},
      `Not saved yet: ${name}. What you typed is back in its form. ${isStale ? warning : ""}`,
      bin,
    );
  }
  if (!isGone(key, at))
    return make(
      "li",
      {},
      make("span", {}, "Not saved yet: ", make("a", { href: at }, name), "."),
      bin,
    );
  const typed = fields.filter(
    ([field, value]) => value.trim().includes(" ") && !STAMPS.test(field),
  );
  return make(
    "li",
    {},
    `Not saved yet: ${name}. It is not there any more; copy what you still need. `,
    bin,
    ...typed.map(([, value]) => make("p", {}, make("bdi", {}, value))),
  );
}
// A page between asks first who somebody is, and sends the form on.
/** @param {string | undefined} sending */
const isHeld = (sending) =>
  sending && document.querySelector(`form[data-unkept] [name=${SENDING}][value="${sending}"]`);
// Lists the text given back; without a form, on a page of a draft, all that waits of it, on every
// other one what was typed there, and what was sent last and is not saved.
export function report() {
  const here = new Set(forms().map(keyOf));
  const waiting = Object.entries(all()).filter(([key, { at, sending }]) =>
    here.has(key) ? back.has(key) : (draft || isHere(at) || key === sent?.key) && !isHeld(sending),
  );
  const lines = waiting.map(line);
  if (!lines.length && !region.isConnected) return;
  if (!region.isConnected) document.getElementById("main")?.prepend(region);
  region.className = lines.length ? "note note-warn" : "";
  region.replaceChildren(
    ...(lines.length ? [make("ul", { className: "plainlist" }, ...lines)] : []),
  );
}

document.addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-keep]")) keep(event.target.form);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) keep(form);
});
// What is saved is forgotten; text typed meanwhile stays.
/** @param {string} place @param {string} key */
function settle(place, key) {
  const { [key]: one, ...left } = read(place) ?? {};
  const isTypedOn = one?.tried && textOf(one.fields) !== textOf(one.tried);
  write(place, isTypedOn ? { ...left, [key]: { ...one, sending: "" } } : left);
  if (isTypedOn) return;
  kept.delete(key);
  back.delete(key);
}
// In place, a refusal may lead on as well: the server says what is saved, which a page between may have
// sent on.
function forgetSaved() {
  const saved = savedLast();
  if (!saved) return;
  for (const [key, { sending }] of Object.entries(all())) if (sending === saved) settle(box, key);
}
/** @param {HtmxReply} reply */
function leave({ requestConfig: { boosted, elt }, xhr }) {
  if (boosted) forgetSaved();
  else if (elt.matches("form[data-keep][data-at]:not([data-autosave])") && xhr.status < 300)
    forget(elt.dataset.keep);
}
document.addEventListener("htmx:afterRequest", ({ detail }) => leave(detail));
// The same again keeps its name, for the reply may have been lost.
/** @param {Keeping} form */
function sendingOf(form) {
  const { tried = [], sending } = all()[keyOf(form)] ?? {};
  const isAgain = textOf(tried) === textOf(fieldsOf(form));
  return (isAgain && sending) || crypto.getRandomValues(new Uint32Array(4)).join("-");
}
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!detail.boosted || !target.matches?.("form[data-keep]")) return;
  const value = sendingOf(target);
  detail.formData.set(SENDING, value);
  trying(target, undefined, value);
});
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.matches("[data-sign-out]")) return;
  isInside = true;
  const path = pathOf(event.target, event.submitter);
  if (!event.target.matches("[data-keep]")) {
    if (read("sent")?.path !== path) write("sent", {}); // else a page between sends it on
    return;
  }
  const value = sendingOf(event.target);
  event.target.querySelector(`[name=${SENDING}]`)?.remove();
  event.target.append(make("input", { type: "hidden", name: SENDING, value }));
  write("sent", { box, key: keyOf(event.target), path, sending: value });
  trying(event.target, undefined, value);
  isSent = true;
  kept.set(keyOf(event.target), true); // it is on its way
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (
    !link ||
    event.defaultPrevented ||
    event.button ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey
  )
    return;
  if (link.matches("[data-keep-theirs]"))
    for (const form of document.querySelectorAll("form[data-unsaved]")) forget(keyOf(form));
  isInside = link.origin === location.origin && !link.target;
});
window.addEventListener("pageshow", (event) => {
  isInside = false;
  // back on a page that was sent: it may be saved, and its forms are those of before
  if (event.persisted && isSent) location.reload();
});
window.addEventListener("beforeunload", (event) => {
  const isLost = (/** @type {boolean} */ isSafe) => !isSafe || (draft && !isInside);
  if ([...kept.values()].some(isLost)) event.preventDefault();
});

// Saved is what was sent last, where the server says its name again (KeptMiddleware). One that is
// refused comes back as it was typed; where a page asks first who somebody is, it is still on its way.
const sent = read("sent");
const isSaved = savedLast() === (sent?.sending ?? "");
if (isSaved) settle(sent.box, sent.key);
if (isSaved || forms().some((form) => keyOf(form) === sent?.key)) write("sent", {});
const [visit] = /** @type {PerformanceNavigationTiming[]} */ (
  performance.getEntriesByType("navigation")
);
// The standing text is the one that was tried: it was saved, and text typed since goes on from it.
/** @param {Keeping} form */
function recognise(form) {
  const key = keyOf(form);
  const found = all()[key];
  const stands = base.get(key) ?? [];
  if (!found?.tried || textOf(found.tried) !== textOf(stands)) return;
  const stamps = new Map(stands.filter(([name]) => STAMPS.test(name)));
  const fields = found.fields.map(([name, value]) => [name, stamps.get(name) ?? value]);
  write(box, { ...all(), [key]: { ...found, fields, tried: undefined } });
}
/** @param {Keeping} form */
function open(form) {
  const key = keyOf(form);
  if (form.matches("[data-unsaved]")) answered(form);
  else recognise(form);
  if (kept.has(key)) return; // typed meanwhile
  const found = form.matches("[data-unsaved]") ? null : all()[key];
  if (!found || textOf(found.fields) === textOf(base.get(key) ?? [])) return keep(form);
  kept.set(key, true);
  back.add(key);
  giveBack(form, found.fields);
  const folded = form.closest("details:not([open])");
  if (folded instanceof HTMLDetailsElement) folded.open = true;
}
/** @param {Keeping[]} arrived @param {string} [refused] the form that comes back as it was typed */
function arrive(arrived, refused) {
  for (const form of arrived) {
    if (keyOf(form) === refused) form.dataset.unsaved = "";
    base.set(keyOf(form), standing(form));
  }
  arrived.forEach(open);
  report();
}
async function takeUpTexts() {
  const found = await takeUp(box);
  for (const form of forms()) if (keyOf(form) in found) open(form);
  report();
}
arrive(forms(), visit?.responseStatus >= 400 ? sent?.key : undefined);
takeUpTexts();
// Another page in the place of this one, or a form that came with a part of it.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (!detail.requestConfig) return;
  leave(detail);
  const { elt } = detail.requestConfig;
  const refused = detail.xhr.status >= 400 ? elt.dataset.keep : undefined;
  if (target.id !== "main") {
    // one with its questions in hidden fields would take the text of others
    const arrived = name((form) => shapeOf(form) === "[]");
    for (const form of arrived) {
      kept.delete(keyOf(form)); // of the form that stood in its place
      back.delete(keyOf(form));
    }
    if (arrived.length) arrive(arrived, refused);
    return;
  }
  kept.clear();
  back.clear();
  const before = box;
  draft = findDraft();
  box = boxHere();
  region = draft ?? (region.isConnected ? region : make("div", { role: "status" }));
  name();
  arrive(forms(), refused);
  if (box !== before) takeUpTexts();
});
