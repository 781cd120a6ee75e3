// One function per type of block. `send` sends what the user did to the kernel.

let serial = 0;
const newId = () => `am-w-${(serial += 1)}`;

// Fill the {placeholders} of a translated text.
const formatText = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

// A field keeps its id when it's redrawn, for its label and the focus.
function fieldId(scope, block) {
  return `${scope}-${block.name}-${block.type}`;
}

function reason(block, id, texts) {
  if (!block.reason && !block.hint) return null;
  return h("p", { class: "am-reason", id: `${id}-why` }, block.reason ? [h("b", {}, texts.why), " ", block.reason] : block.hint);
}

const describedBy = (block, id) => (block.reason || block.hint ? `${id}-why` : null);

const draw = {
  paragraph: (block) => h("p", { class: block.soft ? "am-soft" : null }, block.text),
  heading: (block) => h("h3", {}, block.text),

  choice(block, { scope, send, texts }) {
    // Two groups can set the same answer. Each needs its own name, or the browser joins them.
    const id = `${fieldId(scope, block)}-${encodeURIComponent(block.label)}`;
    return h(
      "fieldset",
      { "data-key": id, "aria-describedby": describedBy(block, id) },
      h("legend", {}, block.label),
      reason(block, id, texts),
      h(
        "div",
        { class: "am-options" },
        block.options.map((option) =>
          h(
            "label",
            { class: "am-option", "data-key": `${id}-${option.value}` },
            h("input", {
              type: "radio",
              name: id,
              value: option.value,
              checked: option.value === block.value,
              onchange: () => send({ do: "set", name: block.name, value: typed(block, option.value) }),
            }),
            h("span", {}, h("b", {}, option.label), option.note ? h("span", { class: "am-note" }, option.note) : null),
          ),
        ),
      ),
    );
  },

  menu(block, { scope, send, texts }) {
    const id = fieldId(scope, block);
    const selected = block.options.find((option) => option.value === block.value);
    return h(
      "div",
      { class: "am-field", "data-key": id },
      h("label", { for: id }, block.label),
      h(
        "select",
        { id, "aria-describedby": describedBy(block, id), onchange: (event) => send({ do: "set", name: block.name, value: event.target.value }) },
        block.value === null ? h("option", { value: "", selected: true }, texts.choose) : null,
        block.options.map((option) =>
          h("option", { value: option.value, selected: option.value === block.value }, option.label),
        ),
      ),
      selected && selected.note ? h("p", { class: "am-note" }, selected.note) : null,
      reason(block, id, texts),
    );
  },

  checks(block, { scope, send, texts }) {
    const id = fieldId(scope, block);
    const change = (value, isChecked) => {
      const others = block.value.filter((item) => item !== value);
      block.value = isChecked ? [...others, value] : others;
      send({ do: "set", name: block.name, value: block.value });
    };
    return h(
      "fieldset",
      { "data-key": id, "aria-describedby": describedBy(block, id) },
      h("legend", {}, block.label),
      reason(block, id, texts),
      h(
        "div",
        { class: "am-options am-small" },
        block.options.map((option) =>
          h(
            "label",
            { class: "am-option", "data-key": `${id}-${option.value}` },
            h("input", {
              type: "checkbox",
              value: option.value,
              checked: block.value.includes(option.value),
              onchange: (event) => change(option.value, event.target.checked),
            }),
            h("span", {}, option.label, option.note ? h("span", { class: "am-note" }, option.note) : null),
          ),
        ),
      ),
    );
  },

  number(block, { scope, send, texts }) {
    const id = fieldId(scope, block);
    return h(
      "div",
      { class: "am-field", "data-key": id },
      h("label", { for: id }, block.label),
      h(
        "span",
        { class: "am-with-unit" },
        h("input", {
          id,
          type: "number",
          step: "any",
          min: block.minimum,
          inputmode: "decimal",
          value: block.value === null ? "" : block.value,
          "aria-describedby": describedBy(block, id),
          onchange: (event) => send({ do: "set", name: block.name, value: event.target.value === "" ? null : Number(event.target.value) }),
        }),
        block.unit ? h("span", {}, block.unit) : null,
      ),
      reason(block, id, texts),
    );
  },

  line(block, { scope, send, texts }) {
    const id = fieldId(scope, block);
    const change = (event) => send({ do: "set", name: block.name, value: event.target.value });
    const shared = { id, "aria-describedby": describedBy(block, id), onchange: change };
    return h(
      "div",
      { class: "am-field", "data-key": id },
      h("label", { for: id }, block.label),
      block.rows > 1
        ? h("textarea", { ...shared, rows: block.rows }, block.value || "")
        : h("input", { ...shared, type: "text", value: block.value || "", autocomplete: "off", spellcheck: "false" }),
      reason(block, id, texts),
    );
  },

  table(block) {
    const numbers = new Set(block.numbers);
    const kind = (i) => (numbers.has(i) ? "am-num" : null);
    return h(
      "div",
      { class: "am-scroll", tabindex: "0", role: "region", "aria-label": block.caption },
      h(
        "table",
        {},
        h("caption", {}, block.caption),
        h("thead", {}, h("tr", {}, block.headings.map((text, i) => h("th", { scope: "col", class: kind(i) }, text)))),
        h(
          "tbody",
          {},
          block.rows.map((row) => h("tr", {}, row.map((cell, i) => h("td", { class: kind(i) }, cell)))),
        ),
      ),
    );
  },

  bars(block) {
    return h(
      "figure",
      { class: "am-bars", role: "group", "aria-label": block.caption },
      h("figcaption", { "data-key": "caption" }, block.caption),
      h(
        "ul",
        {},
        block.items.map((item) =>
          h(
            "li",
            {},
            h("span", { class: "am-bar-label" }, item.label),
            h("span", { class: "am-bar-room", "aria-hidden": "true" }, h("span", { class: "am-bar-fill", style: `width: ${(100 * item.share).toFixed(1)}%` })),
            h("span", { class: "am-bar-value" }, item.value),
          ),
        ),
      ),
    );
  },

  facts: (block) =>
    h("dl", { class: "am-facts" }, block.items.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),

  notes(block, { texts }) {
    const labels = { error: texts.error, warning: texts.warning, info: texts.info, done: texts.success };
    return h(
      "section",
      { class: "am-notes" },
      block.title ? h("h3", {}, block.title) : null,
      h(
        "ul",
        {},
        block.items.map((item) =>
          h(
            "li",
            { class: `am-note-${item.severity}` },
            h("b", {}, labels[item.severity] || ""),
            " ",
            item.text,
            item.fix ? h("span", { class: "am-note" }, item.fix) : null,
          ),
        ),
      ),
    );
  },

  problem: (block, { texts }) => problemOf(block, texts),

  code(block, { scope, memory, redraw, say, texts }) {
    const key = `${scope}-code`;
    const current = Math.min(memory[key] || 0, block.tabs.length - 1);
    const tab = block.tabs[current];
    const show = (i) => {
      memory[key] = i;
      redraw();
    };
    const turn = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (current + step + block.tabs.length) % block.tabs.length;
      show(next);
      event.target.parentNode.children[next].focus();
    };
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(tab.text);
        say(formatText(texts.copied, { name: tab.name }));
      } catch {
        say(texts.copy_blocked);
      }
    };
    return h(
      "div",
      { class: "am-code", "data-key": key },
      h(
        "div",
        { class: "am-code-head" },
        block.tabs.length > 1
          ? h(
              "div",
              { role: "tablist", "aria-label": texts.code },
              block.tabs.map((item, i) =>
                h(
                  "button",
                  {
                    type: "button",
                    role: "tab",
                    id: `${key}-tab-${i}`,
                    "aria-selected": String(i === current),
                    "aria-controls": `${key}-panel`,
                    tabindex: i === current ? "0" : "-1",
                    onclick: () => show(i),
                    onkeydown: turn,
                  },
                  item.name,
                ),
              ),
            )
          : h("span", { class: "am-soft" }, texts.cell),
        h("button", { type: "button", class: "am-plain", onclick: copy, "aria-label": formatText(texts.copy_tab, { name: tab.name }) }, texts.copy),
      ),
      h(
        "pre",
        {
          id: `${key}-panel`,
          tabindex: "0",
          role: block.tabs.length > 1 ? "tabpanel" : "region",
          "aria-label": tab.name,
        },
        h("code", {}, tab.text),
      ),
    );
  },

  more: (block, context) =>
    h(
      "details",
      { "data-key": `more-${block.summary.replace(/\d+/g, "")}` },
      h("summary", {}, block.summary),
      h("div", {}, block.blocks.map((child) => drawBlock(child, context))),
    ),

  buttons: (block, { send }) =>
    h(
      "p",
      { class: "am-buttons" },
      block.items.map((item) =>
        h("button", { type: "button", class: `am-${item.look}`, "data-key": item.action, onclick: () => send({ do: item.action }) }, item.label),
      ),
    ),

  files(block, { scope, send, texts }) {
    const open = (entry) =>
      entry.is_folder
        ? send({ do: "browse", folder: entry.path })
        : send({ do: "set", name: "source", value: entry.path });
    return h(
      "fieldset",
      { "data-key": `${scope}-files` },
      h("legend", {}, texts.files),
      h("p", { class: "am-note" }, block.folder),
      h(
        "ul",
        { class: "am-files" },
        block.parent !== null
          ? h("li", {}, h("button", { type: "button", class: "am-plain", onclick: () => send({ do: "browse", folder: block.parent }) }, texts.up))
          : null,
        block.entries.map((entry) =>
          h(
            "li",
            { "data-key": entry.path },
            h("button", { type: "button", class: "am-plain", onclick: () => open(entry) }, entry.is_folder ? `${entry.label} /` : entry.label),
            h("span", { class: "am-note" }, entry.note),
          ),
        ),
      ),
      block.entries.length === 0 ? h("p", { class: "am-soft" }, texts.no_tables) : null,
    );
  },

  upload(block, { scope, send, say, texts }) {
    const id = `${scope}-upload`;
    return h(
      "div",
      { class: "am-field", "data-key": id },
      h("label", { for: id }, block.label),
      h("input", { id, type: "file", accept: block.accept, onchange: (event) => upload(event.target.files[0], block, { send, say, texts }) }),
    );
  },

  progress(block, { texts }) {
    const percent = block.of ? Math.round((100 * block.done) / block.of) : 0;
    return h(
      "section",
      { class: "am-progress", "data-key": "progress" },
      h("p", {}, h("progress", { max: block.of || 1, value: block.done, "aria-label": formatText(texts.progress, { percent }) }), " ", block.label),
      course(block, texts),
    );
  },

  register(block, { scope, send }) {
    const id = `${scope}-register`;
    const submit = (event) => {
      event.preventDefault();
      send({ do: "register", value: event.target.querySelector("input").value });
    };
    return h(
      "form",
      { class: "am-field", "data-key": `${id}-form`, onsubmit: submit },
      h("label", { for: id }, block.label),
      h("span", { class: "am-with-unit" }, h("input", { id, type: "text", value: block.value || "", autocomplete: "off" }), h("button", { type: "submit", class: "am-main" }, block.button)),
    );
  },

  link(block) {
    const href = addressOf(block.path);
    const label = h("b", {}, block.label);
    return h(
      "p",
      {},
      href === null
        ? [label, " ", h("code", {}, block.path)]
        : h("a", { href, target: "_blank", rel: "noopener", onclick: (event) => openInside(event, block.path) }, label),
      block.note ? h("span", { class: "am-note" }, block.note) : null,
    );
  },
};

