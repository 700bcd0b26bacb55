// The operator's console. The server holds everything: each action answers with the whole state, and these files draw it.
import { $, T, callIsOpen, clock, fill, now } from "./page.js";
import { begin, online, quietly, reload, resend } from "./server.js";
import { drawAsk, showQuestion } from "./ask.js";
import { beginHandingOver } from "./handing_over.js";
import { answeredMeanwhile, beginOutcomes } from "./outcomes.js";
import { beginPressing } from "./pressing.js";
import { beginTabs } from "./tabs.js";
import { drawCall, tick } from "./call.js";
import { beginTransferring } from "./transferring.js";
import { drawWho } from "./who.js";

function take(next) {
  const before = now.state;
  for (const name of ["stop", "transfer"]) if (!(name in next)) next[name] = next.lease ? before?.[name] : null; // an answer comes back without
  now.state = next;
  now.lag = Date.now() - Date.parse(next.now);
  if (next.finished) now.told = { ...next.finished, who: now.withWhom }; else if (next.lease && (next.attempt || next.lease.id !== before?.lease?.id)) now.told = null;
  now.savedAt = next.saved_at || (next.finished ? next.now : now.savedAt);
  if (before && before.lease?.id !== next.lease?.id) $("notices").querySelector(".done")?.remove();
  if (next.noted === "undone") now.telling = next.attempt?.id ?? null;
  if (next.attempt?.answered_at && before?.attempt?.id === next.attempt.id && !before.attempt.answered_at) answeredMeanwhile();
  if (next.noted) window.callcenter.say("done", T["noted_" + next.noted]);
  if (before?.lease?.id !== next.lease?.id) { now.note = ""; now.cases = {}; for (const form of document.querySelectorAll("#appointment-form, #refusal-form, #wrong-form")) form.reset(); }
  draw(showQuestion());
}
function draw(fresh = false) {
  if (!now.state || now.passive) return;
  drawWho(); drawAsk(fresh); drawCall();
  $("saved").textContent = now.state.memo !== undefined ? T.preview_unsaved : now.savedAt ? fill(T.saved, { at: clock(now.savedAt) }) : T.nothing_saved;
  const focused = document.activeElement; // never on the button for the next case: Enter after an outcome would lose its undoing
  if ((focused === document.body || focused.disabled) && !document.querySelector("dialog[open]")) ($("typed") || $("ask")).focus();
}
$("ask").tabIndex = -1;
begin(take, draw);
beginOutcomes(draw);
beginHandingOver(draw);
beginPressing();
beginTransferring();
// A dialog that closes gives the focus back to the question, not to the button that opened it: Enter goes on.
document.addEventListener("close", (event) => { if (event.target.matches("dialog") && now.state?.lease && !now.passive) ($("typed") || $("ask")).focus(); }, true);
setInterval(tick, 500);
// What was done is said until the next key or click, so that it never covers the call. The window hears a key before the console
// (pressing.js) takes it for an answer and lets nobody else see it.
for (const kind of ["keydown", "pointerdown"]) window.addEventListener(kind, () => $("notices").querySelector(".done")?.remove(), true);

// Live: what happens to the call as it happens, and the state every few seconds where the news does not come. A heartbeat keeps the case.
const idle = () => !now.busy && !now.passive;
document.body.addEventListener("live:call", (event) => { if (idle() && !String(event.detail.data).startsWith("tab ")) reload(); });
document.body.addEventListener("live:lost", () => online(false));
document.body.addEventListener("live:open", () => { if (idle()) reload(); });
document.body.addEventListener("callcenter:back", () => { if (idle()) reload(); });
setInterval(() => { if (idle() && (callIsOpen() || !now.online)) reload(); }, 3000);
setInterval(() => { if (idle() && now.state?.lease && now.state.memo === undefined) quietly("heartbeat", { lease_id: now.state.lease.id }); }, 60000);
// Who waits without a case gives a sign of life too: a console that is gone is found out by it.
setInterval(() => { if (idle() && !now.state?.lease) reload(); }, 60000);

online(true);
reload().then(resend);
beginTabs();
