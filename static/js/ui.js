// Theme button, menus, dialogs, tabs, shown passwords. Found by data- attributes, bound once on the document.
// Signing out empties the outbox of this tab: on the page after it, for the person may yet stay.
try {
  if (sessionStorage.getItem("signing-out")) {
    sessionStorage.removeItem("signing-out");
    const isOut = !document.querySelector("[data-sign-out]");
    for (const key of Object.keys(sessionStorage)) if (isOut && key.startsWith("outbox-")) sessionStorage.removeItem(key);
  }
} catch { /* storage is off: nothing is kept */ }
document.addEventListener("submit", (event) => {
  try { if (event.target.matches("[data-sign-out]")) sessionStorage.setItem("signing-out", "1"); } catch { /* as above */ }
});

document.addEventListener("click", (event) => {
  const at = (name) => event.target.closest(`[data-${name}]`);
  if (at("theme-toggle")) {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not kept */ }
  }
  const opener = at("open");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const toggle = at("toggle");
  if (toggle) {
    const shown = document.body.classList.toggle(toggle.dataset.toggle);
    toggle.setAttribute("aria-expanded", String(shown));
  }
  const reveal = at("reveal");
  if (reveal) {
    const field = document.getElementById(reveal.dataset.reveal);
    field.type = field.type === "password" ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(field.type === "text"));
  }
  closeMenus(event.target.closest(".menu"));
  const tab = event.target.closest('[role="tab"]');
  if (tab) selectTab(tab);
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

function selectTab(tab) {
  for (const other of tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')) {
    const on = other === tab;
    other.setAttribute("aria-selected", String(on));
    other.tabIndex = on ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
  }
}

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
  if (menu) menu.querySelector("summary").focus();
  if (event.key === "Escape") closeMenus(null);
  const tab = event.target.closest?.('[role="tab"]');
  if (tab && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
    const next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    next.focus();
    selectTab(next);
  }
  if (event.key === "?" && !event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) {
    document.getElementById("keys")?.showModal();
  }
});
