// One page only works the case: a second one, in this browser or on another machine, is told and may take over; the first is told then.
import { $, REAL, T, el, forget, now, root } from "./page.js";
import { quietly, reload } from "./server.js";

const name = () => Math.random().toString(36).slice(2, 12);
const me = name();
const near = new BroadcastChannel("operator-" + root.dataset.owner + (root.dataset.api || ""));
let question = ""; // asked by this page last: only an answer to it counts, however late it comes

function say(word, about) { near.postMessage({ word, page: me, about }); if (REAL) quietly("tab", { word, page: me, about }); }
function heard(word, page, about) {
  if (page === me || now.passive) return;
  if (word === "here?") say("taken", about);
  if (word === "mine" || (word === "taken" && about === question)) stepAside();
}
function look() {
  if (now.passive) return;
  question = name();
  say("here?", question);
}
function stepAside() {
  now.passive = true;
  forget($("ask"));
  const over = el("div", { class: "empty", id: "elsewhere" }, el("p", {}, T.second_tab), el("button", { class: "button primary", onclick: takeOver }, T.use_here));
  $("ask").replaceChildren(over);
  over.querySelector("button").focus();
}
function takeOver() {
  now.passive = false;
  question = ""; // whoever was here answers to it twice, near and by the server
  say("mine", me);
  reload();
}
export function beginTabs() {
  near.addEventListener("message", (event) => heard(event.data.word, event.data.page, event.data.about));
  document.body.addEventListener("live:call", (event) => {
    const [kind, word, page, about] = String(event.detail.data).split(" ");
    if (kind === "tab") heard(word, page, about);
    if (kind === "resync") look(); // words may have been missed: the first was said before this page could hear an answer
  });
  document.body.addEventListener("live:open", look); // asleep for a while: somebody may have taken over
  look();
}
