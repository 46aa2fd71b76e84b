// Texts that wait on this device, shown to be copied: for a person who may no longer save it here.
import { box } from "./box.js";
import { flat, rowAt } from "./rows.js";
import { waiting } from "./unsent-comments.js";

/** @type {Record<string, string>} */
const words = {
  note: "Note",
  reason: "Reason",
  value: "Value",
  verdict: "Answer",
  owner: "Owner",
  due_on: "Due date",
  later_until: "Later until",
  comment: "Comment",
};

// A field that is not named above is called as its row calls it.
/** @param {string} address @param {string} name */
function labelOf(address, name) {
  return (
    words[name] ??
    rowAt(address)?.querySelector(`[name="${CSS.escape(name)}"]`)?.labels?.[0]?.textContent
  );
}

/**
 * @param {string} number
 * @param {string} name
 * @param {string} word
 * @param {string | undefined} key
 * @param {string} text
 */
function piece(number, name, word, key, text) {
  const made = document.getElementById("kept-one").content.cloneNode(true);
  const label = made.querySelector("label");
  const area = made.querySelector("textarea");
  const button = made.querySelector("button");
  area.id = `kept-${number}-${name}`;
  label.htmlFor = area.id;
  label.textContent = `${key ?? `Question ${number}`}: ${word}`;
  area.value = text;
  area.rows = Math.min(10, Math.max(2, Math.ceil(text.length / 70)));
  button.addEventListener("click", async () => {
    area.select();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected: copy it with Ctrl C";
    }
  });
  return made;
}

export function showKept() {
  const list = document.getElementById("kept-list");
  list.replaceChildren();
  for (const [address, kept] of Object.entries(box)) {
    const sent = kept.touched.length ? flat(kept.touched) : (kept.tried ?? []);
    const number = address.match(/answers\/(\d+)/)?.[1] ?? "";
    for (const [name, text] of sent) {
      const word = labelOf(address, name);
      if (text && word) list.append(piece(number, name, word, rowAt(address)?.dataset.key, text));
    }
  }
  for (const [answer, { name, text }] of waiting())
    list.append(piece(answer, "comment", words.comment, name, text));
  document.getElementById("kept").showModal();
}
