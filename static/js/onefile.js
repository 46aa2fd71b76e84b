// A page that asks for one file takes it wherever on the page it is dropped.
const asks = () => document.querySelector("[data-one-file]");
/** @param {Heard["drop"]} event */
const hasFiles = (event) => asks() && [...(event.dataTransfer?.types ?? [])].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault(); // else a file that misses the field would be opened instead of the page
  event.dataTransfer.dropEffect = "copy";
  asks()?.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) asks()?.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  asks()?.classList.remove("dropping");
  const first = new DataTransfer();
  first.items.add(event.dataTransfer.files[0]);
  const input = asks()?.querySelector('input[type="file"]');
  if (!input) return;
  input.files = first.files;
  input.focus();
});
