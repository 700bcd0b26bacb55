// The operator's console. The server holds everything: each action answers with the whole state, and this file draws it.
// All actions may be sent twice without harm, so what fails for want of a connection is sent again until it succeeds.
"use strict";
const root = document.getElementById("console");
const API = root.dataset.api || "/operator/api/"; // practice and previews have their own
const T = JSON.parse(root.dataset.texts), LABELS = JSON.parse(root.dataset.labels);
const $ = (id) => document.getElementById(id);
const KEYS_OF_NONANSWERS = { dont_know: "z", dont_remember: "j", refused: "x", not_applicable: "y" }; // N, R and B are commands here
const ENDED = ["completed", "busy", "no_answer", "failed", "canceled"];
let state = null, busy = false, passive = false, shown = null, shownAt = null, chosen = [], nonanswer = null, note = "", lag = 0, problem = "";
let told = null, savedAt = null, withWhom = ""; // the last case told, and when anything was last saved: they outlast the case

function fill(text, about) { return text.replace(/\{(\w+)\}/g, (whole, name) => about[name] ?? whole); }
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") made.addEventListener("click", value); else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}
function clock(iso) { return iso ? new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(new Date(iso)) : ""; }
function day(iso) {
  if (!iso) return "";
  const format = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const part = Object.fromEntries(format.formatToParts(new Date(iso)).map((one) => [one.type, one.value]));
  return `${part.month}-${part.day} ${part.weekday} ${part.hour}:${part.minute}`;
}
function local(number) { return number.replace(/^\+86(?=1\d{10}$)/, "").replace(/^\+86(10|2\d)(?=\d)/, "0$1-").replace(/^\+86/, "0"); }
function online(is) { const mark = $("online"); mark.textContent = is ? T.online : T.offline; mark.className = is ? "" : "off"; }

// One action at a time; a lost connection or an ailing server is waited out.
async function act(path, body) {
  if (busy || passive) return false;
  busy = true; problem = "";
  try { return await send(path, body); } finally { busy = false; }
}
async function send(path, body) {
  const options = { headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf-token]").content;
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(state?.memo === undefined ? body : { ...body, memo: state.memo });
  }
  for (let wait = 1000; ; wait = Math.min(wait * 1.5, 8000)) {
    let answer = null;
    try { answer = await fetch(API + path, options); } catch { /* away */ }
    const refusal = answer && answer.headers.get("content-type")?.includes("json") ? await answer.json().catch(() => null) : null;
    if (answer?.ok && refusal) { online(true); take(refusal); return true; }
    if (answer && answer.status === 401) { loggedOut(); }
    else if (answer && refusal?.refused && (answer.status < 500 || String(refusal.why).startsWith("line_"))) {
      online(true); problem = refusal.about || ""; await reload(); return false;
    } else online(false);
    await new Promise((later) => setTimeout(later, wait));
  }
}
async function reload() {
  if (state?.memo !== undefined) { draw(); return; } // a preview keeps its answers on the page alone
  try {
    const answer = await fetch(API + "state", { headers: { Accept: "application/json" } });
    if (answer.ok) { take(await answer.json()); return; }
  } catch { /* shown by the next action */ }
  draw();
}
function loggedOut() {
  online(false);
  const place = $("notices");
  place.replaceChildren(el("p", { class: "notice warning" }, T.logged_out + " ", el("a", { href: "/log-in", target: "_blank" }, T.log_in)));
}
function take(next) {
  const before = state;
  state = next;
  lag = Date.now() - Date.parse(next.now);
  if (next.finished) told = { ...next.finished, who: withWhom }; else if (next.lease) told = null;
  savedAt = next.saved_at || (next.finished ? next.now : savedAt);
  if (before?.lease?.id !== next.lease?.id) note = "";
  const key = next.interview?.question ? [next.lease.id, next.attempt?.id, next.interview.question.name, next.interview.question.instance, next.interview.progress[0]].join("|") : null;
  if (key !== shown) { shown = key; shownAt = new Date(Date.now() - lag).toISOString(); chosen = asList(next.interview?.question?.value); nonanswer = next.interview?.question?.nonanswer || null; draw(true); }
  else draw(false);
}
function asList(value) { return value === null || value === undefined || value === "" ? [] : Array.isArray(value) ? value.map(String) : String(value).split(" "); }