function drawBlock(block, context) {
  return draw[block.type](block, context);
}

function typed(block, value) {
  return block.name === "budget_s" ? Number(value) : value;
}

function problemOf(problem, texts) {
  return h(
    "div",
    { class: "am-problem", role: "alert", tabindex: "-1", "data-key": "problem" },
    h("p", {}, h("b", {}, problem.what)),
    problem.why ? h("p", {}, h("b", {}, texts.why), " ", problem.why) : null,
    problem.fix ? h("p", {}, h("b", {}, texts.fix), " ", problem.fix) : null,
  );
}

// The address of a file in the folder of the open notebook, which is part of the page's address.
function addressOf(path) {
  const match = /^(.*\/(?:lab(?:\/workspaces\/[^/]+)?\/tree|notebooks))\/(.*)$/.exec(location.pathname);
  if (!match) return null;
  const folder = match[2].split("/").slice(0, -1);
  return [match[1], ...folder, ...path.split("/").map(encodeURIComponent)].join("/");
}

// JupyterLab's extension opens the file in a tab. Without the extension, the browser follows the link.
function openInside(event, path) {
  const request = new CustomEvent("automl-magic:open", { detail: { path }, cancelable: true });
  if (!document.dispatchEvent(request)) event.preventDefault();
}

const PIECE = 512 * 1024;

async function upload(file, block, { send, say, texts }) {
  if (!file) return;
  if (file.size > block.max_bytes) {
    say(formatText(texts.too_large, { name: file.name }));
    return;
  }
  if (file.size === 0) {
    say(formatText(texts.empty, { name: file.name }));
    return;
  }
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const piece = await file.slice(offset, offset + PIECE).arrayBuffer();
    const isAccepted = await send({ do: "upload", name: file.name, offset, size: file.size }, [piece]);
    if (!isAccepted) return;
  }
}
