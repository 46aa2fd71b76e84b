// A rule whose fact is another one asks the server for its answers: where the page is no htmx form,
// by the button beside it, which stands there for whoever has no scripts.
document.addEventListener("change", ({ target }) => {
  if (!target.id) return;
  const asks = `[data-chosen-in="${CSS.escape(target.id)}"]:not([hx-post])`;
  document.querySelector(asks)?.click();
});
