// A provider's page posted its answer here, and the browser kept the session back: another site asked. This
// page posts it once more, by itself; without a script by its button.
document.querySelector("[data-carry]")?.requestSubmit();
