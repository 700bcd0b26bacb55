// The panel of calls that come in: who waits, for which cases; taking one draws the console anew.
"use strict";
(() => {
  const panel = document.getElementById("incoming");
  if (!panel) return;
  const texts = JSON.parse(panel.dataset.texts);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const made = (tag, text, cls) => Object.assign(document.createElement(tag), { textContent: text || "", className: cls || "" });
  async function ask(address, body) {
    const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": token }, body: JSON.stringify(body) };
    const answer = await fetch(address, options);
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.message || texts.failed);
    return told;
  }
  function row(call, mayTake) {
    const place = made("li");
    place.append(made("strong", texts.waits.replace("{number}", call.number || texts.withheld).replace("{line}", call.line).replace("{seconds}", call.waits_seconds)));
    for (const one of call.cases) {
      const button = made("button", `${texts.take} ${one.enterprise}${one.matter ? " · " + one.matter : ""}`, "button");
      button.type = "button";
      button.disabled = !mayTake || !one.free;
      button.addEventListener("click", () => take(call.id, one.case_id));
      place.append(button);
    }
    return place;
  }
  async function take(id, caseId) {
    try {
      await ask(`/operator/api/incoming/${id}/take`, { case_id: caseId });
      location.reload();
    } catch (problem) {
      panel.querySelector("[role=alert]").textContent = problem.message;
      draw();
    }
  }
  let looks = 0, seen = 0; // an answer that comes after a later one is old news
  async function draw() {
    try {
      const look = looks += 1, told = await ask("/operator/api/incoming");
      if (look < seen) return;
      seen = look;
      panel.hidden = told.calls.length === 0;
      panel.querySelector("ul").replaceChildren(...told.calls.map((call) => row(call, told.may_take)));
      panel.querySelector("[data-busy]").hidden = told.may_take;
    } catch { /* the connection's own mark tells it */ }
  }
  document.body.addEventListener("live:incoming", draw);
  draw();
})();
