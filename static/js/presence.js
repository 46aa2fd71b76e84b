// Others who are here: a word to the server every half minute and when a row opens, while the tab is
// seen. The reply holds one mark for each row that somebody has open; they are copied into those
// rows.
import { isRenewed, rowOn } from "./rows.js";

const form = document.querySelector("[data-presence]");
/** @param {HtmxReplied} event */
const isOurs = (event) => event.detail.elt === form;
const openRow = () => document.querySelector("form.q-open")?.dataset.q ?? "";
/** @typedef {Form<"answer">} Presence */
/** @param {Presence} form */
const ping = (form) => htmx.trigger(form, "attest:place");

/** @param {Presence} form */
function paint(form) {
  for (const mark of document.querySelectorAll(".q .qhere")) mark.remove();
  for (const mark of form.querySelectorAll("[data-here]")) {
    rowOn(mark.dataset.here)?.querySelector(".qmeta")?.append(mark.cloneNode(true));
  }
}

// Announces only for the row that is open here: who is in it, who comes and who goes.
/** @type {{ row: string, names: string[] }} */
let last = { row: "", names: [] };
/** @param {Presence} form */
function announce(form) {
  const row = openRow();
  const mark = row && form.querySelector(`[data-here="${CSS.escape(row)}"]`);
  const names = mark ? [...mark.querySelectorAll("[data-name]")].map((one) => one.textContent) : [];
  const before = last.row === row ? last.names : [];
  const came = names.filter((name) => !before.includes(name));
  const went = before.filter((name) => !names.includes(name));
  last = { row, names };
  if (!came.length && !went.length) return;
  const { key } = /** @type {Row} */ (rowOn(row)).dataset;
  const said = [
    ...came.map((name) => `${name} is in ${key} too.`),
    ...went.map((name) => `${name} has left ${key}.`),
  ];
  document.getElementById("came").textContent = said.join(" ");
}

if (form) {
  document.addEventListener("attest:moved", () => {
    form.elements.answer.value = openRow();
    announce(form);
    ping(form);
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ping(form);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    paint(form);
    if (event.detail.target?.id === "here") announce(form);
  });
  form.addEventListener("htmx:responseError", (event) => {
    if (isOurs(event)) isRenewed(event.detail.xhr.getResponseHeader("HX-Trigger")).catch(() => {});
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) ping(form);
  });
  window.addEventListener("pagehide", () => {
    const pairs = /** @type {[string, string][]} */ ([...new FormData(form), ["gone", "1"]]);
    navigator.sendBeacon(form.action, new URLSearchParams(pairs));
  });
}
