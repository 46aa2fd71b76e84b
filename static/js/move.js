// Moving to another edition: whoever answers in the new form has chosen to do so.
for (const form of document.querySelectorAll("[data-move]")) {
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-anew]");
    const picks = field?.value && form.elements.namedItem(field.dataset.anew);
    if (picks instanceof RadioNodeList) picks.value = "anew";
  });
}
