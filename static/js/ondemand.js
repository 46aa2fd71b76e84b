// Scripts that a first visit of the workspace does without: each is fetched when it is first needed,
// and asked for again when it did not arrive. Presses meanwhile wait for it.
import { isElsewhere, read } from "./device-store.js";
import { isText } from "./rows.js";
import { say } from "./workspace.js";

const there = new Set();
/** @param {string} name */
export async function need(name) {
  const module = await import(name);
  there.add(name);
  return module;
}
export const lost = () => say("This is not loaded yet. Try again.", "save-off");
// Fetched in good time; where that fails, it is needed again.
/** @param {string} name */
function foresee(name, selector = "body") {
  if (!there.has(name) && document.querySelector(selector)) need(name).catch(() => {});
}

// Comments: once there is a box for one, or when this device holds one that is not sent.
async function comments() {
  const isWanted = document.getElementById("talk") || read("talk") || isElsewhere("talk");
  if (isWanted) await Promise.all(["./talk.js", "./mention.js"].map(need)).catch(() => {});
}
document.addEventListener("focusin", comments); // where it failed before

// Files and what else a row holds: once one is open.
function look() {
  comments();
  foresee("./states.js", ".q-open, [data-from-panel]");
  foresee("./settling.js", "[data-conflict]");
  foresee("./far.js", ".q-open");
  foresee("./anchor.js", "[data-offer]");
  foresee("./menus.js", ".q-open [data-menu]");
  foresee("./evbox.js", ".q-open [data-evbox]");
}
for (const name of /** @type {const} */ (["htmx:afterSwap", "attest:moved"]))
  document.addEventListener(name, look);
look();

// Many at once: with the first pick.
document.addEventListener("attest:picked", () => foresee("./bulk.js"));

// A press that comes before its script waits; however often it comes, it counts once.
/** @type {Record<string, string>} */
const presses = {
  "[data-conflict] button": "./settling.js",
  "#bulk button[name]": "./bulk.js",
  "[data-add-evidence]": "./evbox.js",
  "[data-below]": "./states.js",
  "form.talk button": "./talk.js",
};
/** @type {HTMLElement | null} */
let pressed = null;
function again() {
  const node = pressed;
  pressed = null;
  node?.click();
}
document.addEventListener(
  "click",
  (event) => {
    for (const [selector, name] of Object.entries(presses)) {
      const node = event.target.closest?.(selector);
      if (
        !node ||
        there.has(name) ||
        (node.matches("a[href]") && (event.ctrlKey || event.metaKey || event.shiftKey))
      )
        continue;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!pressed)
        need(name).then(again, () => {
          pressed = null;
          lost();
        });
      pressed = node;
    }
  },
  true,
);

// A drop must not lead away from the page, and what is dropped or pasted is taken at once: its
// event is over when the script arrives.
/** @param {Heard["drop" | "paste"]} event */
async function take(event) {
  const data = "dataTransfer" in event ? event.dataTransfer : event.clipboardData;
  if (there.has("./proofs.js") || !data?.types.includes("Files")) return;
  const { target, type } = event;
  const isPasted = type === "paste";
  if (isPasted && isText(target) && data.types.includes("text/plain")) return; // the text is meant
  event.preventDefault();
  if (type === "dragover") data.dropEffect = target.closest?.("[data-q]") ? "copy" : "none";
  const files = [...data.files];
  try {
    const proofs = await need("./proofs.js");
    if (files.length) proofs.take(target, files, isPasted);
  } catch {
    if (files.length) lost();
  }
}
for (const name of /** @type {const} */ (["dragover", "drop", "paste"]))
  document.addEventListener(name, take);
