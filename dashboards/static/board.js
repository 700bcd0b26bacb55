// The study board: numbers and charts replaced after each change; says when connection or database is away and goes on by itself.
"use strict";
const board = document.getElementById("board");
const connection = document.getElementById("connection");
const away = document.getElementById("away");

function draw(charts) {
  for (const place of board.querySelectorAll("[data-name]")) {
    const figure = charts[place.dataset.name];
    if (figure) Plotly.react(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  }
}

function show(news) {
  away.hidden = !news.away;
  if (news.away) return;
  // Charts keep their places, so that nothing jumps while somebody reads.
  const kept = new Map([...board.querySelectorAll("[data-name]")].map((place) => [place.dataset.name, place]));
  board.innerHTML = news.html;
  for (const place of board.querySelectorAll("[data-name]")) {
    if (kept.has(place.dataset.name)) place.replaceWith(kept.get(place.dataset.name));
  }
  draw(news.charts);
}

function follow() {
  const source = new EventSource(board.dataset.live);
  source.addEventListener("open", () => { connection.hidden = true; });
  source.addEventListener("board", (event) => show(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    connection.hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 5000); // refused: logged out, or restarting
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

draw(JSON.parse(board.dataset.charts));
follow();
