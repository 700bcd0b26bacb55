// The way to the server. Every action may be sent twice without harm, so what fails for want of a connection is sent again until
// it succeeds; each names the lease and call it speaks of, so that a late one never hits another case.
import { $, API, T, el, now } from "./page.js";
import { arrived, keepOnItsWay, onItsWay } from "./drafts.js";

let take = () => {}, draw = () => {};
export function begin(taking, drawing) { take = taking; draw = drawing; }
const KEPT = ["answer", "outcome"]; // what must arrive even where the page dies on the way
const LONGEST_WAIT = 5000, LONGEST_SILENCE = 20000; // a dead network may say nothing at all
let acts = 0; // how many actions have begun or ended: what was asked before is old news, and would bring back the question before
let looks = 0, seen = 0; // looks at the state by number: one that comes after a later one is old news too
let wake = null; // cuts the wait short: the network is back

export function online(is) {
  now.online = is;
  const mark = $("online");
  mark.textContent = is ? T.online : T.offline;
  mark.className = is ? "" : "off";
  if (!is) document.querySelector("dialog[data-sending][open]")?.close(); // it is sent until it arrives, and the page says so
}
function options(body) {
  const made = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LONGEST_SILENCE) };
  if (body === undefined) return made;
  made.method = "POST";
  made.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf-token]").content;
  made.headers["Content-Type"] = "application/json";
  made.body = JSON.stringify(now.state?.memo === undefined ? body : { ...body, memo: now.state.memo });
  return made;
}
async function ask(path, body) {
  try {
    const answer = await fetch(API + path, options(body));
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json().catch(() => null) : null;
    return { status: answer.status, told };
  } catch { return { status: 0, told: null }; }
}

function busy(path) { now.busy = path; $("ask").setAttribute("aria-busy", String(Boolean(path))); }

// One action at a time. True: done; false: refused, and the reason is shown.
export async function act(path, body = {}) {
  if (now.busy || now.passive) return false;
  const mine = acts += 1;
  busy(path); now.problem = "";
  if (KEPT.includes(path)) keepOnItsWay(path, body);
  try { return await send(path, body); } finally { if (acts === mine) { busy(""); acts += 1; } } // else the next one has begun, after a refusal
}
async function send(path, body) {
  for (let wait = 500; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const { status, told } = await ask(path, body);
    if (status === 200 && told) {
      online(true); arrived(); take(told);
      return true;
    }
    if (status === 401) loggedOut();
    else if (told?.refused && (status < 500 || String(told.why).startsWith("line_"))) {
      online(true); arrived(); now.problem = told.about || "";
      busy("");
      await reload();
      return false;
    } else online(false);
    if (now.passive) return false;
    await new Promise((later) => { wake = later; setTimeout(later, wait); });
  }
}
async function look(path, body) {
  const asked = acts, place = looks += 1, { status, told } = await ask(path, body);
  const old = asked !== acts || place < seen;
  if (!old && status === 200 && told) seen = place;
  return { status, told, old };
}
// Without waiting and without a word where it fails: the next one will do.
export async function quietly(path, body) {
  const { status, told, old } = await look(path, body);
  if (status === 200 && told && !old && !now.passive) { online(true); take(told); }
  return status === 200;
}
export async function reload() {
  if (now.state?.memo !== undefined) { draw(); return true; } // a preview keeps its answers on the page alone
  const { status, told, old } = await look("state");
  if (old) return true;
  if (status === 200 && told) { online(true); take(told); return true; }
  if (status === 401) loggedOut(); else if (status === 0 || status >= 500) online(false);
  draw();
  return false;
}
// What was on its way when the page died goes out again, where its case is still in hand.
export async function resend() {
  const waiting = onItsWay();
  if (!waiting) return;
  if (waiting.body.lease_id && waiting.body.lease_id === now.state?.lease?.id) await act(waiting.path, waiting.body); else arrived();
}
function loggedOut() {
  online(false);
  $("notices").replaceChildren(el("p", { class: "notice warning" }, T.logged_out + " ", el("a", { href: "/log-in", target: "_blank" }, T.log_in)));
}
addEventListener("online", () => { wake?.(); if (!now.busy) reload(); });
addEventListener("offline", () => online(false));
