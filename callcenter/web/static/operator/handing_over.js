// Beside the questions: the right person to ask for, and matters of a bundle that end otherwise than the one being asked.
import { $, LABELS, T, el, now } from "./page.js";
import { problemIn, send } from "./refused.js";
import { onSubmit } from "./outcomes.js";

let draw = () => {};

function openContact() {
  const form = $("contact-form");
  problemIn($("contact"), "");
  $("contact").showModal(); form.elements.name.focus();
}
async function keepContact(given) {
  const { lease } = now.state, { name, role, number, extension } = given;
  const done = await send($("contact"), "contact", { lease_id: lease.id, name, role, number, extension, at_once: given.at_once === "now" && Boolean(number.trim()) }, draw);
  if (done) $("contact-form").reset();
}

// The outcome told is of the matter being asked; what was said of others stays on this page until then.
const OF_ONE_MATTER = ["complete", "partial", "matter_denied", "not_eligible"];
function others() {
  const bundle = now.state.lease?.bundle || [], asked = bundle.find((one) => one.state !== "done") || bundle.at(-1);
  return bundle.map((one, at) => ({ ...one, label: `${at + 1}. ${one.matter || one.case_id}` })).filter((one) => one.case_id !== asked.case_id);
}
function openCases() {
  const first = now.state.attempt?.answered_at ? OF_ONE_MATTER : [];
  const codes = [...new Set([...first, ...now.state.outcomes])].filter((code) => !code.startsWith("appointment_"));
  $("case-list").replaceChildren(...others().map((one) => {
    const options = [["", T.case_as_usual], ...codes.map((code) => [code, LABELS[code] || code])];
    const select = el("select", { id: "case-" + one.case_id, name: one.case_id }, ...options.map(([code, label]) => el("option", { value: code, selected: now.cases[one.case_id] === code }, label)));
    return el("div", { class: "field" }, el("label", { for: select.id }, one.label), select);
  }));
  $("cases").showModal(); $("case-list").querySelector("select")?.focus();
}
function keepCases(given) {
  now.cases = Object.fromEntries(Object.entries(given).filter(([name, code]) => /^\d+$/.test(name) && code));
  $("cases").close(); draw();
}

export function beginHandingOver(drawing) {
  draw = drawing;
  $("do-contact").addEventListener("click", openContact);
  $("do-cases").addEventListener("click", openCases);
  onSubmit("contact-form", keepContact);
  onSubmit("cases-form", keepCases);
}
