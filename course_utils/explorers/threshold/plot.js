// The drawing of the threshold: how sure the answers are, and below the curve of the costs. All
// measures are in em of the explorer's own type.
import { TICKS, STEPS, shareOf, short } from "./scale.js";

const BINS = 40;
const LEFT = 3.4;
const RIGHT = 0.9;
const TOP = 1.5; // room for the grip
const HALF = 3.3; // of the answers: right ones above, wrong ones below
const CURVE = [TOP + 2 * HALF + 1.3, 8.5]; // where the curve begins, and how high it is
const BOTTOM = CURVE[0] + CURVE[1];
const HEIGHT = BOTTOM + 2.7;

// A round number that three to five times fit into `most`.
function tickFor(most) {
  const size = 10 ** Math.floor(Math.log10(most / 3));
  return size * [5, 2, 1].find(one => most / (one * size) >= 3);
}

export function plot(kit, board, sure) {
  let state = null;
  let width = 0;
  let drawn = ""; // what the curve was drawn for
  let curve = "";
  let scale = { most: 1, ticks: [] };
  const isWrong = new Uint8Array(sure.length);
  for (const at of kit.get("wrong")) isWrong[at] = 1;
  const bins = Uint8Array.from(sure, one => Math.min(BINS - 1, Math.floor(shareOf(one) * BINS)));
  const em = () => parseFloat(getComputedStyle(kit.root).fontSize) || 16;
  const x = share => LEFT + share * (width - LEFT - RIGHT);
  const y = cost => BOTTOM - cost / scale.most * CURVE[1];
  const fix = value => value.toFixed(2);

  function measure() {
    const wanted = Math.max(15, Math.min(46, board.clientWidth / em() || 40));
    if (Math.abs(wanted - width) < 0.2) return false;
    width = wanted;
    drawn = "";
    return true;
  }

  function answers(t) {
    const counts = [0, 1].map(() => [new Int32Array(BINS), new Int32Array(BINS)]);
    const least = Math.fround(t);
    sure.forEach((one, at) => { counts[isWrong[at]][one >= least ? 0 : 1][bins[at]] += 1; });
    const middle = TOP + HALF;
    const wide = (width - LEFT - RIGHT) / BINS;
    const parts = [];
    counts.forEach(([given, refused], wrong) => {
      const most = given.reduce((best, one, k) => Math.max(best, one + refused[k]), 1);
      const high = count => count / most * (HALF - 0.9);
      const bar = (k, from, count, name) => {
        if (!count) return;
        const top = wrong ? middle + high(from) : middle - high(from) - high(count);
        parts.push(`<rect class="cx-of-${wrong ? "wrong" : "right"} cx-${name}" x="${fix(x(k / BINS))}" y="${fix(top)}" width="${fix(wide)}" height="${fix(high(count))}"${wrong && name === "given" ? ` fill="url(#${kit.id}-hatch)"` : ""}/>`);
      };
      for (let k = 0; k < BINS; k++) {
        bar(k, 0, given[k], "given");
        bar(k, given[k], refused[k], "refused");
      }
      parts.push(`<text class="cx-small cx-end" x="${fix(x(1) - 0.2)}" y="${fix(wrong ? middle + HALF - 0.15 : TOP + 0.55)}">${wrong ? "wrong" : "right"}: highest bar ${most}</text>`);
    });
    parts.push(`<path class="cx-axis" d="M${x(0)},${middle} H${fix(x(1))}"/>`);
    return parts.join("");
  }

  // Costs of all thresholds as steps, on the scale that they need.
  function makeCurve({ found, key }) {
    if (drawn === key) return;
    drawn = key;
    const n = sure.length;
    const each = found.places.map(given => found.costOf(given) / n).reverse();
    const ends = found.places.map(given => (given ? shareOf(found.sorted[given - 1]) : 1)).reverse();
    const highest = Math.max(...[found.refuseAll().cost / n, found.answerAll().cost / n], each.reduce((a, b) => Math.max(a, b), 0), 1e-9);
    const tick = tickFor(highest * 1.12);
    scale = { most: highest * 1.12, ticks: Array.from({ length: Math.floor(highest * 1.12 / tick) + 1 }, (_, k) => k * tick) };
    curve = each.map((cost, k) => `${k ? "V" : `M${fix(x(0))},`}${fix(y(cost))} H${fix(x(ends[k]))}`).join(" ");
  }

  function mark(name, share, cost, shape) {
    return `<g class="cx-mark cx-mark-${name}"><path d="M${fix(x(share))},${fix(y(cost))} ${shape}"/>`
      + `<text x="${fix(Math.min(x(share), width - 3))}" y="${fix(y(cost) + (name === "guess" ? -0.8 : 1.5))}">${name}</text></g>`;
  }

  function costs({ found, now, t, guess, best, hidden }, rule) {
    if (hidden) {
      const lines = width > 30 ? ["the cost of every threshold: where do you expect the lowest?"] : ["the cost of every threshold:", "where do you expect the lowest?"];
      return `<rect class="cx-empty" x="${LEFT}" y="${CURVE[0]}" width="${fix(width - LEFT - RIGHT)}" height="${CURVE[1]}"/>${rule}`
        + lines.map((line, k) => `<text class="cx-middle cx-asked" x="${fix(x(0.5))}" y="${fix(CURVE[0] + CURVE[1] / 2 + 1.3 * k)}">${line}</text>`).join("");
    }
    const n = sure.length;
    const [all, none] = [found.answerAll().cost / n, found.refuseAll().cost / n];
    const parts = scale.ticks.map(tick => `<path class="cx-line" d="M${x(0)},${fix(y(tick))} H${fix(x(1))}"/><text class="cx-y" x="${LEFT - 0.4}" y="${fix(y(tick) + 0.3)}">${short(tick)}</text>`);
    parts.push(`<path class="cx-level" d="M${x(0)},${fix(y(none))} H${fix(x(1))}"/><text class="cx-small cx-end" x="${fix(x(1))}" y="${fix(y(none) - 0.3)}">refuse all</text>`);
    parts.push(`<path class="cx-level" d="M${x(0)},${fix(y(all))} H${fix(x(1))}"/><text class="cx-small" x="${fix(x(0) + 0.3)}" y="${fix(y(all) - 0.3)}">answer all</text>`);
    parts.push(`<path class="cx-curve" d="${curve}"/>${rule}`);
    if (guess !== null) parts.push(mark("guess", shareOf(guess), found.at(guess).cost / n, "m0,-.5 l.5,.5 l-.5,.5 l-.5,-.5 z"));
    if (best) parts.push(mark("cheapest", best.given ? shareOf(best.threshold) : 1, best.cost / n, "m-.4,-.4 h.8 v.8 h-.8 z"));
    parts.push(`<circle class="cx-now" cx="${fix(x(shareOf(t)))}" cy="${fix(y(now.cost / n))}" r=".38"/>`);
    return parts.join("");
  }

  function draw(given) {
    state = given;
    measure();
    makeCurve(state);
    const at = fix(x(shareOf(state.t)));
    const narrow = width < 26;
    const ticks = TICKS.filter(tick => !narrow || ![0.5, 0.8, 0.95].includes(tick)).map(tick => `<path class="cx-line" d="M${fix(x(shareOf(tick)))},${TOP} V${fix(BOTTOM)}"/><text class="cx-middle" x="${fix(x(shareOf(tick)))}" y="${fix(BOTTOM + 1.05)}">${tick}</text>`).join("");
    // The drawing alone is markup; every word in it is ours.
    board.innerHTML = `<svg viewBox="0 0 ${fix(width)} ${HEIGHT}" style="width:${fix(width)}em" aria-hidden="true">`
      + `<defs><pattern id="${kit.id}-hatch" width=".35" height=".35" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="cx-ground" width=".35" height=".35"/><rect class="cx-stripe" width=".14" height=".35"/></pattern></defs>`
      + `${ticks}${answers(state.t)}${costs(state, `<path class="cx-rule" d="M${at},${TOP - 0.2} V${fix(BOTTOM)}"/>`)}<path class="cx-axis" d="M${x(0)},${BOTTOM} H${fix(x(1))}"/>`
      + `<text class="cx-middle cx-faint" x="${fix(x(0.5))}" y="${fix(BOTTOM + 2.3)}">threshold</text>`
      + `<text class="cx-middle cx-faint" transform="translate(.8 ${CURVE[0] + CURVE[1] / 2}) rotate(-90)">cost, each picture</text>`
      + `<text class="cx-middle cx-faint" transform="translate(.8 ${TOP + HALF}) rotate(-90)">answers</text>`
      + `<path class="cx-grip" d="M${at},${TOP - 0.1} l-.6,-.9 h1.2 z"/></svg>`;
  }

  const place = event => {
    const box = board.firstChild.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * HEIGHT];
  };
  const watching = new ResizeObserver(() => { if (state && measure()) draw(state); });
  watching.observe(board);
  return {
    draw,
    inCurve(event) { const [, at] = place(event); return at >= CURVE[0]; },
    stepAt(event) { const [at] = place(event); return (at - LEFT) / (width - LEFT - RIGHT) * (STEPS - 1); },
    end: () => watching.disconnect(),
  };
}
