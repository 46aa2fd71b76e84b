// Comments that are not sent yet: kept in this tab for each question, until they are sent or the
// person signs out (ui.js empties what begins with "outbox-").
const key = `outbox-talk-${document.body.dataset.person}`;
const drafts = new Map();
try {
  for (const [answer, draft] of Object.entries(JSON.parse(sessionStorage.getItem(key)) ?? {})) drafts.set(answer, draft);
} catch { /* storage is off: the page itself holds the text */ }

export const waiting = () => [...drafts.entries()];
export const draftOf = (answer) => drafts.get(answer)?.text ?? "";
// "about" names the question and the workspace that it stands in.
export function keepDraft(answer, about, text) {
  if (text.trim()) drafts.set(answer, { ...drafts.get(answer), ...about, text }); else drafts.delete(answer);
  try {
    if (drafts.size) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(drafts))); else sessionStorage.removeItem(key);
  } catch { /* as above */ }
}
