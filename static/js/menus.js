// Owner and days of an open row as chips with menus. The select or the field behind a chip keeps
// the value, so that saving, conflicts and what this device keeps go on as without them.
import {
  dayOf,
  dayText,
  monthOf,
  nextFriday,
  parts,
  plus,
  plusMonths,
  read,
  today,
  weekday,
} from "./days.js";
import { rowOf } from "./rows.js";

// A box that opens in a row is seen together with its question, where both fit.
/** @param {Element} box */
export function see(box) {
  rowOf(box)?.scrollIntoView({ block: "start" });
  (document.activeElement ?? box).scrollIntoView({ block: "nearest" });
}

const sprite =
  document.querySelector('use[href*="#i-"]')?.getAttribute("href")?.split("#")[0] ?? "";
/** @typedef {HTMLSelectElement | HTMLInputElement} Behind */
/** @param {string} name */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i i-s");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}
/** @template {keyof HTMLElementTagNameMap} Name @param {Name} tag @param {object} more @param {(Node | string)[]} inside */
function made(tag, more = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(more)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
}
/** @param {HTMLOptionElement | undefined} option */
function avatar(option) {
  const initials = option?.dataset.initials;
  return initials
    ? made("span", { class: `av ${option.dataset.av ?? ""}`, "aria-hidden": "true" }, initials)
    : icon("user");
}
/** @param {Behind} field */
const isDay = (field) => field instanceof HTMLInputElement;
/** @param {Behind} field */
const chipOf = (field) => document.getElementById(`chip-${field.id}`);

/** @param {Behind} field */
function dress(field) {
  if (field.disabled) return;
  let chip = chipOf(field);
  if (!chip) {
    chip = made("button", {
      type: "button",
      id: `chip-${field.id}`,
      class: "chip menuchip",
      "aria-haspopup": isDay(field) ? "dialog" : "listbox",
      "aria-expanded": "false",
      "data-chip": field.name,
    });
    const label = document.querySelector(`label[for="${field.id}"]`);
    if (label) {
      label.querySelector(".daysaid")?.remove(); // the chip says its day itself
      label.id ||= `label-${field.id}`;
      label.setAttribute("for", chip.id);
      chip.setAttribute("aria-labelledby", `${label.id} ${chip.id}`);
    }
    field.after(made("span", { class: "menuat" }, chip));
    field.classList.add("vh");
    field.tabIndex = -1;
    field.setAttribute("aria-hidden", "true");
  }
  const text = words(field);
  if (chip.dataset.said === text) return;
  chip.dataset.said = text;
  const first = isDay(field) ? icon("calendar-due") : avatar(selected(field));
  chip.replaceChildren(first, made("bdi", { class: "clip" }, text), icon("chevron-down"));
}
/** @param {Behind} field */
const selected = (field) => (isDay(field) ? undefined : field.selectedOptions[0]);
/** @param {Behind} field */
const words = (field) =>
  isDay(field) ? dayText(field.value) || "No date" : (selected(field)?.text.trim() ?? "Nobody");

function dressAll() {
  for (const field of document.querySelectorAll("form[data-q] [data-menu]")) dress(field);
}
for (const name of /** @type {const} */ ([
  "attest:moved",
  "htmx:afterSettle",
  "htmx:oobAfterSwap",
  "htmx:afterRequest",
]))
  document.addEventListener(name, dressAll);
document.addEventListener("change", dressAll);
dressAll();

/** @type {{ field: Behind, box: HTMLElement, typed?: string } | null} */
let shown = null; // with the day that was typed in it
/** @param {boolean} isBack whether the focus goes back to the chip */
function close(isBack) {
  if (!shown) return;
  const { field, box } = shown;
  shown = null;
  box.remove();
  const chip = chipOf(field);
  chip?.setAttribute("aria-expanded", "false");
  if (isBack) chip?.focus();
}
// A day that was typed and said is meant, wherever one goes then; Escape takes none.
function leave() {
  const { field, typed } = shown ?? {};
  close(false);
  if (field?.isConnected && typed) put(field, typed);
}
/** @param {Behind} field @param {string} value */
function take(field, value) {
  close(true);
  put(field, value);
}
/** @param {Behind} field @param {string} value */
function put(field, value) {
  if (field.value === value) return;
  field.value = value;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  dress(field);
}

