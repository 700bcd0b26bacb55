// Middle: what to say now, and the answer to it.
import { $, ENDED, T, asList, choice, day, el, fieldNow, fill, forget, inPlaces, LABELS, now, outcomeChoice, paint, REAL } from "./page.js";
import { draftOf, keepDraft } from "./drafts.js";
import { act } from "./server.js";
import { tell } from "./outcomes.js";
import { pick, valueOf, widget } from "./answering.js";
import { pressAhead } from "./pressing.js";
import { offered as offeredCall } from "./transferring.js";

const KEYS_OF_NONANSWERS = { dont_know: "z", dont_remember: "j", refused: "x", not_applicable: "y" }; // N, R and B are commands here
let shown = null, shownAt = null;
export let entry = { chosen: [], typed: "", nonanswer: null };
// An outcome was taken back: it is told anew before anything else, unless the operator goes back to the questions.
const telling = () => now.telling !== null && now.telling === now.state?.attempt?.id;
export const asked = () => (telling() ? null : now.state?.interview?.question || null);

// Of several cases asked in one call the one whose turn it is.
const caseAsked = () => now.state.interview?.case_id ?? now.state.lease.case_id;

// A new question on the screen begins with what was said to it before, or with what was typed and never sent.
export function showQuestion() {
  const { lease, attempt, interview } = now.state, question = asked();
  const key = question ? [lease.id, attempt?.id, caseAsked(), question.name, question.instance, interview.progress[0]].join("|") : null;
  if (key === shown) return false;
  shown = key; shownAt = new Date(fieldNow()).toISOString();
  entry = draftOf(key) || { chosen: asList(question?.value), typed: asList(question?.value).join(" "), nonanswer: question?.nonanswer || null };
  return true;
}
export const nothingGiven = () => asked() && !entry.chosen.length && !entry.nonanswer;
function changed() { keepDraft(shown, entry); }

