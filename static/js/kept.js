// What waits on this device, shown as text to copy: for a person who may no longer save it here.
import { box } from "./box.js";
import { waiting } from "./drafts.js";
import { rowAt } from "./rows.js";

const words = { note: "Note", reason: "Reason", value: "Answer", verdict: "Answer", owner: "Owner", due_on: "Due", later_until: "Later until", comment: "Comment" };

function piece(number, name, key, text) {
  const made = document.getElementById("kept-one").content.cloneNode(true);
  const [label, area, button] = ["label", "textarea", "button"].map((tag) => made.querySelector(tag));
  area.id = `kept-${number}-${name}`;
  label.htmlFor = area.id;
  label.textContent = `${key ?? `Question ${number}`}: ${words[name]}`;
  area.value = text;
  area.rows = Math.min(10, Math.max(2, Math.ceil(text.length / 70)));
  button.addEventListener("click", async () => {
    area.select();
    try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch { button.textContent = "Selected: copy it with Ctrl C"; }
  });
  return made;
}

export function showKept() {
  const list = document.getElementById("kept-list");
  list.replaceChildren();
  for (const [address, kept] of Object.entries(box)) {
    const sent = kept.touched.length ? kept.touched.flatMap(([name, values]) => values.map((value) => [name, value])) : kept.tried ?? [];
    const number = address.match(/answers\/(\d+)/)?.[1] ?? "";
    for (const [name, text] of sent) if (text && words[name]) list.append(piece(number, name, rowAt(address)?.dataset.key, text));
  }
  for (const [answer, { name, text }] of waiting()) list.append(piece(answer, "comment", name, text));
  document.getElementById("kept").showModal();
}
