// How a turn ends: outcomes, appointment, refusal; notes, breaks and objections beside it.
import { $, LABELS, T, callIsOpen, choice, el, fieldNow, fill, inPlaces, local, now, outcomeChoice } from "./page.js";
import { openForm, problemIn, send } from "./refused.js";
import { act } from "./server.js";
import { dial } from "./call.js";

const UNHEARD = ["dead_number", "suspended", "switched_off", "unreachable", "no_answer", "busy", "blocked"];
const BREAKS = Object.keys(T).filter((name) => name.startsWith("break_")).map((name) => name.slice(6));
const ANNOUNCED = ["dead_number", "suspended", "switched_off", "unreachable"];
let draw = () => {}, silent = () => {};

export function tell(outcome, detail = {}) {
  const { state } = now, heard = callIsOpen() && !state.attempt.answered_at ? "ringing" : undefined; // refused where somebody has answered since
  const form = openForm();
  if (!state.outcomes.includes(outcome)) { if (form) problemIn(form, T.not_offered); else { now.problem = T.not_offered; draw(); } return; }
  if (detail.heard !== "announcement" && unsure(outcome)) { askSilence(outcome, detail); return; }
  if ((outcome === "appointment_hard" || outcome === "appointment_soft") && !detail.appointment) { $("outcomes").close(); openAppointment(outcome === "appointment_soft" ? "soft" : "hard"); return; }
  for (const open of document.querySelectorAll("dialog[open]")) if (open !== form) open.close();
  now.withWhom = detail.appointment?.with_whom || "";
  const body = { outcome, detail: { ...detail, heard: detail.heard || heard, note: detail.note || now.note || undefined, cases: Object.keys(now.cases).length ? now.cases : undefined }, lease_id: state.lease.id, attempt_id: state.attempt?.id ?? null };
  if (form) send(form, "outcome", body, draw); else act("outcome", body);
}
// Networks answer with announcements, too: of a call that was answered the operator says so, and then it is told.
function unsure(code) {
  const { attempt, interview } = now.state;
  return Boolean(attempt?.answered_at) && (ANNOUNCED.includes(code) || (code === "answering_machine" && interview?.progress[0] > 0));
}
function askSilence(outcome, detail) {
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  silent = () => tell(outcome, { ...detail, heard: "announcement" });
  $("silence-says").textContent = fill(T.silence, { outcome: LABELS[outcome] || outcome });
  $("silence").showModal(); $("silence-form").querySelector("button").focus();
}
const inField = (moment) => new Date(moment + 8 * 3600e3).toISOString().slice(0, 16);
function openAppointment(kind) {
  const form = $("appointment-form"), { suggested_at } = now.state.lease;
  if (form.elements.at.value <= inField(fieldNow())) form.elements.at.value = inField(suggested_at ? Date.parse(suggested_at) : Math.ceil(fieldNow() / 1800e3) * 1800e3 + 3600e3);
  form.elements.kind.value = kind;
  problemIn($("appointment"), "");
  $("appointment").showModal(); form.elements.at.focus();
}
function openChoices(id, list, choices) {
  $(list).classList.toggle("long", choices.length > 10);
  $(list).replaceChildren(...choices);
  $(id).showModal(); ($(list).querySelector(".first") || $(list).firstChild)?.focus();
}
const openOutcomes = (codes) => openChoices("outcomes", "outcome-list", inPlaces(codes).map((code) => outcomeChoice(code, () => tell(code))));
// What was heard while it rang is not so once somebody answers.
export function answeredMeanwhile() {
  if (!$("outcomes").open) return;
  $("outcomes").close();
  now.problem = T.answered_meanwhile;
}
function openBreaks() {
  const leave = (body) => () => { $("breaks").close(); act("pause", body); };
  const reasons = BREAKS.map((code) => [T["break_" + code], leave({ state: "break", code })]);
  openChoices("breaks", "break-list", [...reasons, [T.doing_training, leave({ state: "training" })]].map(([label, onclick], place) => choice(String(place + 1), label, false, onclick)));
}
function drawObjections(wanted) {
  const found = (now.state?.lease?.objections || []).filter((one) => !wanted || (one.says + one.reply).includes(wanted));
  $("objection-list").replaceChildren(...(found.length ? found.flatMap((one) => [el("dt", {}, one.says), el("dd", {}, one.reply)]) : [el("dd", { class: "faint" }, T.no_objections)]));
}
// A form of a dialog: its values go to `use`; nothing is sent by the browser itself.
export function onSubmit(id, use) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault(); event.stopImmediatePropagation();
    use(Object.fromEntries(new FormData(event.target)));
  }, true);
}
export function beginOutcomes(drawing) {
  draw = drawing;
  const lease_id = () => now.state.lease?.id;
  const press = {
    next: () => act("next"), dial: () => dial(), "hang-up": () => act("hang-up", { lease_id: lease_id() }), "give-back": () => act("give-back", { why: "", lease_id: lease_id() }),
    appointment: () => openAppointment("hard"), wrong: () => { $("wrong-says").textContent = fill(T.wrong_says, { number: local(now.state.attempt.phone) }); problemIn($("wrong"), ""); $("wrong").showModal(); $("wrong-form").elements.note.focus(); }, outcome: () => openOutcomes(now.state.outcomes),
    refusal: () => { problemIn($("refusal"), ""); $("refusal").showModal(); $("refusal-form").elements.outcome.focus(); },
    dead: () => openOutcomes(UNHEARD.filter((code) => now.state.outcomes.includes(code))),
    note: () => { $("note-form").elements.note.value = now.note; $("note").showModal(); },
    objections: () => { $("objection-search").value = ""; drawObjections(""); $("objections").showModal(); $("objection-search").focus(); },
    extend: () => act("extend"), break: openBreaks, spam: () => { problemIn($("spam"), ""); $("spam").showModal(); $("spam-form").elements.text.select(); }, undo: () => act("undo", { attempt_id: now.state.undo.attempt_id }),
  };
  for (const [name, does] of Object.entries(press)) $("do-" + name)?.addEventListener("click", does);
  $("mode").addEventListener("change", (event) => { act("mode", { mode: event.target.value }); event.target.blur(); $("ask").focus(); });
  $("objection-search").addEventListener("input", (event) => drawObjections(event.target.value.trim()));
  onSubmit("appointment-form", (given) => tell(given.kind === "soft" ? "appointment_soft" : "appointment_hard", { appointment: { at: given.at + ":00+08:00", kind: given.kind, with_whom: given.with_whom, note: given.note }, note: given.note }));
  onSubmit("refusal-form", (given) => tell(given.outcome, { who: given.who, confirmed: given.who === "unknown" ? false : undefined, note: given.note }));
  onSubmit("wrong-form", (given) => tell("wrong_number", { note: given.note }));
  onSubmit("silence-form", () => silent());
  onSubmit("spam-form", (given) => send($("spam"), "spam", { ...given, attempt_id: now.state.attempt.id }, draw));
  onSubmit("note-form", (given) => { now.note = given.note.trim(); $("note").close(); draw(); });
}
