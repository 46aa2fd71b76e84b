// Saves that did not get through: kept on this device, sent again, never dropped in silence.
import { addressIn, adopt, box, drop, flying, keep, shown, waiting } from "./box.js";
import {
  fill,
  flat,
  grouped,
  isRenewed,
  isSame,
  isSaved,
  known,
  raise,
  release,
  rowAt,
  touched,
} from "./rows.js";
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

const csrf = () => document.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? "";
// A row that is not on the page is sent as it was kept.
/** @param {string} address @param {Kept} kept */
async function post(address, kept) {
  const bodies = [kept.tried ?? [], flat(kept.touched)].filter((body) => body.length);
  for (const body of bodies) {
    const ask = () =>
      fetch(address, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body: new URLSearchParams([...body, ["base", kept.base], ["csrfmiddlewaretoken", csrf()]]),
      });
    let reply = await ask();
    if (await isRenewed(reply.headers.get("HX-Trigger"))) reply = await ask();
    if (!reply.ok) {
      kept.stuck = [409, 422].includes(reply.status);
      why = kept.stuck ? "Not saved." : reason(reply.status);
      return report();
    }
    kept.base =
      new DOMParser()
        .parseFromString(await reply.text(), "text/html")
        .querySelector('[name="base"]')?.value ?? kept.base;
    kept.tried = null;
  }
  drop(address);
  say("Saved");
  report();
}
let [isSending, isRestoring, isSigningOut] = [false, false, false];
async function send() {
  if (isSending) return;
  isSending = true;
  for (const [address, kept] of Object.entries(box)) {
    const row = shown.has(address) ? rowAt(address) : null;
    if (kept.quiet && row) continue;
    if (row?.hasAttribute("hx-post")) row.requestSubmit();
    else if (!kept.stuck && !kept.isOver && !(isRestoring && rowAt(address)))
      await post(address, kept).catch(report);
  }
  isSending = false;
}

// A kept text goes back into its row, typed over the version that it was typed over.
let isAskedAgain = false;
/** @param {boolean} isOpened */
async function restore(isOpened) {
  if (isRestoring) {
    isAskedAgain = true;
    return;
  }
  isRestoring = true;
  for (const [address, kept] of Object.entries(box)) {
    const row = !shown.has(address) && rowAt(address);
    if (!row) continue;
    if (!row.hasAttribute("hx-post")) {
      why = "Not saved: this can no longer be answered here.";
      kept.isOver = true;
      report();
      continue;
    }
    try {
      await (isOpened ? open(row) : load(row));
    } catch {
      continue;
    }
    release(row);
    if (kept.touched.some(([name]) => !row.elements.namedItem(name))) continue;
    const now = known(row);
    const tried = grouped(kept.tried ?? []);
    const names = kept.touched.map(([name]) => name);
    raise(
      row,
      names.filter((name) => !isSame(now.get(name), tried.get(name))),
      kept.base,
    );
    fill(row, kept.touched);
    Object.assign(kept, {
      tried: null,
      stuck: false,
      isOver: false,
      base: row.elements.base.value,
    });
    row.dataset.dirty = "typed";
    shown.add(address);
  }
  isRestoring = false;
  if (isAskedAgain) {
    isAskedAgain = false;
    await restore(false);
    return;
  }
  await send();
}
// A row with unsaved text is about to be replaced: by a filter, a search, an undo.
/** @param {Row} row */
function lose(row) {
  if (row.dataset.dirty === "chosen") {
    drop(addressIn(row));
    return;
  }
  keep(row);
  shown.delete(addressIn(row));
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap)
    event.detail.target.querySelectorAll("form[data-q][data-dirty]").forEach(lose);
});
// Once htmx knows the new rows; before, a submit would leave the page.
let settling = 0;
document.addEventListener("htmx:afterSettle", () => {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (Object.keys(box).some((address) => !shown.has(address))) restore(false);
  });
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
  const isTaken = isSaved(event) || [409, 422].includes(event.detail.xhr?.status);
  if (!isTaken || !shown.has(address) || !box[address]) return;
  const wasTried = box[address].tried;
  drop(address);
  keep(row, null, true); // what was typed since, or is not taken
  if (wasTried && isSaved(event) && touched(row).length) {
    row.dataset.dirty = "typed";
    row.requestSubmit();
  }
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
    adopt().then(() => restore(true));
  },
  { once: true },
); // before it, a submit would leave the page
