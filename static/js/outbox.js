// Saves that did not get through: kept on this device, sent again, never dropped in silence.
import { addressIn, adopt, box, drop, flying, keep, shown, waiting } from "./box.js";
import { flat, grouped, isRenewed, isSaved, rowAt, touched } from "./rows.js";
import { load, open, say } from "./workspace.js";
import "./answer-autosave.js";

let why = "Offline.";

/** @param {string} tag @param {string} textContent @param {object} more */
function offer(tag, textContent, more) {
  document
    .getElementById("save")
    ?.append(" ", Object.assign(document.createElement(tag), { textContent, ...more }));
}
function report() {
  const count = waiting().length;
  if (!count) return;
  say(`${why} ${count} answer${count > 1 ? "s wait" : " waits"} on this device.`, "save-off");
  if (why.startsWith("You are signed out"))
    offer("a", "Sign in", {
      href: `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`,
    });
  const stuck = Object.keys(box).find((address) => box[address].stuck);
  if (stuck)
    offer("a", "Look at it", {
      href: stuck.replace(/answers\/(\d+)\/save\/$/, "?open=$1#answer-$1"),
    });
  if (why.startsWith("Offline")) return;
  offer("button", "Show the text", { type: "button", className: "linkbtn", onclick: showKept });
  texts().catch(() => {}); // while there is a line
}
const texts = () => import("./unsaved-texts.js");
const showKept = () =>
  texts().then(
    (kept) => kept.showKept(),
    () => {
      why = "Offline.";
      report();
    },
  );

// Only a row that waits needs them, and a line.
const keptRows = () => import("./kept-rows.js");
function end() {
  why = "Not saved: this can no longer be answered here.";
  report();
}
/** @param {string} address @param {Kept} kept */
async function post(address, kept) {
  const status = await (await keptRows()).post(address, kept);
  kept.stuck = [409, 422].includes(status);
  if (status) why = kept.stuck ? "Not saved." : reason(status);
  else {
    drop(address);
    say("Saved");
  }
  report();
}
let [isSending, isSigningOut] = [false, false];
let restoring = 0;
async function send() {
  if (isSending) return;
  isSending = true;
  for (const address of Object.keys(box)) {
    const kept = box[address];
    const row = shown.has(address) ? rowAt(address) : null;
    if (!kept || (kept.quiet && row)) continue;
    if (row?.hasAttribute("hx-post")) row.requestSubmit();
    else if (!kept.stuck && !kept.isOver && !(restoring && rowAt(address)))
      await post(address, kept).catch(report);
  }
  isSending = false;
}

// Kept texts go back into their rows.
/** @param {boolean} [isOpened] */
async function restore(isOpened) {
  const addresses = Object.keys(box).filter((address) => !shown.has(address));
  if (!addresses.length) return;
  restoring += 1;
  await keptRows()
    .then((rows) => rows.giveAllBack(addresses, isOpened ? open : load, end))
    .catch(report);
  restoring -= 1;
  if (!restoring) await send();
}
// A row with unsaved text is about to be replaced: by a filter, a search, an undo.
/** @param {Row} row */
function lose(row) {
  const address = addressIn(row);
  if (row.dataset.dirty !== "chosen") keep(row);
  else if (shown.has(address)) drop(address);
  shown.delete(address);
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap)
    event.detail.target.querySelectorAll("form[data-q][data-dirty]").forEach(lose);
});
// Once htmx knows the new rows; before, a submit would leave the page.
let settling = 0;
document.addEventListener("htmx:afterSettle", () => {
  clearTimeout(settling);
  settling = setTimeout(restore);
});
document.addEventListener("htmx:oobBeforeSwap", (event) =>
  event.detail.target.querySelectorAll("form[data-q][data-dirty]").forEach(lose),
);

/** @param {number} status */
const reason = (status) =>
  ({
    0: "Offline.",
    401: "You are signed out.",
    403: "Not saved: you may no longer answer here.",
    404: "Not saved: this page is no longer open to you.",
    507: "Not saved: the disk of this installation is full.",
  })[status] ?? "Not saved.";
/** @param {FormData} sent */
const pairs = (sent) => flat(grouped(sent));
document.addEventListener("htmx:configRequest", (event) => {
  const row = event.target;
  const tried =
    row.matches?.("form[data-q]") && shown.has(addressIn(row)) && box[addressIn(row)]?.tried;
  if (!tried) return;
  const sent = event.detail.formData;
  for (const name of new Set(pairs(sent).map(([name]) => name))) sent.delete(name);
  for (const [name, value] of tried) sent.append(name, value);
});
document.addEventListener("htmx:beforeSend", (event) => {
  if (event.target.matches?.("form[data-q]"))
    flying.set(event.target, pairs(event.detail.requestConfig.formData));
});
for (const name of /** @type {const} */ ([
  "htmx:sendError",
  "htmx:sendAbort",
  "htmx:timeout",
  "htmx:responseError",
])) {
  document.addEventListener(name, (event) => {
    const row = event.target;
    if (!row.matches?.("form[data-q]")) return;
    const status = event.detail.xhr?.status ?? 0;
    why = reason(status);
    keep(row, [401, 403, 404].includes(status) ? null : pairs(event.detail.requestConfig.formData));
    report();
    isRenewed(event.detail.xhr?.getResponseHeader("HX-Trigger")).then(
      (isFresh) => {
        if (isFresh) row.requestSubmit();
      },
      () => {},
    );
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target;
  if (!row.matches?.("form[data-q]")) return;
  flying.delete(row);
  const address = addressIn(row);
  if (!box[address]) return;
  if (!shown.has(address)) {
    keep(row, null, true); // without what is saved
    restore();
    return;
  }
  if (!isSaved(event) && ![409, 422].includes(event.detail.xhr?.status)) return;
  const wasTried = box[address].tried;
  drop(address);
  keep(row, null, true); // what was typed since, or is not taken
  if (wasTried && isSaved(event) && touched(row).length) {
    row.dataset.dirty = "typed";
    row.requestSubmit();
  }
  if (restoring) return;
  report();
  send();
});
window.addEventListener("online", send);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) send();
});
setInterval(() => {
  if (waiting().length) send();
}, 7000);
document.addEventListener("submit", (event) => {
  isSigningOut = event.target.matches("[data-sign-out]");
});
window.addEventListener("pagehide", () => {
  // by then ui.js may have emptied it
  if (isSigningOut) return;
  for (const row of document.querySelectorAll("form[data-q][data-dirty]")) keep(row);
});
window.addEventListener("beforeunload", (event) => {
  if (waiting().length || document.querySelector("form[data-q][data-dirty]"))
    event.preventDefault();
});

document.addEventListener(
  "htmx:load",
  () => {
    restore(true);
    adopt().then(() => restore());
  },
  { once: true },
); // before it, a submit would leave the page
