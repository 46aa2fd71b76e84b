// Dropped and pasted files go to the row or the form they fall on, else to the page. Never
// instead of the page.
import { upload } from "./uploads.js";

/** @param {DataTransfer | null} data */
const hasFiles = (data) => [...(data?.types ?? [])].includes("Files");
/** @param {Element | null} node */
const placeOf = (node) =>
  node?.closest?.("[data-uploads-form], [data-q]") ??
  document.querySelector("[data-uploads-form], [data-uploads][data-whole]");

/** @param {Element} place @param {File[]} files */
function give(place, files) {
  if (!files.length) return;
  if (place.matches("[data-uploads]")) upload(place, files);
  else if (place.matches("[data-q]"))
    place.dispatchEvent(new CustomEvent("attest:files", { bubbles: true, detail: files }));
  else {
    // with the dates that may yet be typed
    const all = new DataTransfer();
    const input = place.querySelector('input[type="file"]');
    if (!input) return;
    for (const file of [...((input.multiple && input.files) || []), ...files]) all.items.add(file);
    input.files = all.files;
    input.focus();
  }
}

// Files of an event that may be over: ondemand.js took them while this was on its way.
/** @param {Element} target @param {File[]} files @param {boolean} isPasted */
export function take(target, files, isPasted) {
  const place = placeOf(target);
  if (place) give(place, isPasted ? files.map(named) : files);
}

/** @type {Element | null} */
let over = null;
/** @param {Element | null} found */
function show(found) {
  // an empty list has no outline
  const place = found?.matches("[data-uploads]") ? found.closest("main") : found;
  if (place === over) return;
  over?.classList.remove("dropping");
  over = place;
  over?.classList.add("dropping");
}
// Files that ondemand.js took while this was on its way are not taken twice.
document.addEventListener("dragover", (event) => {
  if (event.defaultPrevented || !hasFiles(event.dataTransfer)) return;
  event.preventDefault(); // a file that misses would be opened instead of the page
  const place = placeOf(event.target);
  event.dataTransfer.dropEffect = place ? "copy" : "none";
  show(place);
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) show(null);
});
document.addEventListener("drop", (event) => {
  show(null);
  if (event.defaultPrevented || !hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  take(event.target, [...event.dataTransfer.files], false);
});

// Word and Excel put a picture of the text beside it: in a field the text is meant.
/** @param {Element} node @returns {boolean} */
const isText = (node) =>
  node.matches?.("textarea, input:not([type=file], [type=radio], [type=checkbox])");
/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");
/** @param {File} file */
function named(file) {
  if (file.name !== "image.png") return file;
  const at = new Date();
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join("");
  return new File([file], `pasted ${day} ${time}.png`, { type: file.type });
}
document.addEventListener("paste", (event) => {
  const data = event.clipboardData;
  if (event.defaultPrevented || !data?.files.length) return;
  if (isText(event.target) && data.types.includes("text/plain")) return;
  if (!placeOf(event.target)) return;
  event.preventDefault();
  take(event.target, [...data.files], true);
});

// All are added: on, to where the page is left for; what was refused or has a remark stays to be
// read.
document.addEventListener("attest:uploaded", (event) => {
  const onward = event.target.closest("[data-uploads-form]")?.querySelector("[data-after]");
  if (onward && !event.target.querySelector(".qwarn"))
    setTimeout(() => location.assign(onward.href));
});
