// The box on this device: for each row what was touched, typed over which base, and what was
// tried last. That is sent first and as it was: its reply may have been lost, not the save.
// "quiet" is kept in case this tab dies; the rest could not be saved.
import { read, takeUp, write } from "./device-store.js";
import { isSame, known, rowOf, touched } from "./rows.js";

/** @type {Record<string, Kept>} */
export const box = read("rows") ?? {};
/** @type {Set<string>} */
export const shown = new Set(); // addresses whose row on this page holds what is kept
/** @type {WeakMap<Row, [string, string][]>} */
export const flying = new WeakMap(); // what is on its way

export const waiting = () => Object.keys(box).filter((address) => !box[address].quiet);
/** @param {Row} row */
export const addressIn = (row) => row.getAttribute("action");
// Without what is touched in the row or saved since: that is newer.
/** @param {Row} row @param {Kept} kept */
export function waitingFor(row, { touched: groups }) {
  const [now, mine] = [known(row), new Map(touched(row))];
  return groups.filter(([name, values]) => !mine.has(name) && !isSame(values, now.get(name)));
}
/** @param {Row} row */
export function keep(row, tried = flying.get(row) ?? null, quiet = false) {
  if (!row.isConnected) return; // kept when it went
  const address = addressIn(row);
  const old = box[address];
  const isIn = !old || shown.has(address); // else it joins what waits for the row
  const others = isIn ? [] : waitingFor(row, old);
  const kept = {
    base: others.length ? old.base : row.elements.base.value,
    touched: [...others, ...touched(row)],
    tried: old?.tried ?? tried,
    quiet: quiet && (old?.quiet ?? true),
  };
  if (!kept.touched.length && !kept.tried) {
    if (!isIn || old?.quiet) drop(address);
    return;
  }
  if (old?.quiet && !quiet) delete box[address]; // what was refused last is shown last
  box[address] = kept;
  if (isIn) shown.add(address);
  write("rows", box);
}
/** @param {string} address */
export function drop(address) {
  delete box[address];
  write("rows", box);
}
export async function adopt() {
  const found = /** @type {Record<string, Kept>} */ (await takeUp("rows"));
  for (const [address, kept] of Object.entries(found)) box[address] = { ...kept, quiet: false };
  if (Object.keys(found).length) write("rows", box);
}
/** @type {WeakMap<Row, number>} */
const typing = new WeakMap();
document.addEventListener("input", (event) => {
  const row = rowOf(event.target);
  if (!row?.hasAttribute("hx-post")) return;
  clearTimeout(typing.get(row));
  typing.set(row, setTimeout(keep, 100, row, undefined, true));
});
