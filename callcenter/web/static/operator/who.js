// Left: the enterprise, what matter, whom, the numbers, what was said before.
import { $, T, callIsOpen, day, el, local, now, paint } from "./page.js";
import { dial } from "./call.js";

const usable = (phone) => !["wrong", "dead"].includes(phone.state);

export function drawWho() {
  const { lease } = now.state;
  const free = !callIsOpen() && !(now.state.attempt && now.state.attempt.outcome === null) && !now.state.stop;
  paint($("who"), lease && { ...lease, expires_at: null, free, call: now.state.attempt?.state }, () => (lease ? parts(lease, free) : []));
}
function parts(lease, free) {
  const next = lease.phones.find(usable);
  return [
    el("h2", {}, lease.enterprise), el("p", { class: "faint" }, lease.district),
    lease.needs_conversion ? el("p", {}, el("span", { class: "badge warning" }, T.conversion)) : null,
    ...(lease.bundle?.length > 1 ? [el("h3", {}, T.bundle), el("ol", { class: "bundle", id: "bundle" }, ...lease.bundle.map(part))] : []),
    el("h3", {}, T.matter), el("ul", {}, ...lease.matters.map((one) => el("li", {}, [one.what, ...Object.values(one.beside || {}), one.when, one.department].filter(Boolean).join(" · ")))),
    el("h3", {}, T.contact), ...contacts(lease),
    ...appointment(lease),
    el("h3", {}, T.phones), el("ul", {}, ...lease.phones.map((phone) => number(phone, phone === next, free))),
    el("h3", {}, T.history),
    lease.history.length ? el("ul", {}, ...lease.history.map(past)) : el("p", { class: "faint" }, T.none_yet),
    ...(lease.others.length ? [el("h3", {}, T.others), el("ul", {}, ...lease.others.map((one) => el("li", {}, one.matter || String(one.case_id))))] : []),
  ];
}
// One matter of a bundle: is it asked now, was it, will it be?
function part(one) {
  return el("li", { class: one.state, "aria-current": one.state === "asking" ? "step" : null }, one.matter || String(one.case_id), " ", el("span", { class: "badge" }, T["bundle_" + one.state]));
}
// Whom the enterprise named on the telephone, before the contact that the list names.
function contacts({ person, contact }) {
  if (!person) return [el("p", {}, contact || "–")];
  return [el("p", { id: "person" }, el("strong", {}, named(person)), " ", el("span", { class: "badge done" }, T.person_told)), el("p", { class: "faint" }, T.contact_listed + " " + (contact || "–"))];
}
function named(person) { return [person.name, person.role, person.extension ? `${T.extension} ${person.extension}` : ""].filter(Boolean).join(" · "); }
function appointment(lease) {
  const one = lease.appointment;
  return one ? [el("h3", {}, T.appointment), el("p", {}, [day(one.at), T[one.kind], one.with_whom, one.note].filter(Boolean).join(" · "))] : [];
}
// What the call in hand says of the number it went to, until its outcome is told.
function spoken(number) {
  const call = now.state.attempt;
  if (!call || call.phone !== number || call.outcome) return "";
  if (callIsOpen()) return call.state === "answered" ? T.phone_talking : T["state_" + call.state];
  return call.answered_at ? T.phone_talked : T["state_" + call.state];
}
function number(phone, isNext, free) {
  return el("li", { class: "phone" + (isNext ? " next" : "") },
    el("span", {}, local(phone.number) + (phone.extension ? ` ${T.extension} ${phone.extension}` : "")),
    el("span", { class: "faint" }, spoken(phone.number) || phone.last || T["phone_" + phone.state] || phone.state),
    phone.person ? el("span", { class: "person" }, named(phone.person)) : null,
    free && usable(phone) && !isNext ? el("button", { class: "button small", onclick: () => dial(phone.number) }, T.dial_this) : null);
}
function past(one) {
  return el("li", {}, el("span", { class: "faint" }, day(one.at) + " "), one.label, el("span", { class: "faint" }, " " + one.phone), one.note ? el("div", {}, one.note) : null);
}
