// Theme button, menus, dialogs, shown passwords. Found by data- attributes, bound once on the
// document. A duplicated tab copies this storage while its page shows, so it takes another name; so
// does a tab that died (device-store.js).
try {
  const isTaken = navigator.locks && sessionStorage.getItem("shown");
  if (isTaken || !sessionStorage.getItem("tab"))
    sessionStorage.setItem("tab", Math.random().toString(36).slice(2));
  const show = () => sessionStorage.setItem("shown", "1");
  show();
  addEventListener("pageshow", show);
  addEventListener("pagehide", () => sessionStorage.removeItem("shown"));
} catch {
  /* storage is off */
}

// Signing out empties what waits on this device: on the page after it, where the server says so, for
// the person may yet stay.
const { person: typist } = document.body.dataset;
try {
  const person = sessionStorage.getItem("signing-out");
  if (typist) sessionStorage.removeItem("signing-out");
  else if (person && document.cookie.includes("signed-out="))
    import("./gone.js").then(
      (gone) => gone.empty(person),
      () => {
        /* the next page tries again */
      },
    );
} catch {
  /* storage is off: nothing is kept */
}
document.addEventListener("submit", (event) => {
  try {
    if (event.target.matches("[data-sign-out]"))
      sessionStorage.setItem("signing-out", event.target.dataset.signOut);
  } catch {
    /* as above */
  }
});

// Text typed into a form is kept on this device (unsaved-forms.js): its script comes with the first
// letter, or at once where something waits.
let isKeeping = false;
function keepText() {
  if (isKeeping || !typist) return;
  isKeeping = true;
  import("./unsaved-forms.js").then(
    (unsaved) => unsaved.catchUp(),
    () => {
      isKeeping = false;
    },
  );
}
try {
  const mine = new RegExp(`^outbox-${typist}-.*-(forms|sent)$`);
  if (Object.keys(localStorage).some((key) => mine.test(key))) keepText();
} catch {
  /* storage is off: nothing is kept */
}
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.matches("[method=post]:is([data-alone] *, :not([data-q], .talk, [data-unkept]))"))
    keepText();
});

// Fields for a day: their script comes with the first of them.
function sayDays() {
  if (!document.querySelector('input[type="date"]')) return;
  document.removeEventListener("htmx:afterSettle", sayDays);
  import("./day-words.js").catch(() => {
    /* the browser's own words stay */
  });
}
document.addEventListener("htmx:afterSettle", sayDays);
sayDays();

// Ctrl K opens at once, so that no key that follows goes elsewhere; its script comes when first
// asked for.
const find = document.querySelector("[data-find-dialog]");
for (const link of document.querySelectorAll("[data-find]"))
  link.setAttribute("aria-haspopup", "dialog");
/** @param {Event} event */
function search(event) {
  if (!find) return;
  event.preventDefault();
  if (find.open) {
    find.close();
    return;
  }
  find.showModal();
  find.querySelector("input")?.focus();
  import(find.dataset.script).catch(() => {
    /* Enter still leads to the page of the same search */
  });
}
document.addEventListener("keydown", (event) => {
  const isAsked =
    event.key.toLowerCase() === "k" &&
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    !event.shiftKey;
  if (isAsked) search(event);
});

document.addEventListener("click", (event) => {
  /** @param {string} name */
  const at = (name) => event.target.closest(`[data-${name}]`);
  if (at("theme-toggle")) {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      /* not kept */
    }
  }
  if (at("find") && !event.ctrlKey && !event.metaKey && !event.shiftKey) search(event);
  if (event.target === find || at("find-close")) find?.close();
  const done = at("close");
  if (done) {
    done.closest(".note")?.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  const opener = at("open");
  const dialog = document.getElementById(opener?.dataset.open ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
  const toggle = at("toggle");
  if (toggle) {
    document.body.classList.toggle(toggle.dataset.toggle);
    tellToggles();
  }
  const reveal = at("reveal");
  if (reveal) {
    const field = /** @type {HTMLInputElement} */ (document.getElementById(reveal.dataset.reveal));
    field.type = field.type === "password" ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(field.type === "text"));
  }
  closeMenus(event.target.closest(".menu"));
});

// The class that opens a drawer hides it where there is room: what is seen counts.
function tellToggles() {
  for (const button of document.querySelectorAll("[data-toggle][aria-controls]")) {
    const drawer = document.getElementById(button.getAttribute("aria-controls") ?? "");
    button.ariaExpanded = String(!!drawer?.checkVisibility());
  }
}
// Asked at once, all is laid out.
document.addEventListener("htmx:afterSwap", () => requestAnimationFrame(tellToggles));
addEventListener("resize", tellToggles);
tellToggles();

/** @param {Element | null} except */
function closeMenus(except) {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
  if (menu) menu.querySelector("summary").focus();
  if (event.key === "Escape") closeMenus(null);
});