/** @param {Row} row @param {string} name */
export function show(row, name) {
  const field = /** @type {Behind | null} */ (row.querySelector(`[data-menu][name="${name}"]`));
  if (!field || field.disabled) return;
  dress(field);
  open(field);
}
/** @param {Behind} field */
function open(field) {
  const chip = chipOf(field);
  leave();
  if (!chip) return;
  const box = made("div", { class: "menubox" });
  shown = { field, box };
  if (isDay(field)) calendar(field, box);
  else people(field, box);
  // An event in it is neither a change of the row nor a key of the list.
  for (const kind of ["change", "input"])
    box.addEventListener(kind, (event) => event.stopPropagation());
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close(true);
    } else if (event.key === "Tab") return;
    event.stopPropagation();
  });
  box.addEventListener("focusout", (event) => {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !box.contains(to) && to !== chip) leave();
  });
  chip.setAttribute("aria-expanded", "true");
  chip.after(box);
  const end = Math.min(
    chip.closest("form")?.getBoundingClientRect().right ?? innerWidth,
    innerWidth,
  );
  const over = box.getBoundingClientRect().right - end + 8;
  if (over > 0) box.style.marginInlineStart = `${-over}px`;
  box.querySelector("input")?.focus({ preventScroll: true });
  see(box);
}
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-chip]");
  if (!chip) {
    if (shown && !shown.box.contains(event.target)) leave();
    return;
  }
  const field = /** @type {Behind} */ (document.getElementById(chip.id.replace("chip-", "")));
  if (shown?.field === field) {
    leave();
    chip.focus();
  } else open(field);
});

/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @param {HTMLSelectElement} field @param {HTMLElement} box */
function people(field, box) {
  const id = `people-${field.id}`;
  const input = made("input", {
    class: "input input-s",
    role: "combobox",
    "aria-label": "Owner: type a name",
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    "aria-controls": id,
    autocomplete: "off",
    placeholder: "Name",
  });
  const list = made("ul", {
    class: "menuopts",
    role: "listbox",
    id,
    "aria-label": "People who may answer",
  });
  const options = [...field.options].map((option, at) => {
    const name = option.text.trim();
    const row = made(
      "li",
      { role: "option", id: `${id}-${at}`, "aria-selected": "false" },
      option.value ? avatar(option) : icon("x"),
      made("bdi", { class: "grow" }, name),
    );
    if (option.dataset.note) row.append(made("span", { class: "s muted" }, option.dataset.note));
    row.addEventListener("click", () => take(field, option.value));
    return { row, value: option.value, name: plain(name) };
  });
  // nobody comes last
  const [nobody, ...others] = options;
  const all = [...others, nobody];
  let at = 0;
  const seen = () => all.filter((one) => one.row.isConnected);
  const point = (/** @type {number} */ to) => {
    const rows = seen();
    at = rows.length ? (to + rows.length) % rows.length : 0;
    for (const [index, one] of rows.entries())
      one.row.setAttribute("aria-selected", String(index === at));
    const now = rows[at];
    if (now) input.setAttribute("aria-activedescendant", now.row.id);
    else input.removeAttribute("aria-activedescendant");
    now?.row.scrollIntoView({ block: "nearest" });
  };
  const filter = () => {
    const typed = plain(input.value.trim());
    list.replaceChildren(
      ...all
        .filter((one) => one.name.startsWith(typed) || one.name.includes(` ${typed}`))
        .map((one) => one.row),
    );
    none.hidden = list.childElementCount > 0;
    point(typed ? 0 : seen().findIndex((one) => one.value === field.value));
  };
  const none = made(
    "p",
    { class: "s muted", role: "status" },
    "Nobody of that name may answer here.",
  );
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(at + step);
    else if (event.key === "Enter") seen()[at]?.row.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousemove", (event) => {
    const to = seen().findIndex((one) => one.row.contains(/** @type {Node} */ (event.target)));
    if (to >= 0 && to !== at) point(to);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays
  box.append(made("div", { class: "searchbox" }, icon("search"), input), list, none);
  const ask = rowOf(field)?.querySelector("[data-ask]");
  if (ask) {
    const link = made(
      "a",
      { class: "menulink", href: ask.getAttribute("href") },
      icon("user-plus"),
      "Ask someone",
    );
    box.append(link);
  }
  filter();
  queueMicrotask(filter); // once it is on the page
}

