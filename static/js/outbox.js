// Saves that did not get through: kept on this device, sent again, never dropped in silence.
import { rowOf, say } from "./workspace.js";

const key = `outbox-${document.body.dataset.person}`;
const read = () => { try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; } };
function write(box) {
  try {
    if (Object.keys(box).length) sessionStorage.setItem(key, JSON.stringify(box)); else sessionStorage.removeItem(key);
  } catch { /* storage is off: the page itself still holds the text */ }
}
const fields = (row) => [...new FormData(row)].filter(([name]) => name !== "csrfmiddlewaretoken");
let why = "Offline.";

function keep(row) {
  const box = read();
  box[row.getAttribute("action")] = fields(row);
  write(box);
  tell();
}
function drop(address) {
  const box = read();
  delete box[address];
  write(box);
}
function tell() {
  const count = Object.keys(read()).length;
  if (!count) return;
  say(`${why} ${count} answer${count > 1 ? "s wait" : " waits"} on this device.`, "save-off");
  if (why.startsWith("You are signed out")) {
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in";
    document.getElementById("save").append(" ", link);
  }
}

async function freshToken() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const token = page.querySelector('input[name="csrfmiddlewaretoken"]')?.value;
  if (token && page.body.dataset.person === document.body.dataset.person) {
    for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
    return true;
  }
  return false;
}

const rowAt = (address) => document.querySelector(`form[data-q][action="${CSS.escape(address)}"]`);

// A row that is on the page sends itself; one that is not is sent as it was kept.
async function send() {
  for (const [address, kept] of Object.entries(read())) {
    const row = rowAt(address);
    if (row) { row.requestSubmit(); continue; }
    const token = document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";
    const body = new URLSearchParams([...kept, ["csrfmiddlewaretoken", token]]);
    try {
      const reply = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (reply.ok) { drop(address); say("Saved"); }
      else if (reply.status === 409 || reply.status === 422) location.href = address.replace(/answers\/(\d+)\/save\/$/, "?open=$1");
    } catch { tell(); }
  }
}

// After sign-in or a reload: what was kept goes back into its row, typed over its old version.
function restore() {
  for (const [address, kept] of Object.entries(read())) {
    const row = rowAt(address);
    if (!row) continue;
    const names = new Set(kept.map(([name]) => name));
    for (const input of row.elements) {
      if (!names.has(input.name) || input.name === "csrfmiddlewaretoken") continue;
      const values = kept.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
      else input.value = values.at(-1);
    }
    for (const [name, value] of kept) {
      if (row.elements[name]) continue;
      const input = Object.assign(document.createElement("textarea"), { name, value, hidden: true });
      row.querySelector(".qbody").before(input);
    }
  }
}

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const row = rowOf(event.target);
    if (!row || event.detail.requestConfig?.verb !== "post") return;
    const status = event.detail.xhr?.status ?? 0;
    why = { 0: "Offline.", 401: "You are signed out.", 403: "Not saved: this page may no longer answer." }[status] ?? "Not saved.";
    keep(row);
    if (status === 403) freshToken().then((fresh) => { if (fresh) row.requestSubmit(); });
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.("form[data-q]") && (event.detail.successful || [409, 422].includes(event.detail.xhr?.status))) {
    drop(event.target.getAttribute("action"));
    if (Object.keys(read()).length) { tell(); send(); }
  }
});
window.addEventListener("online", send);
setInterval(() => { if (Object.keys(read()).length) send(); }, 15000);
window.addEventListener("pagehide", () => { for (const row of document.querySelectorAll("form[data-dirty]")) keep(row); });
window.addEventListener("beforeunload", (event) => {
  if (Object.keys(read()).length || document.querySelector('form[data-dirty="typed"]')) event.preventDefault();
});
document.addEventListener("submit", (event) => { if (event.target.matches("[data-sign-out]")) write({}); }, true);

restore();
if (Object.keys(read()).length) send();
