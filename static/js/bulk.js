// The bulk bar: what is sent for the picks, the box below it, and what comes back.
import { read, takeUp, write } from "./device-store.js";
import { boxes, clear, count, from, list, versions } from "./picks.js";
import { isSaved, rowOn } from "./rows.js";
import { freshToken, isStale, signIn } from "./token.js";
import { say } from "./workspace.js";

const bar = () => document.getElementById("bulk");
const box = () => document.getElementById("bulkbox");
const form = () => box()?.querySelector("[data-bulkform]");
const plan = () => document.getElementById("bulkplan");

// Escape closes the box alone; the picks stay, and the reason comes back with the next one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.closest?.("#bulkbox")) return;
  const what = form()?.elements.what.value;
  box().replaceChildren();
  bar().querySelector(`[value="${what}"]`)?.focus();
});

// Other picks, or a row that was saved: what was shown is not what would be done now.
let asking = 0;
let isQuiet = false;
function askAgain() {
  if (!form()) return;
  plan().replaceChildren();
  clearTimeout(asking);
  asking = setTimeout(() => {
    const sent = form();
    if (!sent) return;
    const aside = new Set(["csrfmiddlewaretoken", "pinned", "show", "q", "owner", "digest"]);
    const values = Object.fromEntries([...new FormData(sent)].filter(([name]) => !aside.has(name)));
    values.do = "show"; // nobody pressed
    isQuiet = true;
    htmx.ajax("POST", bar().action, { source: bar(), target: box(), values }).catch(() => {});
  }, 300);
}
document.addEventListener("attest:picked", () => {
  if (count()[0]) askAgain();
  else box()?.replaceChildren();
});
document.body.addEventListener("attest:saved", askAgain);

// A reason that is being written outlives every other box, and this page: on this device, for each
// assessment, until it is set.
const here = location.pathname;
/** @type {Record<string, string>} */
const reasons = read("bulk") ?? {};
/** @param {string} text */
function keepReason(text) {
  if (text.trim()) reasons[here] = text;
  else delete reasons[here];
  write("bulk", reasons);
}
function giveBack() {
  const reason = form()?.elements.reason;
  if (reason && reasons[here]) reason.value = reasons[here];
}
document.addEventListener("input", ({ target }) => {
  if (target.id === "bulk-reason") keepReason(target.value);
});
takeUp("bulk").then((found) => {
  Object.assign(reasons, found);
  giveBack();
});
window.addEventListener("beforeunload", (event) => {
  if (reasons[here] && count()[0]) event.preventDefault();
});

let at = "";
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target.id !== "bulkbox") return;
  const now = document.activeElement;
  at = now && box().contains(now) ? now.id : "";
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "bulkbox") return;
  giveBack();
  if (!isQuiet) {
    filter(false);
    box().querySelector("[data-focus]")?.focus();
  } else if (at) document.getElementById(at)?.focus();
  isQuiet = false;
});

// The rows of a whole below those that are on the page. While it is not known, it is not picked.
/**
 * @param {HTMLInputElement} whole
 * @param {Map<string, import("./picks.js").Seen>} picked
 * @param {Set<string>} below
 */
export async function rest(whole, picked, below) {
  const names = ["show", "q", "owner", "clause"];
  const given = [...new FormData(bar())].filter(([one]) => names.includes(one));
  const address = new URLSearchParams(/** @type {[string, string][]} */ (given));
  address.set(whole.name, whole.value);
  const reply = await fetch(`${bar().action}picks/?${address}`).catch(() => null);
  if (!whole.isConnected || !whole.checked) return; // meanwhile
  if (!reply?.ok || reply.redirected) {
    whole.checked = false;
    say("Only what is loaded is selected. Try again.", "save-off");
    return;
  }
  for (const [pk, version, isOpen, section] of (await reply.json()).picks) {
    below.add(String(pk));
    if (!picked.has(String(pk)))
      picked.set(String(pk), { base: String(version), isOpen, of: String(section) });
  }
}

// The filters stand in the place of the bar while they are used.
const questions = document.getElementById("questions");
/** @param {boolean} isOn */
const filter = (isOn) => questions.classList.toggle("is-filtering", isOn);
function showCount() {
  const back = questions.querySelector("[data-picks]");
  if (back) back.textContent = `${count()[0]} selected`;
}
document.addEventListener("attest:picked", () => {
  filter(false);
  showCount();
});
document.addEventListener("htmx:afterSwap", showCount);
const FILTERS = ".filterbar:not(.bulkbar)";
list.addEventListener("focusin", ({ target }) => {
  if (target.closest(FILTERS)) filter(true);
});
list.addEventListener("click", ({ target }) => {
  if (target.closest("[data-filters]")) document.querySelector("[data-search]")?.focus();
  if (!target.closest("[data-picks]")) return;
  filter(false);
  bar().querySelector("[name=what]")?.focus();
});

/** @param {PickBox} box */
const rowBeside = (box) => /** @type {Row} */ (rowOn(box.dataset.pick));
// The reply brings the rows that are on this page.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.closest("#bulk, [data-bulkform], [data-bulk-undo]")) return;
  if (event.detail.triggeringEvent) clearTimeout(asking);
  const sent = event.detail.formData;
  if (event.target.closest("#bulk")) {
    for (const name of ["pick", "section", "all"]) sent.delete(name);
    sent.set("pinned", versions().join(";"));
  }
  sent.set(
    "shown",
    boxes()
      .map((one) => one.dataset.pick)
      .join(","),
  );
  sent.set("opened", document.querySelector(".q-open")?.dataset.q ?? "");
  sent.set("at", topBox()?.dataset.pick ?? "");
});
function topBox() {
  const top = Math.max(0, list.getBoundingClientRect().top) + 60;
  return boxes().find((one) => one.getBoundingClientRect().bottom > top);
}

/** @type {Record<number, string>} */
const failed = {
  0: "Offline. Try again: nothing is set twice.",
  401: "You are signed out. Nothing is set.",
  403: "You may not set this.",
};
function fail(status = 0) {
  say(failed[status] ?? "Not set. Try again.", "save-off");
  if (status === 401) document.getElementById("save")?.append(" ", signIn());
}
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, pathInfo, requestConfig } = event.detail;
  if (!/\/bulk\/(\d+\/undo\/)?$/.test(pathInfo.requestPath)) return;
  const status = xhr?.status ?? 0;
  if (isStale(xhr?.getResponseHeader("HX-Trigger")))
    freshToken().then((isFresh) => fail(isFresh ? 409 : 401));
  else if (![200, 409, 422].includes(status)) fail(status);
  if (!isSaved(event) || !xhr.responseText.includes("data-bulk-done")) return;
  const sent = requestConfig.formData;
  if (sent.get("reason") === reasons[here]) keepReason(""); // else it was typed on
  const now = document.activeElement;
  const isLost = !now || now === document.body || Boolean(now.closest("[data-bulkbar]"));
  const top = topBox();
  const next = from() ?? (top && rowBeside(top));
  if (pathInfo.requestPath.endsWith("/bulk/")) clear();
  if (isLost && next) {
    next.querySelector("[data-qlink]").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  document.body.dispatchEvent(new CustomEvent("attest:saved")); // the strip is drawn anew
});
showCount();
filter(Boolean(document.activeElement?.closest(FILTERS))); // before this script was here
