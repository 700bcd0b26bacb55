// Small habits of every page. No inline scripts anywhere: pages say what they want by data attributes.
"use strict";

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get") || form.target === "_blank" || form.hasAttribute("data-again")) return;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; }, 0);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
});

// Dialogs: data-opens names the dialog, data-closes closes the one around it. data-confirm asks before a form is sent.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target.closest("[data-goes-back]")) history.back();
  if (event.target.closest("[data-prints]")) print();
});
for (const button of document.querySelectorAll("[data-goes-back]")) button.hidden = history.length < 2;
document.addEventListener("change", (event) => { if (event.target.matches("[data-submits]")) event.target.form.requestSubmit(); });

// When the server or the network is away: say so, ask until it is back, then tell the page ("callcenter:back" on the body).
let waiting = false;
function away() {
  if (waiting) return;
  waiting = true;
  say("warning", document.body.dataset.away);
  const ask = async () => {
    try {
      const answer = await fetch("/health", { headers: { Accept: "application/json" } });
      if (answer.ok) {
        waiting = false;
        say("done", document.body.dataset.back);
        document.body.dispatchEvent(new CustomEvent("callcenter:back"));
        return;
      }
    } catch { /* still away */ }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
}
function say(kind, text) {
  const place = document.getElementById("notices");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "notice " + kind;
  line.textContent = text;
  place.replaceChildren(line);
}
window.callcenter = { away, say };
document.addEventListener("htmx:sendError", away);
document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 502) away(); });

// The focus stays where it was when htmx replaces a part of the page (elements keep their id).
let focused = null;
document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement?.id || null; });
document.addEventListener("htmx:afterSettle", () => {
  if (focused && (!document.activeElement || document.activeElement === document.body)) document.getElementById(focused)?.focus();
});
