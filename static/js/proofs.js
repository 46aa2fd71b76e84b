// Files that fall on a question: its row opens, they are added to it, and its evidence is shown
// anew.
import { addressOf, rowOf } from "./rows.js";
import { upload } from "./uploads.js";
import { open } from "./workspace.js";

export { take } from "./drops.js";

document.addEventListener("attest:files", (event) => {
  const row = event.target;
  open(row, () => {
    const zone = row.querySelector("[data-uploads]");
    if (zone) upload(zone, event.detail);
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
    for (const name of ["proofs", "qev", "marks"]) {
      const fresh = page.getElementById(`${name}-${row.dataset.q}`);
      if (fresh) document.getElementById(fresh.id)?.replaceWith(fresh);
    }
  } catch {
    /* the line is down: what was added stands in the list below */
  }
});
