// `?` shows the keys of the page. A page names them beside what they do: <button data-key="n" data-key-label="下一个">.
// A key presses its element, outside text fields only; a page's own script may handle more and list them in data-keys (JSON pairs).
"use strict";
function typing(target) { return target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]"); }
function listed() {
  const pairs = JSON.parse(document.querySelector("[data-keys]")?.dataset.keys || "[]");
  for (const element of document.querySelectorAll("[data-key]")) {
    pairs.push([element.dataset.key.toUpperCase(), element.dataset.keyLabel || element.textContent.trim()]);
  }
  pairs.push(["?", document.body.dataset.keysHelp]);
  return pairs;
}
function showKeys() {
  let dialog = document.getElementById("keys");
  if (dialog) dialog.remove();
  dialog = document.createElement("dialog");
  dialog.id = "keys";
  const title = document.createElement("h2");
  title.textContent = document.body.dataset.keysTitle;
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [key, meaning] of listed()) {
    const term = document.createElement("dt"), mark = document.createElement("kbd"), text = document.createElement("dd");
    mark.textContent = key; text.textContent = meaning;
    term.append(mark); list.append(term, text);
  }
  const close = document.createElement("button");
  close.className = "button"; close.textContent = document.body.dataset.keysClose;
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, close);
  document.body.append(dialog);
  dialog.showModal();
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "?") { event.preventDefault(); showKeys(); return; }
  if (document.querySelector("dialog[open]")) return;
  const element = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (element && !element.disabled) { event.preventDefault(); element.focus(); element.click(); }
});
