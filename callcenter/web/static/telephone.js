// The browser telephone: rung by the carrier, it takes up by itself and stays. Only where the Voice SDK is served.
"use strict";
(async () => {
  const place = document.getElementById("browser-telephone");
  if (!place || !window.Twilio || !window.Twilio.Device) return;
  const fresh = async () => (await (await fetch("/telephone/token")).json()).token;
  const say = (state) => { place.textContent = place.dataset[state]; };
  try {
    const device = new window.Twilio.Device(await fresh(), { closeProtection: true });
    device.on("registered", () => say("ready"));
    device.on("unregistered", () => say("away"));
    device.on("error", () => say("failed"));
    device.on("tokenWillExpire", async () => device.updateToken(await fresh()));
    device.on("incoming", (call) => { call.accept(); say("talking"); call.on("disconnect", () => say("ready")); });
    await device.register();
  } catch { say("failed"); }
})();
