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
  sortAgain();
}

// Tables are sorted by their heads, here: the order outlives every renewal of the numbers.
const orders = new Map();
function sortAgain() {
  for (const table of board.querySelectorAll("table[data-sorts]")) {
    const order = orders.get(table.dataset.sorts);
    if (!order) continue;
    const value = (row) => { const cell = row.cells[order.column]; const plain = cell.dataset.value, number = Number(plain); return plain !== "" && !Number.isNaN(number) ? number : plain; };
    const compare = (one, other) => { const a = value(one), b = value(other); return typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1; };
    const rows = [...table.tBodies[0].rows].sort((one, other) => compare(one, other) * (order.down ? -1 : 1));
    table.tBodies[0].replaceChildren(...rows);
    [...table.tHead.rows[0].cells].forEach((head, place) => { if (place === order.column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending"); else head.removeAttribute("aria-sort"); });
  }
}
board.addEventListener("click", (event) => {
  const head = event.target.closest("table[data-sorts] th button");
  if (!head) return;
  const table = head.closest("table"), column = head.closest("th").cellIndex, order = orders.get(table.dataset.sorts);
  orders.set(table.dataset.sorts, { column, down: order?.column === column ? !order.down : false });
  sortAgain();
  board.querySelector(`table[data-sorts="${table.dataset.sorts}"] thead th:nth-child(${column + 1}) button`).focus();
});

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
