// The box on this device: for each row what was touched, typed over which base, and what was
// tried last. That is sent first and as it was: its reply may have been lost, not the save.
import { touched } from "./rows.js";

const key = `outbox-${document.body.dataset.person}`;
export const box = {};
try { Object.assign(box, JSON.parse(sessionStorage.getItem(key))); } catch { /* storage is off: the page itself holds the text */ }
export const shown = new Set(); // addresses whose row on this page holds what is kept
export const flying = new WeakMap(); // what is on its way

function write() {
  try {
    if (Object.keys(box).length) sessionStorage.setItem(key, JSON.stringify(box)); else sessionStorage.removeItem(key);
  } catch { /* as above */ }
}
export const addressIn = (row) => row.getAttribute("action");
export function keep(row, tried = flying.get(row) ?? null) {
  const address = addressIn(row);
  const kept = { base: row.elements.base.value, touched: touched(row), tried: box[address]?.tried ?? tried };
  if (!kept.touched.length && !kept.tried) return;
  box[address] = kept;
  shown.add(address);
  write();
}
export function drop(address) {
  delete box[address];
  write();
}
