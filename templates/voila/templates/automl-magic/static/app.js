// Sorting, for who wants it: without this script the page is complete, in the order of ranks.
"use strict";

function valueOf(row, column, kind) {
  const cell = row.cells[column];
  if (kind === "text") return cell.textContent.trim();
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function compare(a, b, direction) {
  // What is missing comes last, whichever way the rest is turned.
  if (a === null || b === null) return (a === null) - (b === null);
  return direction * (typeof a === "string" ? a.localeCompare(b) : a - b);
}

function sortBy(table, head) {
  const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [valueOf(row, head.cellIndex, head.dataset.sort), row]);
  rows.sort(([a], [b]) => compare(a, b, direction));
  body.append(...rows.map(([, row]) => row));
}

for (const head of document.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sortBy(head.closest("table"), head));
  head.append(button);
}

// A browser opens the <details> around the destination of a link, but not for a second click on it.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#cell-"]');
  if (!link) return;
  // A link inside an SVG has no `hash`.
  const destination = document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (destination) destination.closest("details").open = true;
});
