// The kinds of questions: what is shown for each, what a key or click changes, what is sent.
import { T, choice, el } from "./page.js";

export const kindOf = (question) => question.type.split(" ")[0];
const FIGURES = ["integer", "decimal", "range"], SILENT = ["note", "acknowledge"];
const INPUTS = { date: "date", time: "time", datetime: "datetime-local" };
const MOST_ONE_KEY = 10; // a longer list is chosen from by two digits

export function keyed(question) {
  if (kindOf(question) === "range") return question.choices.map((one) => [one.label, one]);
  const long = question.choices.length > MOST_ONE_KEY;
  return question.choices.map((one, at) => [long ? String(at + 1).padStart(2, "0") : one.key, one]);
}
export function widget(question, entry, { choose, typing }) {
  const kind = kindOf(question);
  if (question.choices.length) return chooser(question, entry, kind, choose);
  return SILENT.includes(kind) ? null : input(question, entry, kind, typing);
}
function chooser(question, entry, kind, choose) {
  const hint = { select_multiple: T.several, rank: T.rank_hint }[kind], long = question.choices.length > MOST_ONE_KEY && kind !== "range";
  const buttons = keyed(question).map(([key, one]) => {
    const at = entry.chosen.indexOf(String(one.value));
    const made = choice(kind === "range" ? one.key || one.label : key, one.label, at >= 0, () => choose(one.value));
    if (kind === "rank" && at >= 0) made.append(el("span", { class: "place" }, fillPlace(at + 1)));
    return made;
  });
  const ends = kind === "range" && question.minimum !== null ? " scale" : "";
  return el("div", {}, hint ? el("p", { class: "hint" }, hint) : null, long ? el("p", { class: "hint" }, T.two_digits) : null,
    el("div", { class: "choices" + ends + (long ? " long" : ""), role: "group", "aria-labelledby": "say" }, ...buttons));
}
function fillPlace(place) { return T.rank_place.replace("{place}", place); }
function input(question, entry, kind, typing) {
  const figure = FIGURES.includes(kind);
  const made = kind === "text" && !question.unit ? el("textarea", { rows: 3 }) : el("input", { type: INPUTS[kind] || "text", inputmode: figure ? "decimal" : null, class: figure ? "figure" : null, autocomplete: "off" });
  made.id = "typed"; made.dataset.typed = ""; made.value = entry.typed;
  made.setAttribute("aria-labelledby", "say"); made.setAttribute("aria-describedby", "problem hint");
  made.addEventListener("input", () => typing(made.value));
  return el("div", { class: "field" }, made, question.unit ? " " + question.unit : "");
}
// What a choice changes: one takes another's place, several come and go, ranks are given in the order pressed.
export function pick(question, entry, value) {
  const kind = kindOf(question), without = entry.chosen.filter((one) => one !== value);
  const several = kind === "select_multiple" || kind === "rank";
  const chosen = !several ? [value] : without.length < entry.chosen.length ? without : [...entry.chosen, value];
  return { ...entry, chosen, nonanswer: null };
}
export function valueOf(question, entry) {
  const kind = kindOf(question);
  if (kind === "acknowledge") return "OK";
  if (kind === "note") return null;
  if (!question.choices.length) return entry.typed.trim() === "" ? null : entry.typed.trim();
  if (kind === "select_multiple" || kind === "rank") return entry.chosen.length ? entry.chosen : null;
  return entry.chosen[0] ?? null;
}
// Digits make up the key of a choice: one digit, two in long lists, and the number itself on scales.
let digits = "", of = "";
export function choiceByKey(question, pressed, about) {
  const keys = new Map(keyed(question));
  if (kindOf(question) === "range") for (const one of question.choices) if (one.key && !keys.has(one.key)) keys.set(one.key, one); // 0 is 10 where there is no 0
  if (of !== about) { digits = ""; of = about; }
  for (const typed of [digits + pressed, pressed]) {
    if (keys.has(typed)) { digits = kindOf(question) === "range" ? typed : ""; return keys.get(typed); }
    if ([...keys.keys()].some((key) => key.startsWith(typed))) { digits = typed; return null; }
  }
  digits = "";
  return undefined;
}
