// What waits on this device for rows: given back to those on the page, sent for the others.
import { box, drop, flying, keep, shown, waitingFor } from "./box.js";
import { fill, flat, grouped, isRenewed, isSame, known, raise, release, rowAt } from "./rows.js";

// A kept text goes back into its row, typed over the version that it was typed over. While the row
// is on its way it waits: the reply brings a version.
/** @param {string} address @param {() => void} end */
function giveBack(address, end) {
  const [kept, row] = [box[address], rowAt(address)];
  if (!kept || !row || shown.has(address) || flying.has(row)) return;
  if (!row.hasAttribute("hx-post")) {
    kept.isOver = true;
    end();
    return;
  }
  release(row);
  const groups = waitingFor(row, kept);
  const names = groups.map(([name]) => name);
  if (names.some((name) => !row.elements.namedItem(name))) return;
  const now = known(row);
  const tried = grouped(kept.tried ?? []);
  raise(
    row,
    names.filter((name) => !isSame(now.get(name), tried.get(name))),
    kept.base,
  );
  fill(row, groups);
  if (names.length) row.dataset.dirty = "typed";
  drop(address);
  keep(row);
}

// Rows that have their fields come first, before anyone types there; the others one by one.
/**
 * @param {string[]} addresses
 * @param {(row: Row) => Promise<unknown>} fetchFields
 * @param {() => void} end what is done where a row can no longer be answered
 */
export async function giveAllBack(addresses, fetchFields, end) {
  for (const address of addresses) giveBack(address, end);
  for (const address of addresses) {
    const row = rowAt(address);
    if (row?.hasAttribute("hx-post")) await fetchFields(row).catch(() => {});
    giveBack(address, end);
  }
}

const csrf = () => document.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? "";
// A row that is not on the page is sent as it was kept: the status of the first reply that was no
// success, or 0.
/** @param {string} address @param {Kept} kept */
export async function post(address, kept) {
  const bodies = [kept.tried ?? [], flat(kept.touched)].filter((body) => body.length);
  for (const body of bodies) {
    const ask = () =>
      fetch(address, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body: new URLSearchParams([...body, ["base", kept.base], ["csrfmiddlewaretoken", csrf()]]),
      });
    let reply = await ask();
    if (await isRenewed(reply.headers.get("HX-Trigger"))) reply = await ask();
    if (!reply.ok) return reply.status;
    kept.base =
      new DOMParser()
        .parseFromString(await reply.text(), "text/html")
        .querySelector('[name="base"]')?.value ?? kept.base;
    kept.tried = null;
  }
  return 0;
}
