// Keys that static/keys.js does not know: digits, non-answers, Enter, ←, ↑ ↓, Esc. Letters act only outside text fields.
import { $, now } from "./page.js";
import { asked, goBack, goOn, intoField, nothingGiven } from "./ask.js";
import { choiceByKey, keyed } from "./answering.js";

const AHEAD = /^([0-9zjxy+\-.]|Enter)$/i;
let ahead = []; // keys pressed while an answer is on its way: they mean the next question

export function pressAhead(done) {
  const waiting = ahead;
  ahead = [];
  if (!done) return;
  for (const [at, key] of waiting.entries()) {
    if (now.busy) { ahead.push(...waiting.slice(at)); return; }
    const typed = $("typed");
    if (typed && key !== "Enter") { typed.value += key; typed.dispatchEvent(new Event("input")); } else pressed(key);
  }
}
function pressed(key) {
  const scope = document.querySelector("dialog[open]") || $("ask"), question = asked();
  if (key === "Enter") { if (question && scope === $("ask")) { goOn(); return true; } return false; }
  if (scope === $("ask") && question?.choices.length && /^[0-9.\-]$/.test(key)) {
    const found = choiceByKey(question, key, [question.name, question.instance].join());
    if (found !== undefined) {
      const at = keyed(question).findIndex(([, one]) => one === found);
      if (found) scope.querySelectorAll(".choices:not(.nonanswers) .choice")[at].click();
      return true;
    }
  }
  const button = /^[0-9a-z+\-]$/i.test(key) && scope.querySelector(`[data-digit="${CSS.escape(key.toUpperCase())}"]`);
  if (button) button.click();
  return Boolean(button);
}
function step(by) {
  const all = [...(document.querySelector("dialog[open]") || $("ask")).querySelectorAll(".choice")];
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length].focus();
  return true;
}
export function beginPressing() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !now.state || now.passive) return;
    const inDialog = document.querySelector("dialog[open]"), field = event.target.closest("input, textarea, select");
    const stop = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (event.key === "Escape" && field && !inDialog) { stop(); $("ask").focus(); return; }
    if (now.busy === "answer" && !inDialog && AHEAD.test(event.key)) { stop(); ahead.push(event.key); return; }
    if (field?.id === "typed" && event.key === "Enter" && !(field.tagName === "TEXTAREA" && event.shiftKey)) { stop(); goOn(); return; }
    if (field?.tagName === "SELECT" && field.form && inDialog && event.key === "Enter") { stop(); field.form.requestSubmit(); return; } // the list opens by space
    if (field) return;
    if (event.key === "Enter" && event.target.matches("#ask .choice[aria-pressed=false]") && nothingGiven()) { stop(); event.target.click(); return; }
    if (event.key === "Enter" && !inDialog && !event.target.closest("#offers, #go-back, .instance, .call-buttons, a, header") && pressed("Enter")) { stop(); return; }
    if (event.key === "ArrowLeft" && !inDialog && now.state.interview) { stop(); goBack(); return; }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && step(event.key === "ArrowDown" ? 1 : -1)) { stop(); return; }
    if (event.key.length === 1 && !now.busy && pressed(event.key)) { stop(); return; }
    if (/^[0-9.,\-]$/.test(event.key) && !inDialog && asked()) intoField(); // after Escape: the key itself still goes in
  }, true);
}
