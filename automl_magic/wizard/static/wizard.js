// The frame around the steps: where one is, what went wrong, back and next.

function render({ model, el }) {
  const scope = newId();
  const memory = {};
  const root = h("section", { class: "am am-wizard", "aria-label": "AutoML wizard" });
  const live = h("p", { class: "am-live", role: "status", "aria-live": "polite" });
  const waiting = new Map();
  let ticket = 0;
  let shown = null;

  listen(root);
  root.addEventListener("keydown", (event) => {
    const on = event.target._on;
    if (on && on.keydown) on.keydown(event);
  });

  function say(text) {
    live.textContent = text;
  }

  // Resolves once the kernel has done it: false if it refused.
  function send(message, buffers = []) {
    ticket += 1;
    model.send({ ...message, ticket }, undefined, buffers);
    return new Promise((resolve) => waiting.set(ticket, resolve));
  }

  const answered = (message) => {
    const resolve = message && waiting.get(message.ticket);
    if (!resolve) return;
    waiting.delete(message.ticket);
    resolve(message.taken);
  };

  function stepper(view) {
    return h(
      "nav",
      { "aria-label": "Steps of the wizard", "data-key": "stepper" },
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

  function feet(view) {
    const next = view.next;
    return h(
      "p",
      { class: "am-feet", "data-key": "feet" },
      view.back ? h("button", { type: "button", class: "am-plain", "data-key": "back", onclick: () => send({ do: "go", step: view.back }) }, "Back") : null,
      next
        ? h(
            "button",
            {
              type: "button",
              class: "am-main",
              "data-key": "next",
              "aria-disabled": next.enabled ? null : "true",
              onclick: () => (next.enabled ? send({ do: next.do, step: next.step }) : say(view.busy ? `${view.busy} …` : "Answer the question above first.")),
            },
            next.label,
          )
        : null,
    );
  }

  function page(view) {
    const context = { scope, memory, send, redraw, say };
    return h(
      "section",
      {},
      h("p", { class: "am-name", "data-key": "name" }, "AutoML wizard"),
      stepper(view),
      h(
        "div",
        { class: "am-page", "data-key": `page-${view.step}` },
        h("h2", { tabindex: "-1", "data-key": "title" }, view.title),
        h("p", { class: "am-lead" }, view.lead),
        view.resumed
          ? h("p", { class: "am-resumed", "data-key": "resumed" }, "Your answers from last time are here. ", h("button", { type: "button", class: "am-plain", onclick: () => send({ do: "forget" }) }, "Start over"))
          : null,
        view.problem ? problemOf(view.problem) : null,
        view.blocks.map((block) => drawBlock(block, context)),
      ),
      h("p", { class: "am-busy", "data-key": "busy", hidden: view.busy ? null : true }, h("span", { class: "am-spin", "aria-hidden": "true" }), view.busy ? `${view.busy} …` : ""),
      feet(view),
    );
  }

  function redraw() {
    const view = model.get("view");
    const wanted = page(view);
    const isNewStep = shown !== null && shown.step !== view.step;
    const isNewProblem = view.problem && (!shown || !shown.problem || shown.problem.what !== view.problem.what);
    morphChildren(root, wanted);
    if (isNewStep) {
      const title = root.querySelector("h2");
      title.focus({ preventScroll: true });
      root.scrollIntoView({ block: "start", behavior: "auto" });
    }
    if (isNewProblem) root.querySelector(".am-problem").focus();
    announce(view);
    shown = view;
  }

  // What a person who does not see the page has to hear, and no more often than it changes much.
  function announce(view) {
    if (view.busy && (!shown || shown.busy !== view.busy)) say(`${view.busy} …`);
    else if (!view.busy && shown && shown.busy) say("Done.");
    const progress = view.blocks.find((block) => block.type === "progress");
    if (!progress) return;
    const best = progress.points.length ? progress.points[progress.points.length - 1].best : null;
    const now = Date.now();
    if (best !== null && best !== memory.best && now - (memory.said || 0) > 8000) {
      memory.best = best;
      memory.said = now;
      say(`Best ${progress.metric.replace(/_/g, " ")} so far: ${best.toPrecision(4)}.`);
    }
  }

  el.replaceChildren(root, live);
  // Keys that belong to a field must not reach the notebook, which takes them for commands; Ctrl+S
  // and the like are meant for it.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  redraw();
  model.on("change:view", redraw);
  model.on("msg:custom", answered);
  return () => {
    model.off("change:view", redraw);
    model.off("msg:custom", answered);
  };
}

export default { render };
