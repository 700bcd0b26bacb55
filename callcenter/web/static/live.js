// Live pages: <div data-live="/address" data-live-events="board call"> turns server-sent events into `live:board` on the body,
// for htmx (hx-trigger="live:board from:body throttle:1s") and for scripts. Says when the connection is lost; reconnects by itself.
"use strict";
function connect(place) {
  const mark = document.getElementById("connection");
  const source = new EventSource(place.dataset.live);
  let lost = false; // told to the page's own script as "live:lost" and "live:open"
  source.addEventListener("open", () => {
    if (mark) mark.hidden = true;
    if (lost) document.body.dispatchEvent(new CustomEvent("live:open"));
    lost = false;
  });
  source.addEventListener("error", () => {
    if (mark) mark.hidden = false;
    lost = true;
    document.body.dispatchEvent(new CustomEvent("live:lost"));
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(place), 5000); // refused (logged out, restarting): try anew
  });
  for (const name of (place.dataset.liveEvents || "").split(" ").filter(Boolean)) {
    source.addEventListener(name, (event) => document.body.dispatchEvent(new CustomEvent("live:" + name, { detail: { data: event.data } })));
  }
  addEventListener("pagehide", () => source.close(), { once: true });
}
for (const place of document.querySelectorAll("[data-live]")) connect(place);
