// Sending lists: files are dropped or chosen, each is sent by itself with its own progress, its outcome comes back as a line.
"use strict";
for (const form of document.querySelectorAll("form[data-upload]")) {
  const zone = form.querySelector(".drop-zone"), input = form.querySelector("input[type=file]"), outcomes = document.getElementById("outcomes");
  for (const kind of ["dragover", "dragenter"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; form.requestSubmit(); }
  });
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.hasAttribute("data-plain")) return;
    event.preventDefault();
    const button = form.querySelector("button"), files = [...input.files], fields = new FormData(form);
    fields.delete("files");
    button.disabled = true;
    outcomes.replaceChildren();
    for (const [place, file] of files.entries()) await send(form, outcomes, file, fields, place > 0);
    button.disabled = false;
    input.value = "";
  });
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
