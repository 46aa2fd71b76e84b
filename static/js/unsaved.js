// What is typed into a form of the editor: kept in this tab for each person, edition and part until it is saved, given
// back when the form is opened again, gone with "Drop it" and with sign-out (ui.js empties what begins with "outbox-").
// It keeps the version it was typed over, so that a save after somebody else's shows both texts.
const region = document.querySelector("[data-kept]");
const prefix = `outbox-edit-${region.dataset.kept}-`;
const SENT = "outbox-sent-edit";
const memory = {
  read(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
  write(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { sessionStorage.removeItem(key); } catch { /* nothing was kept */ } },
  keys() { try { return Object.keys(sessionStorage).filter((key) => key.startsWith(prefix)); } catch { return []; } },
};
const forms = () => [...document.querySelectorAll("form[data-keep]")];
const keyOf = (form) => prefix + form.dataset.keep;
const fieldsOf = (form) => [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
const versionOf = (fields) => fields.find(([name]) => name === "version")?.[1];
const make = (tag, given, ...parts) => { const made = Object.assign(document.createElement(tag), given); made.append(...parts); return made; };
const textOf = (fields) => JSON.stringify(fields.filter(([name]) => name !== "version").map(([name, value]) => [name, value.replace(/\r\n?/g, "\n").trim()]));
const saved = new URLSearchParams(location.search).get("saved");
const base = new Map(); // what the server says of each form, whatever stands in its fields by now
const kept = new Map(); // what is not saved: the forms of this page by key
let isInside = false; // the next page is of this site, too: it knows what is kept here

function standing(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return fieldsOf(copy);
}

function keep(form) {
  const fields = fieldsOf(form);
  const key = keyOf(form);
  isInside = false;
  if (!form.matches("[data-unsaved]") && textOf(fields) === textOf(base.get(key) ?? fields)) {
    kept.delete(key);
    memory.drop(key);
    return;
  }
  const { at, name } = form.dataset;
  kept.set(key, memory.write(key, { at, name, fields }));
}

// Fields that are there take what was kept; what has none goes along unseen, so that the server can say what it was.
function fill(form, fields) {
  const left = Map.groupBy(fields, ([name]) => name);
  const chosen = new Set();
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.matches("button, fieldset")) continue;
    const values = (left.get(field.name) ?? []).map(([, value]) => value);
    if (field.matches("select, [type=checkbox], [type=radio]")) chosen.add(field.name);
    else field.value = left.get(field.name)?.shift()?.[1] ?? "";
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = values.includes(field.value);
    if (!field.matches("select")) continue;
    const offered = new Set([...field.options].map((option) => option.value));
    for (const value of values) if (!offered.has(value)) field.add(new Option(value, value));
    for (const option of field.options) option.selected = values.includes(option.value);
  }
  for (const name of chosen) left.delete(name);
  for (const [name, value] of [...left.values()].flat()) form.append(make("input", { type: "hidden", name, value }));
}

// Rows of rules, days and citations are made by the server: where they are others than on the page, it makes them anew.
const shapeOf = (form) => textOf([...form.elements].filter((field) => field.type === "hidden" && field.name !== "csrfmiddlewaretoken").map((field) => [field.name, field.value]));
function fits(form, fields) {
  const names = new Set([...form.elements].map((field) => field.name));
  const hidden = new Set([...form.elements].filter((field) => field.type === "hidden").map((field) => field.name));
  return fields.every(([name]) => names.has(name)) && textOf(fields.filter(([name]) => hidden.has(name))) === shapeOf(form);
}
async function giveBack(form, fields) {
  if (!form.dataset.shape || fits(form, fields)) return fill(form, fields);
  form.inert = true;
  const body = new URLSearchParams([...fields, ["do", "read"], ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value]]);
  try {
    const answer = await fetch(form.dataset.shape, { method: "POST", body });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(`form[data-keep="${CSS.escape(form.dataset.keep)}"]`);
    made.removeAttribute("data-unsaved");
    form.replaceWith(document.adoptNode(made));
    window.htmx.process(made);
  } catch {
    form.inert = false;
    fill(form, fields);
  }
}

function drop(key, at) {
  memory.drop(key);
  kept.delete(key);
  isInside = true;
  if (at) location.assign(at); else tell();
}
// A part that was removed has no form any more: its text stands here, to be copied.
function isGone(key, at) {
  const here = new URL(location.href);
  for (const name of ["saved", "find"]) here.searchParams.delete(name);
  const part = key.slice(prefix.length);
  const outline = document.querySelector("[data-outline]:not([data-found])");
  const isOut = outline && part.startsWith("question-") && !outline.querySelector(`[data-item="${CSS.escape(part.slice(9))}"]`);
  return isOut || here.pathname + here.search === at;
}
function line(key) {
  const { at, name, fields } = memory.read(key);
  const form = forms().find((one) => keyOf(one) === key);
  const bin = make("button", { type: "button", className: "linkbtn", onclick: () => drop(key, form && at) }, "Drop it", make("span", { className: "vh" }, `: ${name}`));
  if (form) {
    const isStale = !form.matches("[data-unsaved]") && versionOf(fields) !== versionOf(base.get(key));
    return make("li", {}, `Not saved yet: ${name}. What you typed is back in its form. ${isStale ? "Somebody has saved it since; saving shows you both. " : ""}`, bin);
  }
  if (!isGone(key, at)) return make("li", {}, make("span", {}, "Not saved yet: ", make("a", { href: at }, name), "."), bin);
  const typed = fields.filter(([field, value]) => value.trim().includes(" ") && field !== "version");
  return make("li", {}, `Not saved yet: ${name}. It is not there any more; copy what you still need. `, bin, ...typed.map(([, value]) => make("p", {}, make("bdi", {}, value))));
}
function tell() {
  const lines = memory.keys().filter((key) => memory.read(key)?.fields).map(line);
  region.className = lines.length ? "note note-warn" : "";
  region.replaceChildren(...(lines.length ? [make("ul", { className: "plainlist" }, ...lines)] : []));
}

document.addEventListener("input", (event) => { if (event.target.form?.matches("[data-keep]")) keep(event.target.form); });
document.addEventListener("htmx:afterSettle", (event) => { const form = event.target.closest("form[data-keep]"); if (form) keep(form); });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.matches("[data-sign-out]")) return;
  memory.drop(SENT);
  if (event.target.matches("[data-keep]")) {
    memory.write(SENT, { key: keyOf(event.target), saved });
    kept.set(keyOf(event.target), true); // it is on its way
  }
  isInside = true;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-keep-theirs]")) for (const form of document.querySelectorAll("form[data-unsaved]")) { memory.drop(keyOf(form)); kept.delete(keyOf(form)); }
  isInside = link.origin === location.origin && !link.target;
});
window.addEventListener("pageshow", () => { isInside = false; memory.drop(SENT); });
window.addEventListener("beforeunload", (event) => { if ([...kept.values()].some((isSafe) => !isSafe || !isInside)) event.preventDefault(); });

// Saved is what was sent last and is told as done by this page: no other page says so.
const sent = memory.read(SENT);
memory.drop(SENT);
if (sent && saved && saved !== sent.saved) memory.drop(sent.key);
for (const form of forms()) {
  const key = keyOf(form);
  base.set(key, standing(form));
  const found = form.matches("[data-unsaved]") ? null : memory.read(key);
  if (!found || textOf(found.fields) === textOf(base.get(key))) { keep(form); continue; }
  kept.set(key, true);
  giveBack(form, found.fields);
}
tell();
