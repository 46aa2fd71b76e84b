// A piece of evidence opens beside the list, where there is room for it; new files appear in the
// list.
import "./drops.js";

const pane = () => document.getElementById("pane");
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-pane]");
  const place = pane();
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !place?.offsetParent) return;
  event.preventDefault();
  await htmx.ajax("GET", link.href, { target: place, swap: "innerHTML", source: link });
  if (pane()?.querySelector("[data-pane-of]")?.dataset.paneOf !== link.dataset.pane) {
    location.href = link.href;
    return;
  }
  for (const row of document.querySelectorAll(".evtable tr[aria-current]"))
    row.removeAttribute("aria-current");
  link.closest("tr").setAttribute("aria-current", "true");
  const here = new URL(location.href);
  here.searchParams.set("open", link.dataset.pane);
  history.replaceState(history.state, "", here);
  // by key: what opened is read, Escape leads back
  if (!event.detail) document.getElementById("pane-h").focus();
});
document.addEventListener("keydown", (event) => {
  const id =
    event.key === "Escape" &&
    event.target.closest("#pane")?.querySelector("[data-pane-of]")?.dataset.paneOf;
  if (id) document.querySelector(`[data-pane="${id}"]`)?.focus();
});
document.addEventListener("attest:uploaded", () => {
  if (document.getElementById("library"))
    htmx.ajax("GET", location.href, { target: "#library", select: "#library", swap: "outerHTML" });
});
