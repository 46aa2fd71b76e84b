// One box that picks all others of a list.
for (const label of document.querySelectorAll("[data-all-of]")) {
  const all = label.querySelector("input");
  const boxes = () => [
    ...label.closest("form").querySelectorAll(`input[name="${label.dataset.allOf}"]`),
  ];
  label.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
  label.closest("form").addEventListener("change", () => {
    const picked = boxes().filter((box) => box.checked).length;
    all.checked = picked === boxes().length;
    all.indeterminate = picked > 0 && !all.checked;
  });
}
