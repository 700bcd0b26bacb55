// Tables that are on the page as a whole: <table data-sorts> is sorted by the head that is pressed, again for the other way round. What is not defined stands last.
"use strict";
const NUMBER = /^[<\s]*(-?[\d,]*\.?\d+)/;
function worth(row, at) {
  const cell = row.cells[at];
  const text = cell ? cell.textContent.trim() : "";
  if (!cell || text === "–" || !text) return null;
  if (!cell.classList.contains("number")) return text;
  const found = NUMBER.exec(text);
  return found && Number(found[1].replaceAll(",", ""));
}
function sortBy(table, head, at) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const rows = [...table.tBodies[0].rows].map((row) => [worth(row, at), row]);
  rows.sort(([one], [other]) => {
    if (one === null || other === null) return (one === null) - (other === null);
    const before = typeof one === "number" && typeof other === "number" ? one - other : order.compare(one, other);
    return down ? -before : before;
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
function makeSortable(within) {
  for (const table of within.querySelectorAll("table[data-sorts]")) {
    delete table.dataset.sorts;
    table.classList.add("sorting");
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain head";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(table, head, at));
      head.append(button);
    });
  }
}
makeSortable(document);
document.addEventListener("htmx:afterSwap", (event) => makeSortable(event.target));
