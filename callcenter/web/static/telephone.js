// The browser telephone: rung by the carrier, it takes up by itself and stays until it is hung up. Only where the Voice SDK is served.
"use strict";
(() => {
  const place = document.getElementById("browser-telephone");
  if (!place) return;
  const [mute, end] = ["telephone-mute", "telephone-end"].map((id) => document.getElementById(id));
  let device = null, call = null, muted = false;
  function say(state, why = "") {
    place.dataset.state = state;
    place.textContent = place.dataset[state] + (why ? ` (${why})` : "");
    mute.disabled = end.disabled = !call;
    mute.setAttribute("aria-pressed", String(muted));
  }
  const settled = () => say(call ? (muted ? "muted" : "talking") : device?.state === "registered" ? "ready" : "away");
  async function token() {
    const answer = await fetch("/telephone/token", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status === 401 ? "401" : "token");
    return (await answer.json()).token;
  }
  // A token lasts an hour: a new one is asked for until one comes; the talk goes on meanwhile.
  async function refresh() {
    try { device.updateToken(await token()); } catch { setTimeout(refresh, 2000); }
  }
  function take(came) {
    if (call) { came.reject(); return; } // one room for all calls: a second ring is a mistake
    call = came; muted = false;
    const over = () => { if (call === came) { call = null; muted = false; settled(); } };
    for (const name of ["disconnect", "cancel", "reject"]) came.on(name, over);
    came.on("error", (problem) => { over(); say("failed", problem?.code ?? ""); });
    came.on("mute", (is) => { muted = Boolean(is); settled(); });
    came.accept();
    settled();
  }
  async function begin() {
    if (!window.Twilio?.Device) { say("failed", "SDK"); return; }
    try {
      device = new window.Twilio.Device(await token(), { closeProtection: true });
      device.on("registered", settled);
      device.on("unregistered", () => { if (!call) say("away"); });
      device.on("error", (problem) => { say("failed", problem?.code ?? ""); });
      device.on("tokenWillExpire", refresh);
      device.on("incoming", take);
      await device.register();
    } catch (problem) { say("failed", problem?.code ?? ""); }
  }
  mute.addEventListener("click", () => { if (call) { muted = !muted; call.mute(muted); settled(); } });
  end.addEventListener("click", () => call?.disconnect());
  addEventListener("pagehide", () => device?.destroy?.());
  say("away");
  begin();
})();
