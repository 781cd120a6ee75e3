// Build elements without markup, and update them without losing the focus or typed input.

function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  return fill(element, properties, children);
}

function svg(name, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  return fill(element, properties, children);
}

function fill(element, properties, children) {
  element._on = {};
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element._on[key.slice(2)] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// Look up listeners when an event arrives, so that an update replaces them too.
function listen(root) {
  for (const type of ["click", "change", "submit", "input"]) {
    root.addEventListener(type, (event) => {
      for (let node = event.target; node && node !== root.parentNode; node = node.parentNode) {
        const listener = node._on && node._on[type];
        if (listener) return listener(event, node);
      }
    });
  }
}

const keyOf = (node) => (node.nodeType === 1 ? node.getAttribute("data-key") || node.id || null : null);
const isAlike = (a, b) =>
  a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b) && a.type === b.type;

// Update an element to match another one, changing only the differences.
function morph(old, wanted) {
  if (old.nodeType !== 1) {
    if (old.data !== wanted.data) old.data = wanted.data;
    return;
  }
  old._on = wanted._on;
  for (const { name } of [...old.attributes])
    if (!wanted.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  for (const { name, value } of [...wanted.attributes])
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if ("checked" in old && (old.type === "radio" || old.type === "checkbox")) old.checked = wanted.hasAttribute("checked");
  const isTyping = document.activeElement === old || (old.getRootNode().activeElement === old);
  if (!isTyping && old.type !== "file" && "value" in old && old.nodeName === "INPUT" && !["radio", "checkbox"].includes(old.type))
    if (old.value !== wanted.value) old.value = wanted.value;
  if (old.nodeName === "TEXTAREA") {
    if (!isTyping && old.value !== wanted.value) old.value = wanted.value;
    return;
  }
  const selected = wanted.value; // read it first: new options move from `wanted` to `old`
  morphChildren(old, wanted);
  if (old.nodeName === "SELECT" && !isTyping) old.value = selected;
}

function morphChildren(old, wanted) {
  const next = [...wanted.childNodes];
  let node = old.firstChild;
  for (const child of next) {
    let match = node;
    while (match && !isAlike(match, child)) match = match.nextSibling;
    if (!match) {
      old.insertBefore(child, node);
      continue;
    }
    while (node !== match) {
      const removed = node;
      node = node.nextSibling;
      removed.remove();
    }
    morph(match, child);
    node = match.nextSibling;
  }
  while (node) {
    const removed = node;
    node = node.nextSibling;
    removed.remove();
  }
}
