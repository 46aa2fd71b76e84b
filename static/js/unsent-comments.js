// Comments that are not sent yet: kept on this device for each question, until they are sent or the
// person signs out.
import { read, takeUp, write } from "./device-store.js";

/** @type {Map<string, Draft>} */
const drafts = new Map(Object.entries(read("talk") ?? {}));
export const late = takeUp("talk").then((found) => {
  for (const [answer, draft] of Object.entries(/** @type {Record<string, Draft>} */ (found)))
    drafts.set(answer, draft);
});

export const waiting = () => [...drafts.entries()];
/** @param {string} answer */
export const draftOf = (answer) => drafts.get(answer)?.text ?? "";
// "about" names the question and the workspace that it stands in.
/** @param {string} answer @param {Partial<Draft>} about @param {string} text */
export function keepDraft(answer, about, text) {
  if (text.trim()) drafts.set(answer, { ...drafts.get(answer), ...about, text });
  else drafts.delete(answer);
  write("talk", Object.fromEntries(drafts));
}
