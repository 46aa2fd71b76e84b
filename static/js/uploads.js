// Files by picking, dropping or pasting: each its own request with its own progress, and none keeps
// another out.
import { freshToken, isStale, token } from "./token.js";

// replies that say in words what became of the file
const inWords = new Set([200, 409, 422, 429, 503, 507]);
/** @typedef {Found<"[data-uploads]">} Zone */
/**
 * @typedef {object} Line
 * @property {Zone} zone
 * @property {File} file
 * @property {[string, FormDataEntryValue][]} fields
 * @property {UploadItem} item
 * @property {string} sending
 * @property {number} sent
 * @property {"waits" | "runs" | "done" | "failed" | "cancelled"} state
 * @property {XMLHttpRequest} [xhr]
 */
/** @type {Line[]} */
const lines = []; // all that were ever given, in their order
/** @type {Line | null} */
let running = null;

/** @param {Zone} zone @param {File[]} files @param {[string, FormDataEntryValue][]} fields */
export function upload(zone, files, fields = []) {
  for (const file of files) lines.push(line(zone, file, fields));
  report(zone);
  next();
}

const newSending = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

/** @param {Zone} zone @param {File} file @param {[string, FormDataEntryValue][]} fields */
function line(zone, file, fields) {
  const made = zone.querySelector("template").content.firstElementChild?.cloneNode(true);
  const item = /** @type {Line["item"]} */ (made);
  /** @type {Line} */
  const one = { zone, file, fields, item, sending: newSending(), sent: 0, state: "waits" };
  item.querySelector("bdi").textContent = item.querySelector("progress").ariaLabel = file.name;
  for (const button of item.querySelectorAll("button"))
    button.lastElementChild?.replaceChildren(` ${file.name}`);
  item.querySelector("[data-cancel]").addEventListener("click", () => cancel(one));
  item.querySelector("[data-retry]").addEventListener("click", () => {
    mark(one, "waits");
    next();
  });
  zone.querySelector("[data-queue]").append(item);
  return one;
}

function next() {
  if (running) return;
  running = lines.find((one) => one.state === "waits") ?? null;
  if (running) send(running);
}

/** @param {Line} one */
function send(one, isAgain = false) {
  const xhr = new XMLHttpRequest();
  one.xhr = xhr;
  const form = new FormData();
  for (const [name, value] of one.fields) form.append(name, value);
  form.set("csrfmiddlewaretoken", token());
  form.set("sending", one.sending); // its reply may be lost, and the file be there
  form.set("upload", one.file, one.file.name);
  mark(one, "runs");
  xhr.upload.addEventListener("progress", (event) => {
    one.sent = event.loaded / (event.total || 1);
    paint(one);
  });
  xhr.addEventListener("load", async () => {
    if (
      xhr.status === 403 &&
      !isAgain &&
      isStale(xhr.getResponseHeader("HX-Trigger")) &&
      (await freshToken())
    )
      send(one, true);
    else over(one, xhr);
  });
  xhr.addEventListener("error", () => over(one));
  xhr.addEventListener("abort", () => over(one, null, "cancelled"));
  xhr.open("POST", one.zone.dataset.uploads);
  xhr.setRequestHeader("HX-Request", "true");
  xhr.send(form);
}

/** @param {Line} one @param {XMLHttpRequest | null} xhr @param {Line["state"]} state */
function over(one, xhr = null, state = "failed") {
  const said = one.item.querySelector("[data-said]");
  if (xhr && inWords.has(xhr.status)) said.innerHTML = xhr.responseText;
  else if (state === "cancelled") said.textContent = "Cancelled.";
  else if (xhr?.status === 401)
    said.textContent = "Not added: you are signed out. Sign in in another tab, then try again.";
  else if (xhr?.status === 400)
    said.textContent =
      "Not added: Attest cannot read what was sent." +
      " Its name may be too long: give it a shorter one.";
  else said.textContent = xhr ? `Not added (${xhr.status}).` : "Not added: the line is down.";
  mark(one, xhr?.status === 200 ? "done" : state);
  running = null;
  next();
}

/** @param {Line} one */
function cancel(one) {
  if (one === running) one.xhr?.abort();
  else {
    mark(one, "cancelled");
    one.item.querySelector("[data-said]").textContent = "Cancelled.";
  }
}

/** @param {Line} one @param {Line["state"]} state */
function mark(one, state) {
  one.state = state;
  const isOver = !["waits", "runs"].includes(state);
  if (state === "waits") {
    one.sent = 0;
    one.item.querySelector("[data-said]").textContent = "";
  }
  one.item.querySelector("progress").hidden = isOver;
  one.item.querySelector("bdi").hidden = state === "done"; // the link has its name
  const [stop, retry] = one.item.querySelectorAll("button");
  const hadFocus = one.item.contains(document.activeElement);
  stop.hidden = isOver;
  retry.hidden = !isOver || state === "done";
  if (hadFocus)
    (retry.hidden ? (stop.hidden ? one.item.querySelector("a") : stop) : retry)?.focus();
  one.item.className = state === "failed" ? "qwarn" : "";
  paint(one);
}

/** @param {Line} one */
function paint(one) {
  one.item.querySelector("progress").value = one.sent * 100;
  report(one.zone);
}

// "3 of 5 files, 62 %" while they are on their way; spoken once, at the end.
/** @param {Zone} zone */
function report(zone) {
  const mine = lines.filter((one) => one.zone === zone && one.state !== "cancelled");
  /** @param {Line["state"]} state */
  const of = (state) => mine.filter((one) => one.state === state).length;
  const sum = zone.querySelector("[data-queue-sum]");
  const said = zone.querySelector("[data-queue-said]");
  const isBusy = of("waits") + of("runs") > 0;
  sum.hidden = !isBusy;
  /** @param {(one: Line) => number} weigh */
  const bytes = (weigh) =>
    mine.reduce((all, one) => all + Math.max(one.file.size, 1) * weigh(one), 0);
  const percent = Math.floor(
    (100 * bytes((one) => (one.state === "runs" ? one.sent : one.state === "waits" ? 0 : 1))) /
      (bytes(() => 1) || 1),
  );
  const over = mine.length - of("waits") - of("runs");
  sum.textContent = `${over} of ${mine.length} files, ${percent}\u202f%`;
  const end =
    isBusy || !mine.length
      ? ""
      : `${of("done")} of ${mine.length} added${of("failed") ? `, ${of("failed")} not` : ""}.`;
  if (said.textContent === end) return;
  said.textContent = end;
  if (end && of("done")) zone.dispatchEvent(new CustomEvent("attest:uploaded", { bubbles: true }));
}

// The form of a page sends its files one by one; a link it sends as any form.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-uploads-form]");
  const input = form?.querySelector('input[type="file"]');
  if (!form || !input?.files?.length) return;
  event.preventDefault();
  const zone = form.querySelector("[data-uploads]");
  const fields = [...new FormData(form)].filter(([name]) => name !== "upload");
  if (input.files.length > 1 && form.elements.title.value.trim()) {
    zone.querySelector("[data-queue-said]").textContent = form.dataset.several;
    form.elements.title.focus();
    return;
  }
  upload(zone, [...input.files], fields);
  input.value = "";
});

window.addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
