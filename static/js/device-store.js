// Text that is not saved yet, on this device by person and tab (gone.js, ui.js). A tab holds a lock
// while it lives.
const mine = `outbox-${document.body.dataset.person}-`;
/** @type {string | null} */
let tab = "";
try {
  tab = sessionStorage.getItem("tab");
} catch {
  /* storage is off */
}
const lock = `${mine}${tab}`;

/** @param {string} name */
export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(`${lock}-${name}`) ?? "null");
  } catch {
    return null;
  }
}
/** @param {string} name @param {object} kept */
export function write(name, kept) {
  try {
    if (Object.keys(kept).length) localStorage.setItem(`${lock}-${name}`, JSON.stringify(kept));
    else localStorage.removeItem(`${lock}-${name}`);
  } catch {
    /* as above */
  }
}

/** @type {(value?: unknown) => void} */
let letGo = () => {};
const hold = () =>
  navigator.locks
    ?.request(
      lock,
      () =>
        new Promise((done) => {
          letGo = done;
        }),
    )
    .catch(() => {});
hold();
window.addEventListener("pagehide", () => letGo());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) hold();
});

// Whether another tab of this person has kept something. Without locks nobody knows whether it lives.
/** @param {string} name */
export function isElsewhere(name) {
  if (!navigator.locks) return false;
  try {
    return Object.keys(localStorage).some(
      (key) => key.startsWith(mine) && key.endsWith(`-${name}`) && key !== `${lock}-${name}`,
    );
  } catch {
    return false;
  }
}

// Takes over the texts that closed tabs have kept.
/** @param {string} name */
export async function takeUp(name) {
  try {
    const isThere = Object.keys(localStorage).some(
      (key) => key.startsWith(mine) && !key.startsWith(lock),
    );
    return isThere ? await (await import("./gone.js")).takeUp(mine, lock, name) : {};
  } catch {
    return {};
  } // no locks without HTTPS, or no line: it waits
}
