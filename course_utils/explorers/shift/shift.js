import { bank, correlate, kernelOf, pool, relu, volume } from "../conv.js";
import { button, choice, frame, h, paint, slider } from "../frame.js";

const REACH = 8;
const SIDE = 28;
const fromSigns = signs => volume(SIDE, SIDE, 1, Array.from(signs, sign => parseInt(sign, 16) / 15));

// What leaves the picture is lost, and zeros come in.
export function moved(x, dy, dx) {
  const out = volume(x.h, x.w, 1);
  for (let i = 0; i < x.h; i++) {
    for (let j = 0; j < x.w; j++) {
      const [a, b] = [i - dy, j - dx];
      if (a >= 0 && a < x.h && b >= 0 && b < x.w) out.data[i * x.w + j] = x.data[a * x.w + b];
    }
  }
  return out;
}

export function unit(signs) {
  const x = fromSigns(signs);
  const length = Math.hypot(...x.data);
  return Array.from(x.data, one => one / length);
}

// The four answers to one image. Sliding ten templates is most of the work: `slides` leaves it out.
export function answers(x, units, kernel, side, slides = true) {
  const scores = units.map(one => one.reduce((sum, weight, at) => sum + weight * x.data[at], 0));
  const map = relu(correlate(x, kernelOf(kernel)));
  const pooled = pool(map, side);
  if (!slides) return { scores, map, pooled, slid: scores };
  const flat = new Float64Array(SIDE * SIDE * 10);
  units.forEach((one, k) => one.forEach((weight, at) => { flat[at * 10 + k] = weight; }));
  const slid = correlate(x, bank(SIDE, SIDE, 1, 10, flat), { padding: REACH });
  const best = Array(10).fill(-Infinity);
  slid.data.forEach((value, at) => { best[at % 10] = Math.max(best[at % 10], value); });
  return { scores, map, pooled, slid: best };
}

const differs = (a, b) => Array.from(a, (one, at) => Math.abs(one - b[at]) > 1e-9);
const count = marks => marks.filter(Boolean).length;

// Whether `now` is `before` moved; cells that came from outside of the map aren't asked.
function isMoved(now, before, dy, dx) {
  const shifted = moved(before, dy, dx);
  return now.data.every((value, at) => {
    const [i, j] = [Math.floor(at / now.w) - dy, at % now.w - dx];
    return i < 0 || i >= now.h || j < 0 || j >= now.w || Math.abs(value - shifted.data[at]) < 1e-9;
  });
}

export function verdicts(now, before, dy, dx, side) {
  const scores = count(differs(now.scores, before.scores));
  const map = differs(now.map.data, before.map.data);
  const pooled = differs(now.pooled.data, before.pooled.data);
  const slid = count(differs(now.slid, before.slid));
  const whole = dy % side === 0 && dx % side === 0;
  return { scores, map, pooled, slid, along: isMoved(now.map, before.map, dy, dx),
    pooledAlong: whole && isMoved(now.pooled, before.pooled, dy / side, dx / side) };
}

// What is asked first, in a lesson that shows these panels; `tell` compares with what happens.
const POOLED = { text: "Before you move it: the digit goes one pixel to the right. How many cells of the pooled map will change?",
  words: ["none", "some", "about half", "nearly all"] };
const SCORES = { text: "Before you move it: after how many pixels to the right will the templates answer another digit?",
  words: ["1 pixel", "2 pixels", "3 or 4", "5 or more"] };
const questionFor = panels => (panels.includes("pooled") ? POOLED : panels.includes("scores") ? SCORES : null);

const top = values => values.indexOf(Math.max(...values));