// Left: who
function drawWho() {
  const lease = state.lease;
  if (!lease) { $("who").replaceChildren(); return; }
  const usable = (phone) => !["wrong", "dead"].includes(phone.state);
  const next = lease.phones.find(usable);
  const free = !state.attempt || ENDED.includes(state.attempt.state);
  $("who").replaceChildren(...[
    el("h2", {}, lease.enterprise), el("p", { class: "faint" }, lease.district),
    lease.needs_conversion ? el("p", {}, el("span", { class: "badge warning" }, T.conversion)) : null,
    el("h3", {}, T.matter), el("ul", {}, ...lease.matters.map((one) => el("li", {}, [one.what, ...Object.values(one.beside || {}), one.when, one.department].filter(Boolean).join(" · ")))),
    el("h3", {}, T.contact), el("p", {}, lease.contact || "–"),
    ...(lease.appointment ? [el("h3", {}, T.appointment), el("p", {}, [day(lease.appointment.at), T[lease.appointment.kind], lease.appointment.with_whom, lease.appointment.note].filter(Boolean).join(" · "))] : []),
    el("h3", {}, T.phones),
    el("ul", {}, ...lease.phones.map((phone) => el("li", { class: "phone" + (phone === next ? " next" : "") },
      el("span", {}, local(phone.number) + (phone.extension ? " 转 " + phone.extension : "")),
      el("span", { class: "faint" }, phone.last || T["phone_" + phone.state] || phone.state),
      free && usable(phone) && phone !== next ? el("button", { class: "button small", onclick: () => dial(phone.number) }, "D") : null))),
    el("h3", {}, T.history),
    lease.history.length ? el("ul", {}, ...lease.history.map((one) => el("li", {}, el("span", { class: "faint" }, day(one.at) + " "), one.label, one.note ? el("div", {}, one.note) : null))) : el("p", { class: "faint" }, T.none_yet),
    ...(lease.others.length ? [el("h3", {}, T.others), el("ul", {}, ...lease.others.map((one) => el("li", {}, one.matter || String(one.case_id))))] : []),
  ].filter(Boolean));
}

