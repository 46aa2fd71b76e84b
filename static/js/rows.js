// The values of a row of the question list, those the server is known to hold, and the version that was
// typed over.
/** @param {Element | null | undefined} node */
export const rowOf = (node) => node?.closest?.("[data-q]") ?? null;
/** @param {string} answer */
export const rowOn = (answer) => document.querySelector(`form[data-q="${CSS.escape(answer)}"]`);
/** @param {string} address */
export const rowAt = (address) =>
  document.querySelector(`form[data-q][action="${CSS.escape(address)}"]`);
/** @param {Row} row */
export const addressOf = (row) => row.getAttribute("action").replace(/save\/$/, "");
// htmx calls a reply successful when it is swapped, and conflicts are swapped.
/** @param {HtmxReplied} event */
export const isSaved = (event) => event.detail.xhr?.status >= 200 && event.detail.xhr.status < 300;
/** @param {Element} node @returns {boolean} */
export const isText = (node) =>
  node.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

/** @param {Element} row */
export const isUnanswered = (row) =>
  Boolean(row.querySelector('.seg [value="unanswered"]:checked, .verdicts .v-open'));

/** @param {string | null | undefined} header */
export const isRenewed = async (header) =>
  (header ?? "").includes("attest:stale-form") && (await import("./token.js")).freshToken();
const aside = new Set(["csrfmiddlewaretoken", "base", "want", "body"]);
/** @type {Record<string, string>} */
const columns = { owner: "owner_id" };
/** @type {WeakMap<Row, Map<string, string[]>>} */
const saved = new WeakMap();

// Pairs of name and values; one name may have several.
/** @param {Iterable<[string, FormDataEntryValue]>} pairs */
export function grouped(pairs) {
  const found = new Map();
  for (const [name, value] of pairs)
    if (!aside.has(name)) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}
/** @param {Iterable<[string, string[]]>} groups @returns {[string, string][]} */
export const flat = (groups) =>
  [...groups].flatMap(([name, values]) => values.map((value) => [name, value]));
/** @param {unknown} one @param {unknown} other */
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// As the page was served, and as it has been saved from here since.
/** @param {Row} row */
export function known(row) {
  const served = row.cloneNode(true);
  served.reset();
  return new Map([...grouped(new FormData(served)), ...(saved.get(row) ?? [])]);
}
/** @param {Row} row @param {Iterable<[string, FormDataEntryValue]>} sent */
export function remember(row, sent) {
  saved.set(row, new Map([...(saved.get(row) ?? []), ...grouped(sent)]));
}
// Fields that a person changed and the server has not acknowledged.
/** @param {Row} row */
export function touched(row) {
  const before = known(row);
  return [...grouped(new FormData(row))].filter(
    ([name, values]) => !isSame(values, before.get(name)),
  );
}
// A row holds back the field for the reason of "not applicable" until something in it changes.
/** @param {Row} row */
export function release(row) {
  const held = row.querySelector(":scope > template");
  held?.replaceWith(held.content);
}
/** @param {Row} row @param {[string, string[]][]} groups */
export function fill(row, groups) {
  for (const [name, values] of groups) {
    for (const input of /** @type {Iterable<HTMLInputElement>} */ (row.elements)) {
      if (input.name !== name) continue;
      if (input.type === "radio" || input.type === "checkbox")
        input.checked = values.includes(input.value);
      else if (input.type !== "hidden") input.value = values.at(-1) ?? "";
    }
  }
}

// "3 note=5": version 3, of the note version 5 (assessments/versions.py).
/** @param {string} base @returns {[string, Map<string, string>]} */
const read = (base) => {
  const [whole, ...newer] = base.split(" ");
  return [whole, new Map(newer.map((part) => /** @type {[string, string]} */ (part.split("="))))];
};
// Some fields are known in the versions of another base, all others as before.
/** @param {Row} row @param {string[]} names @param {string} over */
export function raise(row, names, over) {
  const [whole, parts] = read(row.elements.base.value);
  const [wholeOver, partsOver] = read(over);
  for (const name of names) {
    const column = columns[name] ?? name;
    parts.set(column, partsOver.get(column) ?? wholeOver);
  }
  row.elements.base.value = [whole, ...[...parts].map((part) => part.join("="))].join(" ");
}
