// Writing a comment: what is typed stays until it is sent, whatever becomes of the line, the
// session or the right.

import { freshToken, isStale, signIn } from "./token.js";
import { draftOf, keepDraft, late, waiting } from "./unsent-comments.js";

const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
const box = () => panel.querySelector("#talk");
const about = () => panel.querySelector("[data-panel-of]")?.dataset;
const here = () => about()?.panelOf ?? "";
/** @param {HTMLElement} form @returns {form is Form<"text">} */
const isTalk = (form) => form?.matches?.("form.talk");
/** @param {XMLHttpRequest} xhr */
const isSent = (xhr) => xhr?.status >= 200 && xhr.status < 300;

/** @param {string} text */
function keep(text) {
  const at = box()
    ?.form?.getAttribute("action")
    ?.replace(/answers\/.*$/, "");
  keepDraft(here(), at ? { name: about()?.name, at } : {}, text);
}
function restore() {
  const field = box();
  const text = draftOf(here());
  if (field && text) field.value = text;
}
// Whoever sent a comment may have gone on to another question, or to another tab of the panel, before
// the reply: the panel, what is typed there and the cursor stay.
/** @param {string} path */
const answerOf = (path) => path.match(/\/answers\/([^/]+)\/comments\//)?.[1] ?? "";
/** @param {HtmxRequest} request */
const isLeft = ({ elt, path, verb }) =>
  verb === "post" && !elt.isConnected && !(box() && answerOf(path) === here());
// Text typed while the comment was on its way stands behind it.
/** @param {string} text @param {string} sent */
const rest = (text, sent) => (text.startsWith(sent) ? text.slice(sent.length).trimStart() : text);

document.addEventListener("input", (event) => {
  if (event.target === box()) keep(event.target.value);
});
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (event.target !== box()) return;
  event.preventDefault();
  box()?.form?.requestSubmit();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, xhr } = event.detail;
  const { elt, formData, path } = requestConfig;
  const field = box();
  if (target !== panel) return;
  const sent = isTalk(elt) && isSent(xhr) ? String(formData.get("text") ?? "") : "";
  if (isLeft(requestConfig)) {
    const answer = answerOf(path);
    keepDraft(answer, {}, rest(draftOf(answer), sent));
    event.detail.shouldSwap = false;
  } else if (field) keep(rest(field.value, sent));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel) restore();
});

/** @type {Record<number, string>} */
const words = {
  0: "Offline. The comment is not sent.",
  401: "You are signed out. The comment is not sent.",
  403: "You may no longer comment here. Copy the text, it is not sent.",
  404: "This page is no longer open to you. Copy the text, it is not sent.",
};
let isRenewed = false;
document.addEventListener("htmx:afterRequest", async (event) => {
  const { elt, requestConfig, xhr } = event.detail;
  if (!isTalk(elt)) return;
  if (isSent(xhr)) {
    isRenewed = false;
    return;
  }
  if (isLeft(requestConfig)) {
    remind();
    return;
  }
  if (!isRenewed && isStale(xhr?.getResponseHeader("HX-Trigger")) && (await freshToken())) {
    isRenewed = true;
    elt.requestSubmit();
    return;
  }
  const said = panel.querySelector("#talk-said");
  if (!said || xhr?.status === 422) return;
  const isOther = isStale(xhr?.getResponseHeader("HX-Trigger"));
  said.textContent = isOther
    ? "Someone else is signed in here. The comment is not sent."
    : (words[xhr?.status ?? 0] ?? "The comment is not sent.");
  if (xhr?.status === 401) said.append(" ", signIn());
  else if (![403, 404].includes(xhr?.status)) said.append(" It stays here: try again.");
});

// After a reload: which comments wait, and where. People who may not comment any more get them as text to
// copy.
function remind() {
  const state = document.getElementById("save");
  const others = waiting().filter(([answer]) => answer !== here() || !box());
  if (!state || state.textContent.trim() || !others.length) return;
  const [answer, { name, at }] = others[0];
  const more = others.length > 1 ? ` and ${others.length - 1} more` : "";
  const offer =
    at !== location.pathname || panel.hasAttribute("data-can-talk")
      ? Object.assign(document.createElement("a"), {
          textContent: "Look at it",
          href: `${at}?open=${answer}&panel=comments#answer-${answer}`,
        })
      : Object.assign(document.createElement("button"), {
          textContent: "Show the text",
          type: "button",
          className: "linkbtn",
        });
  if (offer.type === "button")
    offer.onclick = () =>
      import("./unsaved-texts.js").then(
        (kept) => kept.showKept(),
        () => offer.after(" Offline. Try again."),
      );
  state.className = "save save-off";
  state.replaceChildren(`A comment on ${name}${more} is not sent.`, " ", offer);
}
window.addEventListener("beforeunload", (event) => {
  const isHere =
    box()?.value.trim() || waiting().some(([, draft]) => draft.at === location.pathname);
  if (isHere && panel.hasAttribute("data-can-talk")) event.preventDefault();
});
// Text typed while this was on its way stands behind what was kept.
const field = box();
const early = field && field.value !== field.defaultValue ? field.value : "";
restore();
if (field && early) {
  if (!field.value.startsWith(early)) field.value += `\n${early}`;
  keep(field.value);
}
remind();
late.then(() => {
  if (!box()?.value.trim()) restore();
  remind();
});
