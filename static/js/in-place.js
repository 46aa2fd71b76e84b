// Pages that follow each other in place (ui/in_place.html): the focus goes along. One that brings a
// script of its own is loaded whole. Where none came, the browser loads it, which may be the sign-in
// page; what cannot be sent is said.
const scripts = new Set([...document.scripts].map((one) => one.getAttribute("src")));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.requestConfig.boosted || !detail.shouldSwap || detail.xhr.status >= 400) return;
  const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  if ([...page.scripts].every((one) => scripts.has(one.getAttribute("src")))) return;
  detail.shouldSwap = false;
  location.assign(detail.xhr.responseURL);
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const heading = target.id === "main" && target.querySelector("h1");
  if (!heading || target.contains(document.activeElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
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
      notice.textContent = "There is no connection: nothing was sent. Press again.";
      elt.prepend(notice);
    }
  });
