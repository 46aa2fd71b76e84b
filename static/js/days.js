// Days as people write them: "fri", "2w", "31.12.", "12 Dec", 2026-12-31. A day is its ISO text.
const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );
const WEEK = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** @param {number} number @param {number} length */
const padded = (number, length) => String(number).padStart(length, "0");
/** @param {number} year @param {number} month from 0 @param {number} day */
export const dayOf = (year, month, day) => {
  const made = new Date(Date.UTC(year, month, day));
  return [
    padded(made.getUTCFullYear(), 4),
    padded(made.getUTCMonth() + 1, 2),
    padded(made.getUTCDate(), 2),
  ].join("-");
};
/** @param {string} day @returns {[number, number, number]} */
export const parts = (day) => {
  const [year, month, date] = day.split("-").map(Number);
  return [year, month - 1, date];
};
export const today = () => {
  const now = new Date();
  return dayOf(now.getFullYear(), now.getMonth(), now.getDate());
};
/** @param {string} day @param {number} days */
export const plus = (day, days) => {
  const [year, month, date] = parts(day);
  return dayOf(year, month, date + days);
};
// The same day of another month, or its last one.
/** @param {string} day @param {number} months */
export const plusMonths = (day, months) => {
  const [year, month, date] = parts(day);
  const last = new Date(Date.UTC(year, month + months + 1, 0)).getUTCDate();
  return dayOf(year, month + months, Math.min(date, last));
};
// 0 is Monday
/** @param {string} day */
export const weekday = (day) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
/** @param {string} day */
export const monthOf = (day) => `${MONTHS[parts(day)[1]].slice(0, 3)} ${parts(day)[0]}`;
/** @param {string} day */
export const dayText = (day) => (day ? `${parts(day)[2]} ${monthOf(day)}` : "");

/** @param {string} from @param {number} wanted 0 is Sunday */
const next = (from, wanted) => {
  const days = (wanted - ((weekday(from) + 1) % 7) + 7) % 7;
  return plus(from, days || 7);
};
/** @param {string} from */
export const nextFriday = (from) => next(from, 5);

/** @param {number} year @param {number} month @param {number} date */
function real(year, month, date) {
  const made = dayOf(year, month, date);
  return year >= 1900 && year <= 2199 && parts(made)[1] === month && parts(made)[2] === date
    ? made
    : "";
}
// Without a year the next such day is meant.
/** @param {string} from @param {number} month @param {number} date */
function coming(from, month, date) {
  const [year] = parts(from);
  // 29 February is eight years away at most
  const years = Array.from({ length: 9 }, (_, ahead) => real(year + ahead, month, date));
  return years.find((made) => made >= from) ?? "";
}
// A word is the beginning of a name: "sept" is September, and "month" no Monday.
/** @param {string[]} names @param {string} word */
const begun = (names, word) => names.findIndex((name) => name.toLowerCase().startsWith(word));

/** @param {string} text @param {string} [from] @returns {string} "" for what is no day */
export function read(text, from = today()) {
  const said = text.trim().toLowerCase().replace(/\s+/g, " ");
  const found = (/** @type {RegExp} */ form) => said.match(form)?.slice(1) ?? null;
  let match = found(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  if (match) return real(Number(match[0]), Number(match[1]) - 1, Number(match[2]));
  match = found(/^(\d{1,2})\. ?(\d{1,2})\.? ?(\d{4})?$/);
  if (match) {
    const [date, month] = [Number(match[0]), Number(match[1]) - 1];
    return match[2] ? real(Number(match[2]), month, date) : coming(from, month, date);
  }
  match = found(/^(?:in )?(\d{1,3}) ?(d|days?|w|weeks?|m|months?)$/);
  if (match) {
    const count = Number(match[0]);
    if (match[1][0] === "m") return plusMonths(from, count);
    return plus(from, match[1][0] === "w" ? count * 7 : count);
  }
  match = found(/^(\d{1,2})\.? ([a-z]{3,})\.?,? ?(\d{4})?$/);
  if (match) {
    const month = begun(MONTHS, match[1]);
    if (month < 0) return "";
    const date = Number(match[0]);
    return match[2] ? real(Number(match[2]), month, date) : coming(from, month, date);
  }
  if (said === "today") return from;
  if (said === "tomorrow") return plus(from, 1);
  if (said === "next week") return plus(from, 7);
  if (said === "next month") return plusMonths(from, 1);
  match = found(/^(?:next )?([a-z]{3,})$/);
  const wanted = match ? begun(WEEK, match[0]) : -1;
  return wanted < 0 ? "" : next(from, wanted);
}
