// Files that fall on a question: its row opens, they are added to it, and its evidence is shown
// anew.
import { addressOf, rowOf } from "./rows.js";
import { upload } from "./uploads.js";
import { open } from "./workspace.js";

export { take } from "./drops.js";

/** @param {Row} row @param {File[]} files @param {[string, FormDataEntryValue][]} [fields] */
export function give(row, files, fields) {
  const zone = row.querySelector("[data-uploads]");
  if (zone) upload(zone, files, fields);
}
document.addEventListener("attest:files", (event) => {
  const row = event.target;
  open(row, () => {
    // the box in the row knows which period they cover
    const box = row.querySelector("[data-ev-files]");
    if (!box) return give(row, event.detail);
    const all = new DataTransfer();
    for (const file of event.detail) all.items.add(file);
    box.files = all.files;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
});

// Only what shows evidence is replaced: text in the row may not be saved yet.
document.addEventListener("attest:uploaded", async (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  try {
    const page = new DOMParser().parseFromString(
      await (await fetch(addressOf(row))).text(),
      "text/html",
    );
    for (const name of ["proofs", "qev", "marks", "last"]) {
      const fresh = page.getElementById(`${name}-${row.dataset.q}`);
      const there = fresh && document.getElementById(fresh.id);
      if (!there) continue;
      there.replaceWith(fresh);
      htmx.process(fresh);
    }
    document.body.dispatchEvent(new CustomEvent("attest:saved")); // the filters count anew
  } catch {
    /* the line is down: what was added stands in the list below */
  }
});