function render({ model, el }) {
  const kit = frame({ model, el }, "shift", "The shift: what moves along, what changes, what stays");
  const panels = kit.get("panels") ?? ["scores", "map", "pooled", "slid"];
  const question = questionFor(panels);
  const units = kit.get("templates").map(unit);
  const slides = panels.includes("slid");
  let still = null; // the digit that is not moved, and its answers
  let dragging = null;
  let guess = null;
  const picture = h("canvas", { class: "cx-map", tabindex: 0, role: "application", "aria-label": "digit: arrows move it by one pixel" });
  const map = h("canvas", { class: "cx-map", role: "img" });
  const pooledMap = h("canvas", { class: "cx-map", role: "img" });
  const [scores, slid] = [bars(), bars()];
  const notes = ["digit", "scores", "map", "pooled", "slid"].map(name => h("p", { class: "cx-verdict", "data-of": name }));
  const kernels = choice(kit, "kernel", Object.keys(kit.get("kernels")).map(name => [name, name]), value => kit.set({ kernel: value }));
  const side = slider(kit, "pooling window", 1, 6, value => kit.set({ pool: value }));
  const digits = choice(kit, "digit", kit.get("digits").map((_, at) => [String(at), String(at)]), value => kit.set({ which: Number(value), dx: 0, dy: 0 }));
  digits.element.hidden = kit.get("digits").length < 2;
  const reply = h("p", { class: "cx-reply" });
  const ask = h("div", { class: "cx-ask" },
    h("p", {}, question?.text ?? ""),
    h("div", { class: "cx-row-of" }, (question?.words ?? []).map(word => button(word, () => answer(word)))));
  const panel = (title, part, note, extra) => h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, title), part, note, extra);
  const arrows = h("div", { class: "cx-row-of" }, [["←", 0, -1, "left"], ["→", 0, 1, "right"], ["↑", -1, 0, "up"], ["↓", 1, 0, "down"]].map(([sign, dy, dx, word]) =>
    button(sign, () => move(kit.get("dy") + dy, kit.get("dx") + dx), { "aria-label": `move ${word}` })), button("Back", () => move(0, 0)));
  kit.body.append(h("div", { class: "cx-bar" }, digits.element, kernels.element, side.element), ask, reply,
    h("div", { class: "cx-five" },
      panel("digit", picture, notes[0], arrows), ...panels.map(name => ({
        scores: () => panel("template scores", scores.element, notes[1]), map: () => panel("feature map", map, notes[2]),
        pooled: () => panel("pooled map", pooledMap, notes[3]), slid: () => panel("templates that slide: largest score", slid.element, notes[4]) }[name]()))));
  kernels.element.hidden = !panels.includes("map") && !panels.includes("pooled");
  side.element.hidden = !panels.includes("pooled");

  function bars() {
    const rows = Array.from({ length: 10 }, (_, k) => {
      const [bar, was, number] = [h("i", { class: "cx-bar-now" }), h("i", { class: "cx-bar-then" }), h("span", {})];
      return { bar, was, number, element: h("div", { class: "cx-score" }, h("b", {}, String(k)), h("div", { class: "cx-track" }, bar, was), number) };
    });
    return { element: h("div", { class: "cx-scores" }, rows.map(row => row.element)), show(now, then) {
      const most = Math.max(...then, ...now, 1e-9);
      rows.forEach((row, k) => {
        row.bar.style.width = `${Math.max(0, now[k]) / most * 100}%`;
        row.was.style.left = `${Math.max(0, then[k]) / most * 100}%`;
        row.number.textContent = now[k].toFixed(1);
        row.element.classList.toggle("cx-best", k === top(now));
      });
    } };
  }

  function move(dy, dx) {
    const keep = value => Math.max(-REACH, Math.min(REACH, Math.round(value)));
    kit.set({ dy: keep(dy), dx: keep(dx) });
  }

  function answer(word) {
    guess = word;
    kit.set({ ask: false, dy: 0, dx: question === POOLED ? 1 : Math.min(firstChange(), REACH) });
  }

  // After how many pixels to the right the templates answer another digit; more than they can go if never.
  function firstChange() {
    const still = fromSigns(kit.get("digits")[kit.get("which")]);
    const answer = x => top(units.map(one => one.reduce((sum, weight, at) => sum + weight * x.data[at], 0)));
    let dx = 1;
    while (dx <= REACH && answer(moved(still, 0, dx)) === answer(still)) dx += 1;
    return dx;
  }

  function compare(found, before, now) {
    if (question === SCORES) {
      const dx = firstChange();
      const truth = SCORES.words[dx === 1 ? 0 : dx === 2 ? 1 : dx < 5 ? 2 : 3];
      const told = dx > REACH ? `they still answer ${top(now.scores)} after ${REACH}` : `after ${dx} they answer ${top(now.scores)} instead of ${top(before.scores)}`;
      return `You expected ${guess}; it was ${truth}: ${told}. Now go back, and on with the arrows.`;
    }
    const share = count(found.pooled) / found.pooled.length;
    const truth = share === 0 ? "none" : share < 0.4 ? "some" : share < 0.6 ? "about half" : "nearly all";
    const inked = before.pooled.data.filter(one => one > 1e-9).length;
    return `You expected ${guess}; it was ${truth}: ${count(found.pooled)} of ${found.pooled.length}. `
      + `Only ${inked} cells had any answer before the move. Now go on with the arrows.`;
  }

  picture.addEventListener("keydown", event => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Home") move(0, 0);
    else if (event.key in steps) move(kit.get("dy") + steps[event.key][0], kit.get("dx") + steps[event.key][1]);
    else return;
    event.preventDefault();
  });
  picture.addEventListener("pointerdown", event => {
    if (dragging || event.button !== 0) return; // one finger moves it
    dragging = { pointer: event.pointerId, x: event.clientX, y: event.clientY, dx: kit.get("dx"), dy: kit.get("dy") };
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", event => {
    if (dragging?.pointer !== event.pointerId) return;
    const pixel = picture.getBoundingClientRect().width / SIDE;
    move(dragging.dy + (event.clientY - dragging.y) / pixel, dragging.dx + (event.clientX - dragging.x) / pixel);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    picture.addEventListener(end, event => { if (dragging?.pointer === event.pointerId) dragging = null; });
  }

  // Grey, and orange where the cell changed.
  function tinted(canvas, x, most, marks) {
    paint(canvas, x.data, x.h, x.w, most, true);
    const context = canvas.getContext("2d");
    context.fillStyle = "rgba(230, 159, 0, 0.55)";
    marks.forEach((mark, at) => { if (mark) context.fillRect(at % x.w, Math.floor(at / x.w), 1, 1); });
  }

  function draw() {
    const [dy, dx, pooling] = [kit.get("dy"), kit.get("dx"), kit.get("pool")];
    const hidden = kit.get("ask") && question !== null;
    digits.show(kit.get("which"));
    kernels.show(kit.get("kernel"));
    side.show(pooling);
    ask.hidden = !hidden;
    const kernel = kit.get("kernels")[kit.get("kernel")];
    const signs = kit.get("digits")[kit.get("which")];
    const key = `${signs} ${kernel} ${pooling}`;
    if (still?.key !== key) {
      const image = fromSigns(signs);
      still = { key, image, answers: answers(image, units, kernel, pooling, slides) };
    }
    const x = moved(still.image, dy, dx);
    const before = still.answers;
    const now = dy || dx ? answers(x, units, kernel, pooling, slides) : before;
    const found = verdicts(now, before, dy, dx, pooling);
    const most = Math.max(...before.map.data, 1e-9);
    paint(picture, x.data, SIDE, SIDE, 1, true);
    tinted(map, now.map, most, found.map);
    tinted(pooledMap, now.pooled, most, found.pooled);
    scores.show(now.scores, before.scores);
    slid.show(now.slid, before.slid);
    const lost = still.image.data.reduce((sum, one) => sum + one, 0) - x.data.reduce((sum, one) => sum + one, 0) > 1e-9;
    const words = [
      `${Math.abs(dx)} ${dx < 0 ? "left" : "right"}, ${Math.abs(dy)} ${dy < 0 ? "up" : "down"}${lost ? "; ink was cut off" : ""}`,
      `answer ${top(now.scores)}; ${found.scores} of 10 scores changed`,
      `${count(found.map)} of ${found.map.length} cells changed${!dy && !dx ? "" : found.along ? "; the map moved along: equivariant" : "; not the old map, moved"}`,
      `${count(found.pooled)} of ${found.pooled.length} cells changed${dy || dx ? found.pooledAlong ? "; it moved along" : `; not a move by whole windows` : ""}`,
      `answer ${top(now.slid)}; ${found.slid} of 10 scores changed${found.slid || (!dy && !dx) ? "" : ": invariant"}`,
    ];
    notes.forEach((note, at) => { note.textContent = hidden && (question === SCORES ? at > 0 : at > 1 && at < 4) ? "" : words[at]; });
    map.setAttribute("aria-label", `feature map: ${words[2]}`);
    pooledMap.setAttribute("aria-label", `pooled map: ${words[3]}`);
    Object.assign(kit.root.dataset, { pooled: count(found.pooled), map: count(found.map), slid: found.slid, scores: found.scores, answer: top(now.scores) });
    if (guess) {
      reply.textContent = compare(found, before, now);
      guess = null;
    }
    kit.say(hidden ? "The answers are counted when you have chosen." : `${words[0]}. ${panels.map(name => ({ scores: `Templates: ${words[1]}.`, map: `Feature map: ${words[2]}.`, pooled: `Pooled: ${words[3]}.`, slid: `Slid templates: ${words[4]}.` }[name])).join(" ")}`);
  }

  // A step to the side and down is one move.
  let queued = false;
  kit.watch(["which", "dx", "dy", "kernel", "pool", "ask"], () => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => { queued = false; draw(); });
  });
  draw();
  return kit.end;
}

export const explorer = { render };
export default explorer;
