// What tabs of this person that are gone have kept on this device (keeper.js): a tab that lives holds its lock.
export async function takeUp(mine, lock, name) {
  const found = {};
  const held = new Set((await navigator.locks.query()).held.map((one) => one.name));
  for (const key of Object.keys(localStorage)) {
    const owner = key.slice(0, -name.length - 1);
    if (!key.startsWith(mine) || !key.endsWith(`-${name}`) || owner === lock || held.has(owner)) continue;
    Object.assign(found, JSON.parse(localStorage.getItem(key)));
    localStorage.removeItem(key);
  }
  return found;
}
