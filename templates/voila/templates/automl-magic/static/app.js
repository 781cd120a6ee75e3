// Sort and filter tables. Without this script, the page is complete, in the order of ranks.
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

// Fill the placeholders {name} of a translated text.
function format(template, values) {
  return template.replace(/\{(\w+)\}/g, (match, name) => (name in values ? values[name] : match));
}

function filterRows(table, word, kind, template) {
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const isOfKind = !kind || (row.dataset.is || "").split(" ").includes(kind);
    row.hidden = !isOfKind || !row.textContent.toLowerCase().includes(word.toLowerCase());
  }
  return format(template, { n: rows.filter((row) => !row.hidden).length });
}

for (const filter of document.querySelectorAll(".am-filter")) {
  const table = document.getElementById(filter.dataset.of);
  const input = filter.querySelector("input");
  const status = filter.querySelector('[role="status"]');
  let kind = "";
  const show = () => { status.textContent = filterRows(table, input.value.trim(), kind, status.dataset.text); };
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

// The slider for any threshold reads its numbers from the table of all thresholds.
function showThreshold(row, output, template, marker) {
  const [threshold, tp, fp, fn, tn, cost] = [...row.cells].map((cell) => cell.textContent.trim());
  output.textContent = format(template, { threshold, tp, fp, fn, tn, cost });
  if (!marker) return;
  const { low, high, start, end } = marker.dataset;
  const x = Number(start) + ((Number(threshold) - low) / (high - low)) * (end - start);
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
  marker.setAttribute("visibility", "visible");
}

for (const section of document.querySelectorAll(".am-thresholds")) {
  const rows = document.getElementById("every-threshold").tBodies[0].rows;
  const marker = document.querySelector(".am-marker");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  Object.assign(input, { type: "range", min: 0, max: rows.length - 1, value: Math.floor(rows.length / 2) });
  label.append(`${section.dataset.label} `, input);
  label.className = "am-slider";
  input.addEventListener("input", () => {
    showThreshold(rows[input.value], output, section.dataset.text, marker);
    input.setAttribute("aria-valuetext", rows[input.value].cells[0].textContent.trim());
  });
  section.prepend(label, output);
}

// Browsers open the <details> around a link's destination only on the first click.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#cell-"]');
  if (!link) return;
  // Links inside an SVG have no `hash`.
  const destination = document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (destination) destination.closest("details").open = true;
});