/** @param {HTMLInputElement} field @param {HTMLElement} box */
function calendar(field, box) {
  const id = `day-${field.id}`;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", field.dataset.menu ?? "Day");
  const input = made("input", {
    class: "input input-s",
    "aria-label": `${field.dataset.menu}, in words or figures`,
    "aria-describedby": `${id}-hint`,
    autocomplete: "off",
    placeholder: "Day",
    maxlength: "30",
  });
  input.value = dayText(field.value);
  const hint = made("p", { class: "s muted", id: `${id}-hint`, role: "status" });
  const usual = "Also “fri”, “2w”, “31.12.” or 2026-12-31";
  hint.textContent = usual;
  const now = today();
  let at = field.value || now;
  const month = made("p", { class: "strong", "aria-live": "polite" });
  const days = made("div", { class: "days", role: "group", "aria-label": "Days" });
  const paint = () => {
    const [year, inMonth] = parts(at);
    month.textContent = monthOf(at);
    const first = dayOf(year, inMonth, 1);
    const start = plus(first, -weekday(first));
    days.replaceChildren(
      ...["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map((name) =>
        made("span", { class: "s faint", "aria-hidden": "true" }, name),
      ),
      ...Array.from({ length: 42 }, (_, index) => {
        const day = plus(start, index);
        const one = made(
          "button",
          {
            type: "button",
            tabindex: day === at ? "0" : "-1",
            "aria-label": dayText(day),
            "aria-pressed": String(day === field.value),
            "data-day": day,
          },
          String(parts(day)[2]),
        );
        if (parts(day)[1] !== inMonth) one.className = "beyond";
        if (day === now) one.setAttribute("aria-current", "date");
        return one;
      }),
    );
  };
  const focus = () => days.querySelector('[tabindex="0"]')?.focus();
  const move = (/** @type {string} */ day) => {
    at = day;
    paint();
  };
  days.addEventListener("click", (event) => {
    const day = /** @type {HTMLElement} */ (event.target).dataset.day;
    if (day) take(field, day);
  });
  days.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    if (step) move(plus(at, step));
    else if (months) move(plusMonths(at, months));
    else return;
    event.preventDefault();
    focus();
  });
  input.addEventListener("input", () => {
    const day = read(input.value);
    hint.textContent = day ? dayText(day) : usual;
    if (shown) shown.typed = day;
    if (day) move(day);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") focus();
    else if (event.key === "Enter") {
      const day = read(input.value);
      if (day || !input.value.trim()) take(field, day);
      else hint.textContent = `“${input.value.trim()}” is no day. ${usual}`;
    } else return;
    event.preventDefault();
  });
  const turn = (
    /** @type {number} */ months,
    /** @type {string} */ name,
    /** @type {string} */ sign,
  ) => {
    const button = made(
      "button",
      { type: "button", class: "btn btn-quiet btn-s", "aria-label": name },
      sign,
    );
    button.addEventListener("click", () => move(plusMonths(at, months)));
    return button;
  };
  const isAhead = ["due_on", "later_until"].includes(field.name); // else it may be long past
  /** @type {[string, string][]} */
  const presets = isAhead
    ? [
        ["Next Friday", nextFriday(now)],
        ["In two weeks", plus(now, 14)],
      ]
    : [["Today", now]];
  const end = field.dataset.end ?? "";
  if (end > now) presets.push(["End of the period", end]);
  presets.push(["No date", ""]);
  const links = presets.map(([name, day]) => {
    const button = made(
      "button",
      { type: "button", class: "menulink" },
      made("span", { class: "grow" }, name),
    );
    if (day) button.append(made("span", { class: "s muted" }, dayText(day)));
    button.addEventListener("click", () => take(field, day));
    return button;
  });
  paint();
  box.append(
    input,
    hint,
    made(
      "div",
      { class: "row" },
      turn(-1, "Month before", "‹"),
      month,
      turn(1, "Month after", "›"),
    ),
    days,
    ...links,
  );
  input.select();
}
