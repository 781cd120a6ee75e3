// The scores of the trials over time: one dot per trial, and a line for the best so far.

const HEIGHT = 190, LEFT = 58, BOTTOM = 28, TOP = 12, RIGHT = 12;

function course(block, texts) {
  const points = block.points.filter((point) => point.score !== null && !point.baseline);
  if (points.length === 0) return null;
  // Drawn for the page's width, so that its text isn't shrunk on a phone.
  const WIDTH = window.matchMedia("(max-width: 30rem)").matches ? 330 : 640;
  const last = Math.max(...points.map((point) => point.at), 1);
  // The scale covers the better three quarters, so a few bad trials don't squeeze the others.
  const scores = points.map((point) => point.score).sort((a, b) => a - b);
  const bests = points.map((point) => point.best).filter((best) => best !== null);
  const isHigher = bests.length < 2 || bests[bests.length - 1] >= bests[0];
  const better = isHigher ? scores.slice(Math.floor(scores.length / 4)) : scores.slice(0, Math.ceil((3 * scores.length) / 4));
  let low = Math.min(...better), high = Math.max(...better);
  if (high === low) [low, high] = [low - Math.abs(low) * 0.01 - 1e-6, high + Math.abs(high) * 0.01 + 1e-6];
  const pad = 0.08 * (high - low);
  [low, high] = [low - pad, high + pad];
  const x = (at) => LEFT + ((WIDTH - LEFT - RIGHT) * at) / last;
  const y = (score) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (Math.min(Math.max(score, low), high) - low) / (high - low));
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(high - low))));
  const steps = points.filter((point) => point.best !== null);
  const line = steps.map((point, i) => (i ? `H${x(point.at).toFixed(1)}V${y(point.best).toFixed(1)}` : `M${x(point.at).toFixed(1)},${y(point.best).toFixed(1)}`)).join("");
  const ticks = [low + pad, (low + high) / 2, high - pad];
  return svg(
    "svg",
    { class: "am-course", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": block.chart_label },
    ticks.map((tick) => [
      svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: "am-grid" }),
      svg("text", { x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, tick.toFixed(digits)),
    ]),
    svg("text", { x: LEFT, y: HEIGHT - 8 }, formatText(texts.seconds, { n: 0 })),
    svg("text", { x: WIDTH - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, formatText(texts.seconds, { n: last.toFixed(0) })),
    points.map((point) => svg("circle", { cx: x(point.at), cy: y(point.score), r: 4, class: "am-dot" }, svg("title", {}, `${point.name}: ${point.score.toPrecision(4)}`))),
    svg("path", { d: line, class: "am-best-line" }),
  );
}
