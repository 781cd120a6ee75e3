// A form for one row, what the model says of it, and why. All text is text; nothing is computed here.

function render({ model, el }) {
  const scope = `whatif-${Math.random().toString(36).slice(2, 9)}`;
  const root = h("section", { class: "am am-whatif", "aria-label": "What if a row were different" });
  const live = h("p", { class: "am-lead", role: "status", "aria-live": "polite" });
  const rest = h("div", {});
  root.append(live, rest);
  listen(rest);

  let timer = null;
  const send = (message) => model.send(message);
  // A slider that is moved sends many values; the last one counts.
  const sendSoon = (message) => {
    clearTimeout(timer);
    timer = setTimeout(() => send(message), 120);
  };

  const number = (field, id) => {
    const set = (event) => {
      const value = event.target.valueAsNumber;
      if (Number.isFinite(value)) sendSoon({ do: "set", column: field.column, value });
    };
    const shared = { min: field.low, max: field.high, step: field.step, oninput: set };
    const value = field.missing || field.value === null ? "" : field.value;
    return [
      h("input", { ...shared, type: "range", id, value: value === "" ? (field.low + field.high) / 2 : value, "aria-valuetext": field.missing ? "missing" : String(value) }),
      h("input", { type: "number", step: "any", value, oninput: set, "aria-label": `${field.label}, as a number`, placeholder: "missing" }),
    ];
  };

  const choice = (field, id) => {
    const change = (event) => {
      const { value } = event.target;
      if (value === "missing") send({ do: "set", column: field.column, missing: true });
      else if (value !== "other") send({ do: "set", column: field.column, level: Number(value) });
    };
    const options = field.levels.map((level, i) => h("option", { value: i, selected: i === field.level }, level));
    if (field.other) options.unshift(h("option", { value: "other", selected: true }, field.other));
    if (field.can_miss) options.push(h("option", { value: "missing", selected: field.missing }, "(missing)"));
    return [h("select", { id, onchange: change }, options)];
  };

  const written = (field, id) => {
    const change = (event) => send({ do: "set", column: field.column, value: event.target.value });
    if (field.entry === "date") return [h("input", { type: "date", id, value: field.value, onchange: change })];
    return [h("input", { type: "text", id, value: field.value, maxlength: 2000, onchange: change })];
  };

  const drawn = (field) => {
    const id = `${scope}-${field.column}`;
    const made = field.entry === "number" ? number(field, id) : field.entry === "choice" ? choice(field, id) : written(field, id);
    const clear = field.can_miss && field.entry !== "choice" && !field.missing
      ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "set", column: field.column, missing: true }), "aria-label": `Leave ${field.label} missing` }, "missing")
      : null;
    const back = field.changed
      ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "back", column: field.column }), "aria-label": `Put ${field.label} back to ${field.was}` }, `was ${field.was}`)
      : null;
    return h(
      "div",
      { class: field.changed ? "am-field am-changed" : "am-field", "data-key": `field-${field.column}` },
      h("label", { for: id }, field.label, field.note ? h("small", {}, ` ${field.note}`) : null),
      h("div", { class: "am-entry" }, made, clear, back),
    );
  };

  const bars = (title, told, caption) => {
    if (!told.bars.length) return null;
    const row = (bar) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, bar.name),
        h("td", { class: "am-num" }, `${bar.up ? "▲" : "▼"} ${bar.adds}`),
        h(
          "td",
          { class: "am-bar-cell" },
          svg(
            "svg",
            { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
            svg("rect", { x: 100 * bar.from, y: 1, width: Math.max(0.8, 100 * (bar.to - bar.from)), height: 8, class: bar.up ? "am-block am-up" : "am-block" }),
          ),
        ),
      );
    return h(
      "div",
      { class: "am-scroll", tabindex: 0, role: "region", "aria-label": title, "data-key": title },
      h("h3", {}, title),
      h(
        "table",
        {},
        h("caption", {}, caption),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Column"), h("th", { scope: "col", class: "am-num" }, "adds"), h("th", { scope: "col" }, "from start to end"))),
        h("tbody", {}, told.bars.map(row)),
      ),
    );
  };

  const ways = (view) => {
    if (!view.ways.length) return view.why_no_way ? h("p", { class: "am-soft" }, `No counterfactual: ${view.why_no_way}`) : null;
    const item = (way) =>
      h("li", {}, `${way.changes.join("; ")}. Then it says ${way.said}. `, h("button", { type: "button", class: "am-button", onclick: () => send({ do: "way", way: way.way }) }, "Try it"));
    return h("div", { "data-key": "ways" }, h("h3", {}, "Few changes, another answer"), h("ul", {}, view.ways.map(item)));
  };

  const page = (view) => {
    const rows = view.rows.map((name, i) => h("option", { value: i, selected: i === view.at }, name));
    rows.push(h("option", { value: "usual", selected: view.at === null && !view.any }, "A row of usual values"));
    if (view.any) rows.push(h("option", { value: "any", selected: true }, view.any));
    const chosen = (event) => {
      const { value } = event.target;
      if (value !== "any") send({ do: "row", at: value === "usual" ? null : Number(value) });
    };
    const take = (event) => {
      event.preventDefault();
      const number = root.querySelector(".am-row-number").valueAsNumber;
      if (Number.isInteger(number)) send({ do: "number", number });
    };
    const changed = view.fields.some((field) => field.changed);
    const more = view.fields.slice(view.open);
    return h(
      "div",
      {},
      view.problem ? h("p", { role: "alert", class: "am-problem" }, view.problem) : null,
      h(
        "div",
        { class: "am-field" },
        h("label", { for: `${scope}-row` }, "Start from"),
        h("div", { class: "am-entry" }, h("select", { id: `${scope}-row`, onchange: chosen }, rows), changed ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "reset" }) }, "Put everything back") : null),
      ),
      view.takes_number
        ? h(
            "form",
            { class: "am-field", onsubmit: take },
            h("label", { for: `${scope}-number` }, "Or any row of the table, by its number from 0"),
            h("div", { class: "am-entry" }, h("input", { type: "number", min: 0, step: 1, id: `${scope}-number`, class: "am-row-number" }), h("button", { type: "submit", class: "am-button" }, "Take this row")),
          )
        : null,
      view.any ? h("p", { class: "am-soft" }, "SHAP values and counterfactuals are kept for the rows in the list; what your changes do is computed for any row.") : null,
      view.truth ? h("p", { class: "am-soft" }, `The table says ${view.truth}.`) : null,
      h(
        "div",
        { class: "am-halves" },
        h(
          "fieldset",
          {},
          h("legend", {}, "Its values, what matters most first"),
          view.fields.slice(0, view.open).map(drawn),
          more.length ? h("details", { "data-key": "more" }, h("summary", {}, `${more.length} more columns`), more.map(drawn)) : null,
        ),
        h(
          "div",
          {},
          bars("What your changes do", view.changes, `From ${view.changes.start} to ${view.changes.end}; all changes together make up the difference.`),
          bars("Why it says that of the row as it was", view.reasons, `From ${view.reasons.start} to ${view.reasons.end}${view.reasons.unit ? `, ${view.reasons.unit}` : ""}.`),
          ways(view),
        ),
      ),
    );
  };

  const draw = () => {
    const view = model.get("view");
    const said = `The model says ${view.said}.${view.was ? ` Before your changes: ${view.was}.` : ""}`;
    if (live.textContent !== said) live.textContent = said;
    const wanted = page(view);
    if (rest.firstChild) morph(rest.firstChild, wanted);
    else rest.append(wanted);
  };

  model.on("change:view", draw);
  draw();
  el.append(root);
  return () => model.off("change:view", draw);
}

export default { render };
