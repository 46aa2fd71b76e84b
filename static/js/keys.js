// Keys of the question list. Single keys act only while focus is inside it (WCAG 2.1.4).
import { loadMore } from "./more.js";
import { isText, rowOf } from "./rows.js";
import { open, show, shut } from "./workspace.js";

const list = document.querySelector(".questions");
const answers = { Digit0: "unanswered", Digit1: "met", Digit2: "partly", Digit3: "not_met", Digit4: "na" };
const rows = () => [...list.querySelectorAll("[data-q]")];
const field = (row, name) => row.querySelector(`[name="${name}"]`)?.focus();

function go(row) {
  row?.querySelector("[data-qlink]").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

// Until the fields of a row are there, what is typed for them must not act as keys.
let isOpening = false;
async function openAt(row, then) {
  isOpening = true;
  await open(row, then).finally(() => { isOpening = false; });
}

// Where a value gives the answer, its field takes the focus; only N/A is chosen beside it.
function answer(row, value) {
  const find = () => row.querySelector(`input[type="radio"][value="${value}"]`);
  if (find()) choose(row, find(), value);
  else if (row.hasAttribute("hx-post")) openAt(row, () => { if (value === "na" && find()) choose(row, find(), value); else row.querySelector('[name="value"]:not([type="hidden"])')?.focus(); });
}
function choose(row, radio, value) {
  if (radio.disabled || radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  if (value === "na") field(row, "reason");
}

async function next(at) {
  if (!rows()[at + 1] && !await loadMore()) return;
  go(rows()[at + 1]);
}
async function nextOpen(at) {
  const unanswered = (row) => row.querySelector('input[value="unanswered"]:checked, .v-open');
  const after = () => rows().slice(at + 1).find(unanswered);
  while (!after() && await loadMore());
  go(after() ?? rows().find(unanswered));
}

const single = {
  j: (all, at) => next(at),
  k: (all, at) => go(all[at - 1]),
  u: (all, at) => nextOpen(at),
  n: (all, at) => openAt(all[at], (row) => field(row, "note")),
  o: (all, at) => openAt(all[at], (row) => field(row, "owner")),
  d: (all, at) => openAt(all[at], (row) => field(row, "due_on")),
  e: (all, at) => openAt(all[at], (row) => row.querySelector("[data-add-evidence]")?.focus()),
  c: async (all, at) => { await show(all[at], "comments"); document.getElementById("talk")?.focus(); },
  "[": () => document.body.classList.toggle("show-sections"),
  "]": () => document.body.classList.toggle("alt-panel"),
  "/": () => document.querySelector("[data-search]")?.focus(),
};

const areOn = () => { try { return localStorage.getItem("single-keys") !== "off"; } catch { return true; } };

list?.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (event.key === "Escape" && row) {
    shut(row);
    go(row);
  }
  if (!row || isText(event.target) || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (isOpening) { event.preventDefault(); return; }
  const code = event.code.replace("Numpad", "Digit");
  const act = single[event.key.toLowerCase()];
  if (code in answers) answer(row, answers[code]);
  else if (act) { const all = rows(); act(all, all.indexOf(row)); }
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || isText(event.target)) return;
  const isOnItsWay = document.querySelector("form[data-dirty=sent], form[data-dirty=typed]");
  if (!isOnItsWay && !document.querySelector("#undo form")) return;
  event.preventDefault();
  const undo = () => document.querySelector("#undo form")?.requestSubmit();
  if (!isOnItsWay) { undo(); return; }
  const saved = new AbortController();
  document.body.addEventListener("attest:saved", undo, { once: true, signal: saved.signal });
  setTimeout(() => saved.abort(), 3000);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.getElementById("undo")?.replaceChildren();
});

const box = document.querySelector("[data-single-keys]");
if (box) {
  box.checked = areOn();
  box.addEventListener("change", () => { try { localStorage.setItem("single-keys", box.checked ? "on" : "off"); } catch { /* not kept */ } });
}