// Middle: what to say
function drawAsk(fresh) {
  const place = $("ask"), step = state.interview, typed = place.querySelector("[data-typed]")?.value;
  if (!state.lease) {
    const none = state.none;
    place.replaceChildren(el("div", { class: "empty" }, finishedLine(), el("p", {}, none ? T["none_" + none.why] || none.why : T.idle), none?.next_due_at ? el("p", {}, fill(T.next_due, { at: day(none.next_due_at) })) : null, problemLine()));
    return;
  }
  if (!step || !step.question) {
    const call = state.attempt;
    const text = step?.complete ? T.interview_done : !call ? T.dial_hint : ENDED.includes(call.state) ? T.tell : T.wait_answer;
    place.replaceChildren(...[way(step), el("p", { class: "say" }, text), problemLine(), offers()].filter(Boolean));
    return;
  }
  const question = step.question, kind = question.type.split(" ")[0];
  const parts = [way(step), el("p", { class: "say", id: "say" }, question.say), question.hint ? el("p", { class: "hint" }, question.hint) : null];
  if (question.choices.length) {
    if (kind === "select_multiple") parts.push(el("p", { class: "hint" }, T.several));
    parts.push(el("div", { class: "choices" + (kind === "range" ? " scale" : ""), role: "group" }, ...question.choices.map((one) => choice(one.key, one.label, chosen.includes(String(one.value)), () => choose(one.value, kind === "select_multiple")))));
  } else if (!["note", "acknowledge"].includes(kind)) {
    const figure = ["integer", "decimal", "range"].includes(kind);
    const input = kind === "text" && question.unit === undefined ? el("textarea", { rows: 3 }) : el("input", { type: kind === "date" ? "date" : kind === "time" ? "time" : "text", inputmode: figure ? "decimal" : null, class: figure ? "figure" : null, autocomplete: "off" });
    input.id = "typed"; input.dataset.typed = ""; input.setAttribute("aria-labelledby", "say");
    input.value = fresh || typed === undefined ? asList(question.value).join(" ") : typed;
    parts.push(el("div", { class: "field" }, input, question.unit ? " " + question.unit : ""));
  }
  if (question.nonanswers.length) parts.push(el("div", { class: "choices nonanswers", role: "group" }, ...question.nonanswers.map((one) => choice(keyOf(one).toUpperCase(), one.label, nonanswer === one.value, () => refuseToSay(one.value)))));
  parts.push(problemLine(step.problem), el("div", { class: "actions" }, el("button", { class: "button primary", id: "go-on", onclick: goOn }, T.next + " ", el("kbd", {}, "Enter")), el("button", { class: "button", id: "go-back", onclick: goBack }, T.back + " ", el("kbd", {}, "←"))));
  place.replaceChildren(...parts.filter(Boolean));
  if (!document.querySelector("dialog[open]")) (fresh || document.activeElement === document.body ? $("typed") || place : null)?.focus();
}
function keyOf(one) { return KEYS_OF_NONANSWERS[one.value] || one.key.toLowerCase(); }
function choice(key, label, pressed, onclick) { return el("button", { type: "button", class: "choice", "aria-pressed": String(pressed), "data-digit": key, onclick }, key && key !== label ? el("kbd", {}, key) : null, label); }
function way(step) {
  if (!step) return null;
  const [answered, total] = step.progress, at = answered + (step.complete ? 0 : 1);
  if (!total) return el("div", { class: "way" }, el("span", {}, fill(T.progress_open, { done: at }))); // screening: nobody knows yet
  return el("div", { class: "way" }, el("span", {}, fill(T.progress, { done: Math.min(at, total), total })), el("progress", { max: total, value: answered }));
}
function problemLine(text) { const told = problem || text; return told ? el("p", { class: "problem", role: "alert", id: "problem" }, told) : null; }
function finishedLine() {
  if (!told) return null;
  if (told.state === "late") return el("p", { class: "notice warning" }, T.finished_late);
  const agreed = told.due_at && told.outcome.startsWith("appointment_");
  const text = agreed ? T.finished_appointment : told.action === "call" && !told.due_at ? T.finished : T["finished_" + told.action] || T.finished;
  const at = [day(told.due_at), agreed ? told.who : ""].filter(Boolean).join(" · ");
  return el("p", { class: "notice done", id: "finished" }, fill(text, { outcome: LABELS[told.outcome] || told.outcome, at }));
}
function offers() {
  if (!state.outcomes.length) return el("span", {});
  return el("div", {}, el("h3", {}, T.choose_outcome), el("div", { class: "choices", id: "offers" }, ...state.outcomes.map((code, place) => {
    const made = choice(outcomeKey(place), LABELS[code] || code, false, () => tell(code));
    if (place === 0) made.classList.add("first");
    return made;
  })));
}
function outcomeKey(place) { return place < 9 ? String(place + 1) : place === 9 ? "0" : ""; }

// Answers
function choose(value, several) {
  nonanswer = null;
  const text = String(value);
  chosen = several ? (chosen.includes(text) ? chosen.filter((one) => one !== text) : [...chosen, text]) : [text];
  problem = ""; drawAsk(false); $("go-on")?.focus();
}
function refuseToSay(code) {
  nonanswer = nonanswer === code ? null : code;
  chosen = [];
  const typed = $("typed"); if (typed) typed.value = "";
  problem = ""; drawAsk(false); $("go-on")?.focus();
}
function goOn() {
  const question = state?.interview?.question;
  if (!question) return;
  const kind = question.type.split(" ")[0], typed = $("typed");
  let value = null;
  if (!nonanswer) {
    if (typed) value = typed.value.trim() === "" ? null : typed.value.trim();
    else if (["note", "acknowledge"].includes(kind)) value = kind === "acknowledge" ? "OK" : null;
    else value = kind === "select_multiple" ? (chosen.length ? chosen : null) : chosen[0] ?? null;
  }
  $("saved").textContent = T.saving;
  act("answer", { question: question.name, instance: question.instance || "", value, nonanswer, shown_at: shownAt }).then((done) => { if (!done) $("typed")?.focus(); });
}
function goBack() { act("back", {}); }

