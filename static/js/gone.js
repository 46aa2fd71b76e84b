// Texts that closed tabs of this person have kept on this device (device-store.js): a tab that lives
// holds its lock, but for the moment between two pages. It is this tab's before it is no longer
// theirs; where this tab keeps something of the same name, theirs waits.
const BETWEEN_MS = 2000;
const names = async () =>
  new Set(/** @type {LockInfo[]} */ ((await navigator.locks.query()).held).map((one) => one.name));

/** @param {string} mine @param {string} lock @param {string} name */
export async function takeUp(mine, lock, name) {
  const held = new Set([lock, ...(await names())]);
  /** @param {string} key */
  const isTheirs = (key) =>
    key.startsWith(mine) && key.endsWith(`-${name}`) && !held.has(key.slice(0, -name.length - 1));
  if (!Object.keys(localStorage).some(isTheirs)) return {};
  await new Promise((done) => setTimeout(done, BETWEEN_MS));
  for (const one of await names()) held.add(one);
  const own = JSON.parse(localStorage.getItem(`${lock}-${name}`) ?? "null") ?? {};
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const key of Object.keys(localStorage).filter(isTheirs)) {
    /** @type {Record<string, unknown>} */
    const left = {};
    for (const [part, kept] of Object.entries(JSON.parse(localStorage.getItem(key) ?? "{}")))
      (part in own || part in found ? left : found)[part] = kept;
    localStorage.setItem(`${lock}-${name}`, JSON.stringify({ ...own, ...found }));
    if (Object.keys(left).length) localStorage.setItem(key, JSON.stringify(left));
    else localStorage.removeItem(key);
  }
  return found;
}

// After sign-out, all that a person has on this device, but for tabs that still show it.
/** @param {string} person */
export async function empty(person) {
  const start = `outbox-${person}-`;
  const own = `${start}${sessionStorage.getItem("tab")}-`;
  const held = navigator.locks ? await names() : new Set();
  /** @param {string} key */
  const isLeft = (key) => key.startsWith(own) || !held.has(key.replace(/-[^-]*$/, ""));
  for (const key of Object.keys(localStorage))
    if (key.startsWith(start) && isLeft(key)) localStorage.removeItem(key);
  sessionStorage.removeItem("signing-out");
}
