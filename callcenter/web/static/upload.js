// Sending lists: files are dropped or chosen and listed; the button sends each by itself, its outcome comes back as a line.
"use strict";
for (const form of document.querySelectorAll("form[data-upload]")) {
  const zone = form.querySelector(".drop-zone"), input = form.querySelector("input[type=file]"), outcomes = document.getElementById("outcomes");
  const listed = form.querySelector("[data-chosen]");
  let chosen = [...input.files];
  function choose(files) {
    chosen = files;
    const held = new DataTransfer();
    for (const file of chosen) held.items.add(file);
    input.files = held.files;
    listed.replaceChildren(...chosen.map((file) => chosenLine(file, listed.dataset.chosen, () => { choose(chosen.filter((other) => other !== file)); input.focus(); })));
    listed.hidden = !chosen.length;
  }
  const more = (files) => choose([...chosen, ...[...files].filter((file) => !chosen.some((other) => sameFile(file, other)))]);
  choose(chosen); // a browser may keep the choice when the page is loaded again
  input.addEventListener("change", () => more(input.files));
  for (const kind of ["dragover", "dragenter"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    more(event.dataTransfer.files);
  });
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.hasAttribute("data-plain")) return;
    event.preventDefault();
    const button = form.querySelector("button.primary"), files = [...input.files], fields = new FormData(form);
    fields.delete("files");
    button.disabled = true;
    outcomes.replaceChildren();
    for (const [place, file] of files.entries()) await send(form, outcomes, file, fields, place > 0);
    button.disabled = false;
    choose(chosen.filter((file) => !files.includes(file))); // what was dropped meanwhile waits for the button
  });
}
function sameFile(one, other) { return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified; }
function chosenLine(file, label, remove) {
  const line = document.createElement("li"), size = document.createElement("span"), button = document.createElement("button");
  size.className = "faint"; size.textContent = fileSize(file.size);
  button.type = "button"; button.className = "plain"; button.textContent = label; button.setAttribute("aria-label", label + " " + file.name);
  button.addEventListener("click", remove);
  line.append(file.name, " ", size, " ", button);
  return line;
}
function fileSize(bytes) {
  if (bytes < 1024) return bytes + " B";
  return bytes < 1024 * 1024 ? (bytes / 1024).toFixed(1) + " KB" : (bytes / 1024 / 1024).toFixed(1) + " MB";
}
function send(form, outcomes, file, fields, further) {
  const line = document.createElement("p"), name = document.createElement("strong"), bar = document.createElement("progress"), said = document.createElement("span");
  line.className = "notice"; name.textContent = file.name; bar.max = 1; bar.value = 0;
  line.append(name, " ", bar, " ", said);
  outcomes.append(line);
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  if (further) data.set("adds", "1");
  data.append("files", file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf-token]").content);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
      said.textContent = event.loaded === event.total ? form.dataset.reading : Math.round((100 * event.loaded) / event.total) + " %";
      if (event.loaded === event.total) bar.removeAttribute("value");
    });
    request.addEventListener("load", () => {
      const box = document.createElement("div");
      box.innerHTML = request.responseText;
      for (const part of box.querySelectorAll("[data-renews]")) {
        const place = document.getElementById(part.dataset.renews);
        part.remove();
        if (place) { place.replaceChildren(...part.childNodes); window.htmx?.process(place); }
      }
      line.replaceWith(box);
      window.htmx?.process(box);
      done();
    });
    request.addEventListener("error", () => { line.className = "notice stop"; bar.remove(); said.textContent = form.dataset.failed; done(); });
    request.send(data);
  });
}
