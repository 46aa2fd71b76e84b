// Single keys while the focus is on the answer: A accepts, R writes why not, J and K go on.
const areOn = () => {
  try {
    return localStorage.getItem("single-keys") !== "off";
  } catch {
    return true;
  }
};
document.addEventListener("keydown", (event) => {
  if (!event.target.closest("[data-checks]")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !areOn()) return;
  if (event.target.matches("textarea, input, select")) return;
  const target = document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("textarea")) target.focus();
  else target.click();
});
