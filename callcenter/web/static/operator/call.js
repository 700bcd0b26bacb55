// Right: the call, what the operator is doing, and which keys act now.
import { $, LABELS, REAL, T, callIsOpen, el, fieldNow, fill, lasting, local, now, paint } from "./page.js";
import { act } from "./server.js";
import { drawTransfer } from "./transferring.js";

const COUNTDOWN = 5000; // in progressive mode so long a case is read before its call begins
const AGAIN = 15000; // and so long until an empty queue is asked again
let previewSince = null, previewOf = null, askedAt = 0;

export function dial(phone = null) { if (now.state?.lease) act("dial", { phone, lease_id: now.state.lease.id }); }

export function drawCall() {
  const { attempt: call, lease, operator } = now.state, kind = call?.state || "none";
  paint($("doing"), [operator], () => [
    el("span", { class: "badge" + ({ call: " done", wrap_up: " warning", break: " warning" }[operator.state] || "") }, T["doing_" + operator.state]),
    operator.code ? el("span", {}, T["break_" + operator.code]) : null, el("span", { class: "faint", id: "doing-time" })]);
  paint($("call-state"), [kind, call?.phone, call?.line, lease?.line, call?.answered_by], () => [
    el("p", { class: "call-state " + kind }, T["state_" + kind] || kind), el("p", { class: "timer", id: "timer" }),
    T["heard_" + call?.answered_by] ? el("p", { id: "heard" }, el("span", { class: "badge warning" }, T["heard_" + call.answered_by])) : null,
    call ? el("p", { class: "faint" }, local(call.phone) + " · " + T.line + " " + call.line) : lease?.line ? el("p", { class: "faint" }, T.line + " " + lease.line) : null]);
  const own = Object.entries(now.cases).map(([number, code]) => [lease?.bundle?.find((one) => String(one.case_id) === number)?.matter || number, LABELS[code] || code]);
  paint($("told"), [now.note, own], () => [now.note ? el("p", { class: "faint" }, now.note) : null, ...own.map(([matter, label]) => el("p", {}, matter + " ", el("span", { class: "badge warning" }, label)))]);
  drawModes(operator);
  drawStop();
  drawTransfer();
  enableKeys();
  tick();
}
function drawModes(operator) {
  const field = $("mode");
  $("mode-row").hidden = operator.modes.length < 2;
  if (field.dataset.modes !== operator.modes.join()) {
    field.dataset.modes = operator.modes.join();
    field.replaceChildren(...operator.modes.map((mode) => el("option", { value: mode }, T["mode_" + mode])));
  }
  if (document.activeElement !== field) field.value = operator.mode;
}
// The supervisor has stopped the study: a call that runs is finished, no other is begun.
function drawStop() {
  const { stop, attempt } = now.state, place = $("stopped");
  const text = !stop ? "" : fill(callIsOpen() ? T.stopped_in_call : attempt && attempt.outcome === null ? T.stopped_to_tell : T.stopped_before, { reason: stop });
  place.hidden = !text;
  if (place.textContent !== text) place.textContent = text; // said aloud once
}
function enableKeys() {
  const { attempt: call, lease, none, operator, outcomes, undo } = now.state;
  const open = callIsOpen(), untold = call && call.outcome === null;
  const offered = (...codes) => codes.some((code) => outcomes.includes(code));
  const may = {
    "do-next": !lease, "do-dial": lease && !open && !untold && !now.state.stop, "do-hang-up": open && call.state !== "placing",
    "do-appointment": offered("appointment_hard"), "do-refusal": offered("soft_refusal"), "do-wrong": offered("wrong_number"),
    "do-dead": offered("dead_number"), "do-outcome": outcomes.length, "do-note": lease, "do-objections": lease,
    "do-contact": REAL && lease, "do-cases": lease?.bundle?.length > 1 && outcomes.length, "do-give-back": lease && (!call || call.carrier_failure), "do-spam": REAL && call, "do-undo": undo, "do-extend": REAL && operator.state === "wrap_up" && !lease,
    "do-break": REAL && !untold,
  };
  for (const [id, allowed] of Object.entries(may)) { const button = $(id); if (button) button.disabled = !allowed; }
  $("do-next")?.classList.toggle("primary", none?.why !== "stopped");
}

// Twice a second: the timers, and what progressive mode does by itself.
export function tick() {
  if (!now.state) return;
  const { attempt: call, operator } = now.state, timer = $("timer"), doing = $("doing-time");
  if (timer) {
    const from = call && Date.parse(call.answered_at || call.placed_at), to = call?.ended_at ? Date.parse(call.ended_at) : fieldNow();
    timer.textContent = call ? lasting(to - from) : "";
  }
  if (doing) {
    const left = operator.ends_at && Date.parse(operator.ends_at) - fieldNow();
    doing.textContent = left ? fill(T.wrap_up_left, { left: lasting(left) }) : operator.since ? lasting(fieldNow() - Date.parse(operator.since)) : "";
    if (left && left <= 0 && operator.state === "wrap_up" && !now.busy && !now.passive && now.online) act("ready");
  }
  goOnByItself();
}
// Never more than one call: it dials only where a case lies open that was not called, and the server refuses a second one.
function goOnByItself() {
  const { lease, attempt, operator } = now.state, place = $("countdown");
  const waits = operator.mode === "progressive" && !now.busy && !now.passive && now.online && !document.hidden && !document.querySelector("dialog[open]");
  const previewing = waits && lease && !attempt && operator.state === "preview" && !now.state.stop;
  if (previewOf !== (previewing ? lease.id : null)) { previewOf = previewing ? lease.id : null; previewSince = Date.now(); }
  place.textContent = previewing ? fill(T.dials_in, { left: Math.max(0, Math.ceil((COUNTDOWN - (Date.now() - previewSince)) / 1000)) }) : "";
  if (previewing && Date.now() - previewSince >= COUNTDOWN) { previewSince = Date.now(); dial(); }
  else if (waits && !lease && !now.state.offer && operator.state === "ready" && Date.now() - askedAt > AGAIN) { askedAt = Date.now(); act("next"); }
}
