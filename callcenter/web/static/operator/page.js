// What every part of the console uses: its texts, small makers of elements and times, and what is known now.
export const $ = (id) => document.getElementById(id);
export const root = $("console");
export const T = JSON.parse(root.dataset.texts), LABELS = JSON.parse(root.dataset.labels);
export const API = root.dataset.api || "/operator/api/", REAL = !root.dataset.api; // practice and previews have their own
export const ENDED = ["completed", "busy", "no_answer", "failed", "canceled"];

// The server's state and what only the page knows. `lag`: how far this machine's clock is ahead of field time.
export const now = { state: null, busy: "", passive: false, online: true, problem: "", note: "", told: null, telling: null, cases: {}, savedAt: null, withWhom: "", lag: 0 };
export const fieldNow = () => Date.now() - now.lag;
export const callIsOpen = () => Boolean(now.state?.attempt) && !ENDED.includes(now.state.attempt.state);

export function fill(text, about) { return text.replace(/\{(\w+)\}/g, (whole, name) => about[name] ?? whole); }
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") made.addEventListener("click", value); else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
const LOCALE = document.documentElement.lang === "en" ? "en-GB" : "zh-CN";
export function clock(iso) {
  const format = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return iso ? new Intl.DateTimeFormat("zh-CN", format).format(new Date(iso)) : "";
}
export function day(iso) {
  if (!iso) return "";
  const format = { timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const part = Object.fromEntries(new Intl.DateTimeFormat(LOCALE, format).formatToParts(new Date(iso)).map((one) => [one.type, one.value]));
  return `${part.month}-${part.day} ${part.weekday} ${part.hour}:${part.minute}`;
}
export function lasting(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
export function local(number) { return number.replace(/^\+86(?=1\d{10}$)/, "").replace(/^\+86(10|2\d)(?=\d)/, "0$1-").replace(/^\+86/, "0"); }
export function asList(value) { return value === null || value === undefined || value === "" ? [] : Array.isArray(value) ? value.map(String) : String(value).split(" "); }

export function choice(key, label, pressed, onclick, more = {}) {
  return el("button", { type: "button", class: "choice", "aria-pressed": String(pressed), "data-digit": key, onclick, ...more }, key && key !== label ? el("kbd", {}, key) : null, label);
}

// Every outcome has its own place and key, whatever else is offered.
export const keyOfOutcome = (code) => T["key_" + code] || "";
export function inPlaces(codes) {
  const places = Object.keys(T).filter((name) => name.startsWith("key_")).map((name) => name.slice(4));
  return [...codes].sort((one, other) => places.indexOf(one) - places.indexOf(other));
}
export function outcomeChoice(code, onclick) {
  const made = choice(keyOfOutcome(code), LABELS[code] || code, false, onclick);
  if (code === now.state.suggested) { made.classList.add("first"); made.append(" ", el("span", { class: "badge" }, T.suggested)); }
  return made;
}

// Draws a part anew only where what it shows has changed, and keeps the focus where it was.
const painted = new Map();
export function paint(place, shows, make) {
  const signature = JSON.stringify(shows);
  if (painted.get(place) === signature) return false;
  painted.set(place, signature);
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.dataset.digit ? `[data-digit="${CSS.escape(focused.dataset.digit)}"]` : null);
  place.replaceChildren(...make().filter(Boolean));
  if (focused) (mark && place.querySelector(mark) || (place.tabIndex === -1 ? place : null))?.focus();
  return true;
}
export function forget(place) { painted.delete(place); }
