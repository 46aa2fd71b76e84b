// The facts of an assessment in short steps: three at a time, with what applies always in view. A
// form without this script has them all on one page. Once for each form, which may come in place.
const AT_ONCE = 3;

/** @param {HTMLFormElement} form */
function begin(form) {
  const parts = [...form.querySelectorAll("[data-step]")];
  const first = parts.filter((one) => !one.matches("fieldset"));
  const facts = parts.filter((one) => one.matches("fieldset"));
  /** @type {HTMLElement[][]} */
  const steps = first.length ? [first] : [];
  for (let at = 0; at < facts.length; at += AT_ONCE) steps.push(facts.slice(at, at + AT_ONCE));
  if (steps.length < 2) return;
  /** @param {HTMLElement[]} step */
  const name = (step) => step.map((one) => one.dataset.step).join(", ");

  const list = document.createElement("ol");
  list.className = "factsteps s";
  const buttons = steps.map((step, at) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${at + 1} ${name(step)}`;
    button.addEventListener("click", () => show(at, true));
    item.append(button);
    list.append(item);
    return button;
  });
  const nav = document.createElement("nav");
  nav.setAttribute("aria-label", "Steps");
  nav.append(list);
  const head = document.createElement("h2");
  head.className = "stephead";
  head.tabIndex = -1;
  form.querySelector(".stackl")?.prepend(nav, head);

  const [back, next, end, out] = ["back", "next", "end", "out"].map((part) =>
    form.querySelector(`[data-step-${part}]`),
  );
  let now = 0;
  /** @param {number} at @param {boolean} isAsked whether the focus follows */
  function show(at, isAsked) {
    now = at;
    for (const [index, step] of steps.entries())
      for (const part of step) part.hidden = index !== at;
    for (const [index, button] of buttons.entries()) {
      if (index === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      button.classList.toggle("done", index < at);
    }
    head.textContent = `Step ${at + 1} of ${steps.length}: ${name(steps[at])}`;
    const isLast = at === steps.length - 1;
    if (back) back.hidden = at === 0;
    if (next) next.hidden = isLast;
    if (out) out.hidden = at > 0;
    end?.classList.toggle("btn-primary", isLast);
    if (!isAsked) return;
    scrollTo({ top: 0 });
    head.focus({ preventScroll: true });
  }
  /** @param {Element | null} node */
  const stepOf = (node) =>
    steps.findIndex((step) => step.some((part) => node && part.contains(node)));

  back?.addEventListener("click", () => show(now - 1, true));
  next?.addEventListener("click", () => show(now + 1, true));
  // Enter goes on; it starts nothing half answered.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    if (now === steps.length - 1) return;
    event.preventDefault();
    show(now + 1, true);
  });
  // A fault leads to its field, whichever step that is in.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const at = stepOf(link && document.getElementById(link.getAttribute("href")?.slice(1) ?? ""));
    if (at >= 0) show(at, false);
  });
  show(Math.max(stepOf(form.querySelector(".error")), 0), false);
}
function ready() {
  const form = document.querySelector("[data-steps]");
  if (form && !form.querySelector(".factsteps")) begin(form);
}
document.addEventListener("htmx:afterSettle", ready);
ready();
