// One page only works the case: a second one, in this browser or on another machine, is told and may take over; the first is told then.
import { $, REAL, T, el, forget, now, root } from "./page.js";
import { quietly, reload } from "./server.js";

const me = Math.random().toString(36).slice(2, 12);
const near = new BroadcastChannel("operator-" + root.dataset.owner + (root.dataset.api || ""));

function say(word) { near.postMessage({ word, page: me }); if (REAL) quietly("tab", { word, page: me }); }
function heard(word, page) {
  if (page === me) return;
  if (word === "here?" && !now.passive) say("taken");
  if (word === "taken" && !now.passive && !settled) stepAside();
  if (word === "mine") stepAside();
}
let settled = false; // a page that has worked for a while is not told off by an answer to somebody else's question
function stepAside() {
  now.passive = true;
  forget($("ask"));
  const over = el("div", { class: "empty", id: "elsewhere" }, el("p", {}, T.second_tab), el("button", { class: "button primary", onclick: takeOver }, T.use_here));
  $("ask").replaceChildren(over);
  over.querySelector("button").focus();
}
function takeOver() {
  now.passive = false; settled = true;
  say("mine");
  reload();
}
export function beginTabs() {
  near.addEventListener("message", (event) => heard(event.data.word, event.data.page));
  document.body.addEventListener("live:call", (event) => {
    const [kind, word, page] = String(event.detail.data).split(" ");
    if (kind === "tab") heard(word, page);
  });
  const look = () => { settled = false; say("here?"); setTimeout(() => { settled = !now.passive; }, 3000); };
  document.body.addEventListener("live:open", () => { if (!now.passive) look(); }); // asleep for a while: somebody may have taken over
  look();
}
