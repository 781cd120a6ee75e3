// Optional sorting and filtering. Without this script the page is complete and ordered by rank.
"use strict";

function valueOf(row, column, kind) {
  const cell = row.cells[column];
  if (kind === "text") return cell.textContent.trim();
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function compare(a, b, direction) {
  // Missing values come last in both directions.
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

function filterRows(table, word, kind) {
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const isOfKind = !kind || (row.dataset.is || "").split(" ").includes(kind);
    row.hidden = !isOfKind || !row.textContent.toLowerCase().includes(word.toLowerCase());
  }
  return `${rows.filter((row) => !row.hidden).length} of ${rows.length} trials shown.`;
}

for (const filter of document.querySelectorAll(".am-filter")) {
  const table = document.getElementById(filter.dataset.of);
  const input = filter.querySelector("input");
  const status = filter.querySelector('[role="status"]');
  let kind = "";
  const show = () => { status.textContent = filterRows(table, input.value.trim(), kind); };
  input.addEventListener("input", show);
  for (const button of filter.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      kind = button.dataset.shows;
      for (const other of filter.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      show();
    });
  }
  filter.hidden = false;
}

// Show any threshold: the page already has a table with the numbers of all thresholds.
function showThreshold(row, summary, marker) {
  const [threshold, tp, fp, fn, tn, cost] = [...row.cells].map((cell) => cell.textContent.trim());
  summary.textContent = `At ${threshold}: ${tp} true and ${fp} false positives, ${fn} false and ${tn} true negatives, cost ${cost} per row.`;
  if (!marker) return;
  const { low, high, start, end } = marker.dataset;
  const x = Number(start) + ((Number(threshold) - low) / (high - low)) * (end - start);
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
  marker.setAttribute("visibility", "visible");
}

for (const container of document.querySelectorAll(".am-thresholds")) {
  const rows = document.getElementById("every-threshold").tBodies[0].rows;
  const marker = document.querySelector(".am-marker");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const summary = document.createElement("output");
  Object.assign(input, { type: "range", min: 0, max: rows.length - 1, value: Math.floor(rows.length / 2) });
  label.append("Any threshold ", input);
  label.className = "am-slider";
  input.addEventListener("input", () => {
    showThreshold(rows[input.value], summary, marker);
    input.setAttribute("aria-valuetext", rows[input.value].cells[0].textContent.trim());
  });
  container.prepend(label, summary);
}

// Browsers open the <details> around a link's target only on the first click.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#cell-"]');
  if (!link) return;
  // A link inside an SVG has no `hash`.
  const destination = document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (destination) destination.closest("details").open = true;
});