// Right: the call
function drawCall() {
  const call = state.attempt, lease = state.lease;
  const kind = call?.state || "none";
  $("call-state").replaceChildren(
    el("p", { class: "call-state " + kind }, T["state_" + kind] || kind),
    el("p", { class: "timer", id: "timer" }, ""),
    call ? el("p", { class: "faint" }, local(call.phone) + " · " + T.line + " " + call.line) : lease?.line ? el("p", { class: "faint" }, T.line + " " + lease.line) : "");
  tick();
  const open = call && !ENDED.includes(call.state), untold = call && call.outcome === null;
  const offered = (...codes) => codes.some((code) => state.outcomes.includes(code));
  enable("do-next", !lease); enable("do-dial", lease && !open && !untold); enable("do-hang-up", open);
  enable("do-appointment", offered("appointment_hard")); enable("do-refusal", offered("soft_refusal")); enable("do-wrong", offered("wrong_number"));
  enable("do-dead", offered("dead_number")); enable("do-outcome", state.outcomes.length); enable("do-note", lease); enable("do-objections", lease); enable("do-give-back", lease && (!call || call.carrier_failure));
  $("told").replaceChildren(note ? el("p", { class: "faint" }, note) : "");
}
function enable(id, may) { $(id).disabled = !may; }
function draw(fresh) {
  if (!state || passive) return;
  drawWho(); drawAsk(fresh); drawCall();
  $("saved").textContent = savedAt ? fill(T.saved, { at: clock(savedAt) }) : T.nothing_saved;
  if (document.activeElement === document.body || document.activeElement.disabled) (state.lease ? $("ask") : $("do-next")).focus();
}
$("ask").tabIndex = -1;
function tick() {
  const call = state?.attempt, timer = $("timer");
  if (!call || !timer) return;
  const from = Date.parse(call.answered_at || call.placed_at), to = call.ended_at ? Date.parse(call.ended_at) : Date.now() - lag;
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  timer.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
setInterval(tick, 500);

// Outcomes
function tell(outcome, detail = {}) {
  if (!state.outcomes.includes(outcome)) { problem = T.not_offered; draw(); return; }
  if (outcome === "appointment_hard" || outcome === "appointment_soft") if (!detail.appointment) { $("outcomes").close(); openAppointment(outcome === "appointment_soft" ? "soft" : "hard"); return; }
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  withWhom = detail.appointment?.with_whom || "";
  act("outcome", { outcome, detail: { ...detail, note: detail.note || note || undefined }, lease_id: state.lease.id, attempt_id: state.attempt?.id ?? null });
}
function dial(phone = null) { act("dial", { phone }); }
function openAppointment(kind) {
  const form = $("appointment-form");
  if (!form.elements.at.value) form.elements.at.value = new Date(Date.now() - lag + 8 * 3600e3 + 3600e3).toISOString().slice(0, 14) + "00"; // field time, on the hour
  form.elements.kind.value = kind;
  $("appointment").showModal(); form.elements.at.focus();
}
function openOutcomes(codes) {
  $("outcome-list").replaceChildren(...codes.map((code, place) => choice(outcomeKey(place), LABELS[code] || code, false, () => tell(code))));
  $("outcomes").showModal(); $("outcome-list").firstChild?.focus();
}
$("do-next").addEventListener("click", () => act("next", {}));
$("do-dial").addEventListener("click", () => dial());
$("do-hang-up").addEventListener("click", () => act("hang-up", {}));
$("do-give-back").addEventListener("click", () => act("give-back", { why: "" }));
$("do-appointment").addEventListener("click", () => openAppointment("hard"));
$("do-refusal").addEventListener("click", () => { $("refusal").showModal(); $("refusal-form").elements.outcome.focus(); });
$("do-wrong").addEventListener("click", () => tell("wrong_number"));
$("do-dead").addEventListener("click", () => openOutcomes(["dead_number", "suspended", "switched_off", "unreachable", "no_answer", "busy", "blocked"].filter((code) => state.outcomes.includes(code))));
$("do-outcome").addEventListener("click", () => openOutcomes(state.outcomes));
$("do-note").addEventListener("click", () => { $("note-form").elements.note.value = note; $("note").showModal(); });
$("do-objections").addEventListener("click", () => { $("objection-search").value = ""; drawObjections(""); $("objections").showModal(); $("objection-search").focus(); });
$("objection-search").addEventListener("input", (event) => drawObjections(event.target.value.trim()));
function drawObjections(wanted) {
  const found = (state?.lease?.objections || []).filter((one) => !wanted || (one.says + one.reply).includes(wanted));
  $("objection-list").replaceChildren(...found.flatMap((one) => [el("dt", {}, one.says), el("dd", {}, one.reply)]));
}
$("appointment-form").addEventListener("submit", (event) => {
  event.preventDefault(); event.stopImmediatePropagation();
  const given = Object.fromEntries(new FormData(event.target));
  tell(given.kind === "soft" ? "appointment_soft" : "appointment_hard", { appointment: { at: given.at + ":00+08:00", kind: given.kind, with_whom: given.with_whom, note: given.note }, note: given.note });
}, true);
$("refusal-form").addEventListener("submit", (event) => {
  event.preventDefault(); event.stopImmediatePropagation();
  const given = Object.fromEntries(new FormData(event.target));
  tell(given.outcome, { who: given.who, confirmed: given.who === "unknown" ? false : undefined, note: given.note });
}, true);
$("note-form").addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); note = event.target.elements.note.value.trim(); $("note").close(); draw(); }, true);

