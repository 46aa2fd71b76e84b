// The question for an action comes under its row while the person goes on. What they are about to press
// stands still: the row under the mouse, or by touch the one that follows; what is above gives way.
const list = document.querySelector(".questions");

/** @param {Element} offer */
function standing(offer) {
  if (matchMedia("(hover: hover)").matches) return list?.querySelector("[data-q]:hover");
  const rows = [...(list?.querySelectorAll("[data-q]") ?? [])];
  return rows[rows.findIndex((row) => row.parentElement === offer.closest("li")) + 1];
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.target.matches?.("[data-offer]") ? standing(event.target) : null;
  const top = row?.getBoundingClientRect().top ?? innerHeight;
  if (!row || top < 0 || top >= innerHeight) return;
  queueMicrotask(() => {
    // swapped by now, and not drawn; a reply without a question swaps as well, and is not said to have
    for (const box of [list, document.scrollingElement])
      if (box) box.scrollTop += row.getBoundingClientRect().top - top;
  });
});
