// What somebody is typing outlives the renewal of the figures around it: value, place of the cursor, open parts and dialogs.
"use strict";
let typed = null, open = [], asked = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.elt.closest?.("[data-keeps-typing]") || document.querySelector("[data-keeps-typing]");
  if (!form) return;
  const here = document.activeElement;
  typed = here && here.id && form.contains(here) && "value" in here ? { id: here.id, value: here.value, start: here.selectionStart, end: here.selectionEnd } : null;
  open = [...form.querySelectorAll("details[open]")].map((part) => part.id);
  // Pressed right after a change, before the answer came: the dialog opens again with what is true now.
  asked = [...document.querySelectorAll("#deeds dialog[open]")].map((dialog) => dialog.id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of open) { const part = document.getElementById(id); if (part) part.open = true; }
  for (const id of asked) { const dialog = document.getElementById(id); if (dialog && !dialog.open) dialog.showModal(); }
  if (document.querySelector("dialog[open]")) return;
  const place = typed && document.getElementById(typed.id);
  if (!place || place.type === "checkbox") return;
  if (place.value !== typed.value) place.value = typed.value;
  place.focus();
  try { if (typed.start !== null) place.setSelectionRange(typed.start, typed.end); } catch { /* number fields have no cursor to set */ }
});
