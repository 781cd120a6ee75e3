// The frame around the steps: the current step, errors, Back and Next.

function render({ model, el }) {
  const scope = newId();
  const memory = {};
  const texts = model.get("texts");
  const root = h("section", { class: "am am-wizard", "aria-label": texts.name });
  const live = h("p", { class: "am-live", role: "status", "aria-live": "polite" });
  const waiting = new Map();
  let ticket = 0;
  let previous = null;

  listen(root);
  root.addEventListener("keydown", (event) => {
    const listeners = event.target._on;
    if (listeners && listeners.keydown) listeners.keydown(event);
  });

  function say(text) {
    live.textContent = text;
  }

  // Resolves when the kernel has handled the message: false if it rejected it.
  function send(message, buffers = []) {
    ticket += 1;
    model.send({ ...message, ticket }, undefined, buffers);
    return new Promise((resolve) => waiting.set(ticket, resolve));
  }

  const receive = (message) => {
    const resolve = message && waiting.get(message.ticket);
    if (!resolve) return;
    waiting.delete(message.ticket);
    resolve(message.accepted);
  };

  function stepper(view) {
    return h(
      "nav",
      { "aria-label": texts.steps, "data-key": "stepper" },
      h(
        "ol",
        {},
        view.steps.map((step, i) =>
          h(
            "li",
            { class: `am-step am-${step.state}`, "data-key": step.id },
            step.reachable
              ? h("button", { type: "button", onclick: () => send({ do: "go", step: step.id }) }, h("span", { class: "am-step-number" }, String(i + 1)), h("span", { class: "am-step-name" }, step.title))
              : h("span", { "aria-current": step.state === "current" ? "step" : null }, h("span", { class: "am-step-number" }, String(i + 1)), h("span", { class: "am-step-name" }, step.title)),
          ),
        ),
      ),
    );
  }

  function footer(view) {
    const next = view.next;
    return h(
      "p",
      { class: "am-feet", "data-key": "feet" },
      view.back ? h("button", { type: "button", class: "am-plain", "data-key": "back", onclick: () => send({ do: "go", step: view.back }) }, texts.back) : null,
      next
        ? h(
            "button",
            {
              type: "button",
              class: "am-main",
              "data-key": "next",
              "aria-disabled": next.enabled ? null : "true",
              onclick: () => (next.enabled ? send({ do: next.do, step: next.step }) : say(view.busy || texts.unanswered)),
            },
            next.label,
          )
        : null,
    );
  }

  function page(view) {
    const context = { scope, memory, send, redraw, say, texts };
    return h(
      "section",
      {},
      h("p", { class: "am-name", "data-key": "name" }, texts.name),
      stepper(view),
      h(
        "div",
        { class: "am-page", "data-key": `page-${view.step}` },
        h("h2", { tabindex: "-1", "data-key": "title" }, view.title),
        h("p", { class: "am-lead" }, view.lead),
        view.resumed
          ? h("p", { class: "am-resumed", "data-key": "resumed" }, texts.resumed, " ", h("button", { type: "button", class: "am-plain", onclick: () => send({ do: "forget" }) }, texts.start_over))
          : null,
        view.problem ? problemOf(view.problem, texts) : null,
        view.blocks.map((block) => drawBlock(block, context)),
      ),
      h("p", { class: "am-busy", "data-key": "busy", hidden: view.busy ? null : true }, h("span", { class: "am-spin", "aria-hidden": "true" }), view.busy || ""),
      footer(view),
    );
  }

  function redraw() {
    const view = model.get("view");
    const content = page(view);
    const isNewStep = previous !== null && previous.step !== view.step;
    const isNewProblem = view.problem && (!previous || !previous.problem || previous.problem.what !== view.problem.what);
    morphChildren(root, content);
    if (isNewStep) {
      const title = root.querySelector("h2");
      title.focus({ preventScroll: true });
      root.scrollIntoView({ block: "start", behavior: "auto" });
    }
    if (isNewProblem) root.querySelector(".am-problem").focus();
    announce(view);
    previous = view;
  }

  // Tell screen readers what changed, at most every 8 seconds during a search.
  function announce(view) {
    if (view.busy && (!previous || previous.busy !== view.busy)) say(view.busy);
    else if (!view.busy && previous && previous.busy) say(texts.done);
    const progress = view.blocks.find((block) => block.type === "progress");
    if (!progress) return;
    const best = progress.points.length ? progress.points[progress.points.length - 1].best : null;
    const now = Date.now();
    if (best !== null && best !== memory.best && now - (memory.announcedAt || 0) > 8000) {
      memory.best = best;
      memory.announcedAt = now;
      say(formatText(texts.best, { metric: progress.metric, score: best.toPrecision(4) }));
    }
  }

  el.replaceChildren(root, live);
  // The notebook would treat keys typed into a field as commands. Ctrl+S and the like do go to it.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  redraw();
  model.on("change:view", redraw);
  model.on("msg:custom", receive);
  return () => {
    model.off("change:view", redraw);
    model.off("msg:custom", receive);
  };
}

export default { render };
