// Charts: <div data-chart="/address"> is drawn by Plotly from the figure (JSON) at that address; `live:<event>` in data-chart-on draws it anew.
"use strict";
const looks = new Map(); // by place, how often it was asked for: an answer that comes after a later question is old news
async function draw(place) {
  const look = (looks.get(place) || 0) + 1;
  looks.set(place, look);
  const answer = await fetch(place.dataset.chart, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const figure = await answer.json();
  if (looks.get(place) !== look) return;
  await Plotly.react(place, figure.data, figure.layout, { displaylogo: false, responsive: true, locale: document.documentElement.lang });
}
for (const place of document.querySelectorAll("[data-chart]")) {
  draw(place);
  if (place.dataset.chartOn) document.body.addEventListener(place.dataset.chartOn, () => draw(place));
}
