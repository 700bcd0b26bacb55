// A form that the server refuses stays open with all that was typed, the reason beside its field: nobody types a time twice.
import { now } from "./page.js";
import { act } from "./server.js";

export function problemIn(dialog, text) {
  const line = dialog.querySelector("[data-problem]"), field = line?.dataset.problem && dialog.querySelector(`[name="${line.dataset.problem}"]`);
  if (!line) return;
  line.textContent = text; line.hidden = !text;
  if (field) { if (text) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid"); }
  if (text) (field || (dialog.contains(document.activeElement) ? null : dialog.querySelector("input, textarea, select")))?.focus();
}
export const openForm = () => [...document.querySelectorAll("dialog[open]")].find((one) => one.querySelector("form :is(input, textarea, select)"));

// Sends what a form says. The dialog closes when it is done, when its case is no longer in hand, and while the network is away
// (server.js): what is on its way then is told on the page.
export async function send(dialog, path, body, draw) {
  if (now.busy) return false;
  const lease = now.state.lease?.id;
  problemIn(dialog, ""); dialog.dataset.sending = "";
  const done = await act(path, body);
  delete dialog.dataset.sending;
  if (done || now.passive || !lease || now.state.lease?.id !== lease) { dialog.close(); return done; }
  if (!dialog.open) dialog.showModal();
  problemIn(dialog, now.problem);
  now.problem = ""; draw();
  return false;
}
