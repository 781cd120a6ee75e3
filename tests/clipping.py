"""What a page cuts off: texts that are wider or higher than the element that hides the rest."""

from __future__ import annotations

_SCRIPT = """root => {
  const edge = root.getBoundingClientRect().right + 1;
  const view = root.ownerDocument.defaultView;
  const cut = [];
  for (const element of root.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    const style = view.getComputedStyle(element);
    if (!box.width || style.visibility === 'hidden'
        || element.closest('.am-live, .am-hidden, details:not([open]) > :not(summary), pre, code')) {
      continue;
    }
    const text = [...element.childNodes].filter(node => node.nodeType === 3)
      .map(node => node.data).join('').trim();
    if (!text) continue;
    const name = `${element.nodeName.toLowerCase()}.${element.getAttribute('class') || ''}: ${text.slice(0, 60)}`;
    const hides = ['hidden', 'clip'].includes(style.overflowX);
    if (hides && (element.scrollWidth > element.clientWidth + 1
                  || element.scrollHeight > element.clientHeight + 2)) {
      cut.push(name);
    } else if (box.right > edge && !element.closest('.am-scroll')) {
      cut.push(name);
    } else if (element.ownerSVGElement) {
      const picture = element.ownerSVGElement.getBoundingClientRect();
      if (box.right > picture.right + 1 || box.left < picture.left - 1) cut.push(name);
    }
  }
  return cut;
}"""  # noqa: E501


def clipped(locator) -> list[str]:
    """Return the texts in an element that a reader can't see whole, each with its element."""
    return locator.evaluate(_SCRIPT)