// Keys that static/keys.js does not know: digits, non-answers, Enter, ←, Esc. Letters act only outside text fields.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !state) return;
  const inDialog = document.querySelector("dialog[open]");
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field && !inDialog) { event.preventDefault(); $("ask").focus(); return; }
  if (field && field.id === "typed" && event.key === "Enter" && !(field.tagName === "TEXTAREA" && event.shiftKey)) { event.preventDefault(); goOn(); return; }
  if (field) return;
  const scope = inDialog || $("ask");
  const button = scope.querySelector(`[data-digit="${CSS.escape(event.key.toUpperCase())}"]`);
  if (button && /^[0-9a-z]$/i.test(event.key)) { event.preventDefault(); event.stopImmediatePropagation(); button.click(); return; }
  if (inDialog) return;
  if (event.key === "Enter" && state.interview?.question && !["BUTTON", "A"].includes(event.target.tagName)) { event.preventDefault(); goOn(); }
  if (event.key === "Enter" && event.target.classList.contains("choice") && state.interview?.question) { event.preventDefault(); goOn(); }
  if (event.key === "ArrowLeft" && state.interview) { event.preventDefault(); goBack(); }
}, true);

// Live: the call's events, and the state every few seconds where they do not come. A heartbeat keeps the case.
document.body.addEventListener("live:call", () => { if (!busy && !passive) reload(); });
document.body.addEventListener("callcenter:back", () => { if (!busy && !passive) reload(); });
setInterval(() => { if (!busy && !passive && state?.attempt && !ENDED.includes(state.attempt.state)) reload(); }, 3000);
setInterval(() => { if (!busy && !passive && state?.lease) act("heartbeat", {}); }, 60000);

// One tab only: a second one is told, and may take over.
const tabs = new BroadcastChannel("operator" + (root.dataset.api || ""));
tabs.addEventListener("message", (event) => {
  if (event.data === "here?" && !passive) tabs.postMessage("taken");
  if (event.data === "taken" && !passive) stepAside();
  if (event.data === "mine") stepAside();
});
function stepAside() {
  passive = true;
  const over = el("div", { class: "empty" }, el("p", {}, T.second_tab), el("button", { class: "button primary", onclick: () => { passive = false; tabs.postMessage("mine"); reload(); } }, T.use_here));
  $("ask").replaceChildren(over); over.querySelector("button").focus();
}
tabs.postMessage("here?");
online(true);
reload();
