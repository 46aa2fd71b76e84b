// Pages that follow each other in place (ui/in_place.html): the focus goes along, to a message where there
// is one, and the bar says where one is. Scripts that join (data-joins) come with their page; a page with
// another one is loaded whole. A reply to a form comes as it is, a refusal too: nobody else has it. Where
// none came, the browser loads the page, which may be the sign-in page; what cannot be sent is said.
const scripts = new Set([...document.scripts].map((one) => one.getAttribute("src")));
const LONGEST_MS = 300_000;
const PLACES = ".mainnav a, .tabbar a";
/** @type {Document | null} */
let came = null;
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.boosted) detail.timeout = LONGEST_MS; // as long as a browser would wait
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { requestConfig, xhr } = detail;
  if (!requestConfig.boosted) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const asked = new URL(detail.pathInfo.requestPath, location.href).pathname;
  const isReply = requestConfig.verb !== "get" && new URL(xhr.responseURL).pathname === asked;
  if (isReply && xhr.status !== 401 && page.getElementById("main"))
    Object.assign(detail, { shouldSwap: true, isError: false });
  if (!detail.shouldSwap) return;
  const isSame = page.body.className === document.body.className; // else it has another frame
  const news = [...page.scripts].filter((one) => !scripts.has(one.getAttribute("src")));
  if (isReply || (isSame && news.every((one) => one.matches("[data-joins]")))) {
    came = page;
    return;
  }
  detail.shouldSwap = false;
  const { elt } = requestConfig;
  location.assign(elt.matches("a") ? elt.href : xhr.responseURL);
});
/** @param {Document} page */
function join(page) {
  const here = new Set(
    [...page.querySelectorAll(PLACES)]
      .filter((one) => one.matches("[aria-current]"))
      .map((one) => one.getAttribute("href")),
  );
  for (const link of document.querySelectorAll(PLACES))
    if (here.has(link.getAttribute("href"))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  for (const one of page.scripts) {
    const from = one.getAttribute("src");
    if (!from || scripts.has(from)) continue;
    scripts.add(from);
    import(from).catch(() => scripts.delete(from)); // the page works without, and asks again
  }
}
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "main" || !came) return;
  join(came);
  came = null;
  const place = target.querySelector("[data-message]") ?? target.querySelector("h1");
  if (!(place instanceof HTMLElement) || target.contains(document.activeElement)) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
});
for (const name of /** @type {const} */ (["htmx:sendError", "htmx:timeout", "htmx:responseError"]))
  document.addEventListener(name, ({ detail: { requestConfig } }) => {
    const { boosted, elt } = requestConfig;
    if (!boosted) return;
    if (elt.matches("a")) location.assign(elt.href);
    else if (name === "htmx:responseError") location.reload();
    else if (!document.querySelector("[data-not-sent]")) {
      const notice = document.createElement("p");
      Object.assign(notice, { className: "error", role: "alert" });
      notice.dataset.notSent = "";
      notice.textContent =
        name === "htmx:timeout"
          ? "No answer came. Load the page again to see whether it is saved."
          : "There is no connection: nothing was sent. Press again.";
      elt.prepend(notice);
    }
  });
