// A running call goes over to somebody who is ready: offered in a dialog, shown beside the call, taken up where nothing is in hand.
import { $, API, REAL, T, choice, el, fill, now, paint } from "./page.js";
import { act } from "./server.js";

function problem(text) {
  const line = $("transfer").querySelector("[data-problem]");
  line.textContent = text; line.hidden = !text;
}
async function open() {
  problem(""); $("transfer-list").replaceChildren();
  const given = now.state.transfer;
  $("f-transfer-how").closest(".field").hidden = Boolean(given);
  $("transfer").showModal();
  if (given) { list(underWay(given)); return; }
  const answer = await fetch(API + "transfer", { headers: { Accept: "application/json" } }).catch(() => null);
  const told = answer?.ok ? await answer.json() : { ready: [] };
  if (!told.ready.length) problem(answer?.ok ? T.transfer_nobody : T.offline);
  list(told.ready.map((one) => [one.may_take_over ? one.name : fill(T.transfer_supervisor, { name: one.name }), () => offer(one.id)]));
}
function list(choices) {
  $("transfer-list").replaceChildren(...choices.map(([label, does], at) => choice(at < 9 ? String(at + 1) : "", label, false, does)));
  ($("transfer-list").firstChild || $("transfer").querySelector("[data-closes]")).focus();
}
function underWay(given) {
  const over = given.state === "joined" && given.may_take_over ? [[fill(T.transfer_hand_over, { name: given.to }), () => press("complete")]] : [];
  return [...over, [fill(given.state === "joined" ? T.transfer_let_go : T.transfer_take_back, { name: given.to }), () => press("end")]];
}
async function press(what, body = {}) {
  if (await act("transfer" + (what ? "/" + what : ""), body)) { $("transfer").close(); return; }
  problem(now.problem); now.problem = "";
}
const offer = (to) => press("", { to, warm: $("f-transfer-how").value === "warm", lease_id: now.state.lease.id });

// What is offered to somebody who has no case in hand, with its keys; null where nothing is.
export function offered() {
  const one = REAL ? now.state.offer : null;
  if (!one) return null;
  const about = { from: one.from, enterprise: one.enterprise, phone: one.phone };
  if (one.state === "joined") return el("p", { class: "notice warning", id: "offer" }, fill(T.transfer_in_talk, about));
  const does = (what) => () => act(`transfer/${one.id}/${what}`);
  return el("div", { id: "offer", role: "alert" }, el("p", { class: "notice warning" }, fill(one.warm ? T.transfer_asked_warm : T.transfer_asked, about)),
    el("div", { class: "choices" }, choice("1", T.transfer_accept, false, does("accept")), choice("2", T.transfer_decline, false, does("decline"))));
}
export function drawTransfer() {
  const given = now.state.transfer;
  paint($("transferring"), [given], () => (given ? [el("p", { class: "notice warning" }, fill(T["transfer_" + given.state], { name: given.to }))] : []));
  const button = $("do-transfer");
  if (button) button.disabled = !(REAL && now.state.lease && now.state.attempt?.state === "answered" && !now.state.attempt.by_hand);
}
export function beginTransferring() { $("do-transfer")?.addEventListener("click", open); }
