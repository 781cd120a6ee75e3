// A form for one row with its prediction and explanation. Python computes and translates everything.

// Fill the placeholders {name} of a translated text.
const formatText = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

function render({ model, el }) {
  const { texts } = model.get("view");
  const scope = `whatif-${Math.random().toString(36).slice(2, 9)}`;
  const root = h("section", { class: "am am-whatif", "aria-label": texts.title });
  const live = h("p", { class: "am-lead", role: "status", "aria-live": "polite" });
  const content = h("div", {});
  root.append(live, content);
  listen(content);

  let timer = null;
  const send = (message) => model.send(message);
  // A moving slider sends many values: send only the last one.
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
      h("input", { ...shared, type: "range", id, value: value === "" ? (field.low + field.high) / 2 : value, "aria-valuetext": field.missing ? texts.missing : String(value) }),
      h("input", { type: "number", step: "any", value, oninput: set, "aria-label": formatText(texts.as_number, { column: field.label }), placeholder: texts.missing }),
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
    if (field.can_miss) options.push(h("option", { value: "missing", selected: field.missing }, texts.missing_option));
    return [h("select", { id, onchange: change }, options)];
  };

  const textInput = (field, id) => {
    const change = (event) => send({ do: "set", column: field.column, value: event.target.value });
    if (field.entry === "date") return [h("input", { type: "date", id, value: field.value, onchange: change })];
    return [h("input", { type: "text", id, value: field.value, maxlength: 2000, onchange: change })];
  };

  const fieldRow = (field) => {
    const id = `${scope}-${field.column}`;
    const inputs = field.entry === "number" ? number(field, id) : field.entry === "choice" ? choice(field, id) : textInput(field, id);
    const clear = field.can_miss && field.entry !== "choice" && !field.missing
      ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "set", column: field.column, missing: true }), "aria-label": formatText(texts.set_missing, { column: field.label }) }, texts.missing)
      : null;
    const back = field.changed
      ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "back", column: field.column }), "aria-label": formatText(texts.undo_label, { column: field.label, value: field.was }) }, formatText(texts.undo, { value: field.was }))
      : null;
    return h(
      "div",
      { class: field.changed ? "am-field am-changed" : "am-field", "data-key": `field-${field.column}` },
      h("label", { for: id }, field.label, field.note ? h("small", {}, ` ${field.note}`) : null),
      h("div", { class: "am-entry" }, inputs, clear, back),
    );
  };

  const bars = (title, chart) => {
    if (!chart.bars.length) return null;
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
        h("caption", {}, chart.caption),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, texts.column), h("th", { scope: "col", class: "am-num" }, texts.adds), h("th", { scope: "col" }, texts.bar))),
        h("tbody", {}, chart.bars.map(row)),
      ),
    );
  };

  const ways = (view) => {
    if (!view.ways.length) return view.why_no_way ? h("p", { class: "am-soft" }, view.why_no_way) : null;
    const item = (way) =>
      h("li", {}, way.text, " ", h("button", { type: "button", class: "am-button", onclick: () => send({ do: "way", way: way.way }) }, texts.try));
    return h("div", { "data-key": "ways" }, h("h3", {}, texts.ways), h("ul", {}, view.ways.map(item)));
  };

  const page = (view) => {
    const rows = view.rows.map((name, i) => h("option", { value: i, selected: i === view.at }, name));
    rows.push(h("option", { value: "usual", selected: view.at === null && !view.any }, texts.typical_row));
    if (view.any) rows.push(h("option", { value: "any", selected: true }, view.any));
    const selectRow = (event) => {
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
        h("label", { for: `${scope}-row` }, texts.start_from),
        h("div", { class: "am-entry" }, h("select", { id: `${scope}-row`, onchange: selectRow }, rows), changed ? h("button", { type: "button", class: "am-button", onclick: () => send({ do: "reset" }) }, texts.reset) : null),
      ),
      view.takes_number
        ? h(
            "form",
            { class: "am-field", onsubmit: take },
            h("label", { for: `${scope}-number` }, texts.row_number),
            h("div", { class: "am-entry" }, h("input", { type: "number", min: 0, step: 1, id: `${scope}-number`, class: "am-row-number" }), h("button", { type: "submit", class: "am-button" }, texts.take_row)),
          )
        : null,
      view.any ? h("p", { class: "am-soft" }, texts.any_row_note) : null,
      view.truth ? h("p", { class: "am-soft" }, view.truth) : null,
      h(
        "div",
        { class: "am-halves" },
        h(
          "fieldset",
          {},
          h("legend", {}, texts.values),
          view.fields.slice(0, view.open).map(fieldRow),
          more.length ? h("details", { "data-key": "more" }, h("summary", {}, view.more), more.map(fieldRow)) : null,
        ),
        h(
          "div",
          {},
          bars(texts.changes, view.changes),
          bars(texts.reasons, view.reasons),
          ways(view),
        ),
      ),
    );
  };

  const draw = () => {
    const view = model.get("view");
    const summary = view.was ? `${view.said} ${view.was}` : view.said;
    if (live.textContent !== summary) live.textContent = summary;
    const updated = page(view);
    if (content.firstChild) morph(content.firstChild, updated);
    else content.append(updated);
  };

  model.on("change:view", draw);
  draw();
  el.append(root);
  return () => model.off("change:view", draw);
}

export default { render };