export function drawAsk(fresh = false) {
  const { lease, interview, attempt, none, outcomes, operator } = now.state, place = $("ask"), question = asked();
  if (fresh) forget(place);
  const about = { lease: lease?.id, interview, outcomes, telling: telling(), suggested: now.state.suggested, none, offer: now.state.offer, told: now.told, problem: now.problem, call: attempt?.state, stop: now.state.stop, ended_for: attempt?.ended_by_supervisor, entry: question && { ...entry, typed: null }, doing: lease ? null : operator };
  const anew = paint(place, about, () => (!lease ? idle() : question ? ofQuestion(question, interview) : ofCall(interview, attempt)));
  if (!anew) return;
  const typed = $("typed");
  if (typed && typed.value !== entry.typed) typed.value = entry.typed;
  if (!document.querySelector("dialog[open]") && (fresh || document.activeElement === document.body)) (typed || place).focus();
}
function idle() {
  const { none, operator } = now.state;
  const says = none ? fill(T["none_" + none.why] || none.why, { reason: none.reason }) : (REAL ? T["idle_" + operator.state] : T.idle_practice) || T.idle;
  return [offeredCall(), el("div", { class: "empty" }, finishedLine(), el("p", {}, says), none?.next_due_at ? el("p", {}, fill(T.next_due, { at: day(none.next_due_at) })) : null, problemLine())];
}
function ofCall(interview, call) {
  const by_hand = call?.by_hand && !ENDED.includes(call.state) && call.state !== "answered";
  const text = interview?.complete ? T.interview_done : !call ? (now.state.stop ? T.stopped_dial : T[`dial_hint_${now.state.operator.mode}`]) : telling() || ENDED.includes(call.state) ? (call.ended_by_supervisor ? T.tell_ended_for : T.tell) : by_hand ? T.by_hand : T.wait_answer;
  const parts = [way(interview), call ? null : finishedLine(), el("p", { class: "say" }, text)];
  if (by_hand) parts.push(el("div", { class: "choices" }, ...[["in-progress", T.desk_answered], ["no-answer", T.desk_unanswered], ["busy", T.desk_busy]].map(([word, label], at) => choice(String(at + 1), label, false, () => act("desk", { word })))));
  const rings = call && !ENDED.includes(call.state) && call.state !== "answered"; // announcements are coded by K
  const more = telling() && interview?.question ? el("div", { class: "actions" }, el("button", { type: "button", class: "button", id: "go-back", onclick: goBack }, T.to_questions + " ", el("kbd", {}, "←"))) : null;
  return [...parts, problemLine(), rings ? null : offers(), more];
}
function ofQuestion(question, step) {
  const over = ENDED.includes(now.state.attempt?.state) ? el("p", { class: "notice warning", id: "call-over" }, now.state.attempt.ended_by_supervisor ? T.tell_or_ask_ended_for : T.tell_or_ask) : null;
  return [
    over, way(step), instance(question),
    el("p", { class: "say", id: "say" }, question.say), question.hint ? el("p", { class: "hint", id: "hint" }, question.hint) : null,
    widget(question, entry, { choose, typing }),
    problemLine(step.problem),
    nonanswers(question),
    el("div", { class: "actions" },
      el("button", { type: "button", class: "button primary", id: "go-on", onclick: goOn }, T.next + " ", el("kbd", {}, "Enter")),
      el("button", { type: "button", class: "button", id: "go-back", onclick: goBack }, T.back + " ", el("kbd", {}, "←"))),
  ];
}
function instance(question) {
  const about = question.repeat;
  if (!about) return null;
  const more = (count) => () => act("answer", { ...speaksOf(), question: about.counted_by, instance: about.counted_in, value: count, nonanswer: null });
  return el("div", { class: "instance" }, about.label ? el("span", {}, about.label + " ") : null, el("strong", {}, fill(about.of ? T.instance : T.instance_open, { number: about.number, of: about.of })),
    about.counted_by ? el("button", { type: "button", class: "button small", "data-digit": "+", onclick: more(about.of + 1) }, T.instance_more + " ", el("kbd", {}, "+")) : null,
    about.counted_by ? el("button", { type: "button", class: "button small", "data-digit": "-", onclick: more(about.number - 1) }, T.instance_less + " ", el("kbd", {}, "−")) : null);
}
function nonanswers(question) {
  if (!question.nonanswers.length) return null;
  return el("div", { class: "choices nonanswers", role: "group", "aria-label": T.nonanswers }, ...question.nonanswers.map((one) => choice(keyOf(one).toUpperCase(), T["nonanswer_" + one.value] || one.label, entry.nonanswer === one.value, () => refuseToSay(one.value))));
}
function keyOf(one) { return KEYS_OF_NONANSWERS[one.value] || one.key.toLowerCase(); }
function way(step) {
  if (!step) return null;
  const [answered, total] = step.progress, at = step.question?.number || answered + (step.complete ? 0 : 1);
  if (!total) return el("div", { class: "way" }, el("span", {}, fill(T.progress_open, { done: at }))); // screening: nobody knows yet
  return el("div", { class: "way" }, el("span", {}, fill(T.progress, { done: Math.min(at, total), total })), el("progress", { max: total, value: step.complete ? answered : at - 1 }));
}
function problemLine(text) { const told = now.problem || text; return told ? el("p", { class: "problem", role: "alert", id: "problem" }, told) : null; }
function finishedLine() {
  const told = now.told;
  if (!told) return null;
  if (told.state === "late") return el("p", { class: "notice warning" }, T.finished_late);
  const agreed = told.due_at && told.outcome.startsWith("appointment_");
  const text = agreed ? T.finished_appointment : told.action === "call" && !told.due_at ? T.finished : T["finished_" + told.action] || T.finished;
  const at = [day(told.due_at), agreed ? told.who : ""].filter(Boolean).join(" · ");
  const others = (told.others || []).map((one) => fill(T.finished_other, { outcome: LABELS[one.outcome] || one.outcome }));
  return el("p", { class: "notice done", id: "finished" }, [fill(text, { outcome: LABELS[told.outcome] || told.outcome, at }), ...others].join(" "));
}
function offers() {
  const codes = inPlaces(now.state.outcomes);
  if (!codes.length) return null;
  return el("div", {}, el("h3", {}, T.choose_outcome),
    el("div", { class: "choices" + (codes.length > 10 ? " long" : ""), id: "offers" }, ...codes.map((code) => outcomeChoice(code, () => tell(code)))));
}

// Answers
function choose(value) {
  entry = pick(asked(), entry, String(value));
  now.problem = ""; changed(); drawAsk(); $("go-on")?.focus();
}
function typing(text) { entry = { ...entry, typed: text, nonanswer: null }; changed(); }
function refuseToSay(code) {
  entry = { chosen: [], typed: "", nonanswer: entry.nonanswer === code ? null : code };
  now.problem = ""; changed(); drawAsk(); $("go-on")?.focus();
}
function speaksOf() { return { lease_id: now.state.lease.id, attempt_id: now.state.attempt?.id ?? null, case_id: caseAsked() }; }
// Back to what was typed, marked where it is short, so that the next key begins anew.
export function intoField() {
  const typed = $("typed");
  (typed || $("ask")).focus();
  if (typed?.tagName === "INPUT") typed.select();
  return Boolean(typed);
}
export async function goOn() {
  const question = asked();
  if (!question || now.busy) return;
  $("saved").textContent = T.saving;
  const given = { question: question.name, instance: question.instance || "", value: entry.nonanswer ? null : valueOf(question, entry), nonanswer: entry.nonanswer, shown_at: shownAt };
  const done = await act("answer", { ...speaksOf(), ...given });
  if (done) keepDraft(null); else intoField();
  pressAhead(done);
}
export function goBack() {
  if (telling()) { now.telling = null; drawAsk(showQuestion()); return; }
  if (now.state?.interview) act("back", speaksOf());
}
