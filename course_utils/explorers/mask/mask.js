import { button, choice, frame, greyOf, h, paint, pictureFrom, select, slider, text } from "../frame.js";
import { asRuns, fromRuns, overlap, stroke } from "./overlap.js";
import { KIND_NAMES, classTile, fill, kindTile, outline } from "./patterns.js";

const WIDTH = 560; // pixels of the larger side, about
const LEAST_CELL = 4;
const MOST_UNDO = 60;
const SELECT_FROM = 5; // classes; up to here they stand beside each other

function render({ model, el }) {
  const kit = frame({ model, el }, "mask", "The mask: what does each pixel belong to?");
  const [rows, columns] = kit.get("size");
  const count = rows * columns;
  const cell = Math.max(LEAST_CELL, Math.floor(WIDTH / Math.max(rows, columns)));
  const names = kit.get("classes");
  const [truth, prediction] = ["truth_data", "prediction_data"].map(key => (kit.get(key) ? fromRuns(kit.get(key), count) : null));
  const photograph = h("canvas");
  let mask = fromRuns(kit.get("painted"), count);
  let before = []; // masks that undo goes back to
  let kind = 1; // the class that is painted; 0 erases
  let last = 1; // the class that the brush takes up again
  let cursor = { x: columns / 2, y: rows / 2, down: false };
  let shown = false; // the cursor is
  let painting = null; // the pointer that paints, and where it is

  const board = canvasFor("cx-board", { tabindex: 0, role: "application" });
  const errors = canvasFor("cx-map", { role: "img" });
  const tools = choice(kit, "tool", [["brush", "Brush"], ["eraser", "Eraser"]], tool => choose(tool === "brush" ? last : 0));
  const options = names.slice(1).map((name, k) => [String(k + 1), name]);
  const classes = names.length > SELECT_FROM ? select("class", options, value => choose(Number(value))) : choice(kit, "class", options, value => choose(Number(value)));
  classes.element.hidden = names.length < 3;
  const size = slider(kit, "brush", 1, Math.min(15, Math.max(rows, columns)), () => draw());
  size.show(Math.max(1, Math.round(Math.max(rows, columns) / 14)));
  const toggles = Object.fromEntries([["truth", truth], ["prediction", prediction]].filter(([, given]) => given).map(([name]) => [name,
    button(`Outline of the ${name}`, () => { toggles[name].setAttribute("aria-pressed", String(!on(name))); draw(); }, { "aria-pressed": "false" })]));
  const on = name => toggles[name]?.getAttribute("aria-pressed") === "true";
  const compare = button("Compare with the truth", () => kit.set({ compare: !kit.get("compare") }), { "aria-pressed": "false" });
  compare.hidden = !truth;
  const whose = choice(kit, "error map of", [["painted", "your mask"], ["prediction", "the prediction"]], value => { judged = value; draw(); });
  let judged = "painted";
  whose.element.hidden = !prediction;
  const legend = KIND_NAMES.map(name => ({ name, number: h("b", {}) }));
  const table = h("tbody", {});
  const key = (picture, ...words) => h("span", { class: "cx-key" }, swatch(picture), ...words);
  const result = h("div", { class: "cx-result" },
    h("table", { class: "cx-table" }, h("thead", {}, h("tr", {}, ["IoU", "yours", prediction ? "prediction" : null].filter(Boolean).map(one => h("th", { scope: "col" }, one)))), table),
    whose.element, h("div", {}, h("p", { class: "cx-name" }, "where it is right"), errors),
    h("p", { class: "cx-keys" }, legend.map(({ name, number }) => key(kindTile(name), `${name} `, number))));
  kit.body.append(
    h("div", { class: "cx-bar" }, tools.element, classes.element, size.element, h("div", { class: "cx-row-of" }, button("Undo", undo), button("Clear", clear))),
    h("div", { class: "cx-both" },
      h("div", { class: "cx-panel" }, board,
        h("p", { class: "cx-keys" }, names.slice(1).map((name, k) => key(classTile(k + 1), name)))),
      h("div", { class: "cx-told" }, h("div", { class: "cx-row-of" }, compare, Object.values(toggles)), result)));

  function canvasFor(name, attributes) {
    return h("canvas", { class: name, width: columns * cell, height: rows * cell, style: `aspect-ratio: ${columns} / ${rows}`, ...attributes });
  }

  function swatch(picture) {
    const canvas = h("canvas", { width: 28, height: 20, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    context.fillStyle = context.createPattern(picture, "repeat");
    context.fillRect(0, 0, 28, 20);
    return canvas;
  }

  function choose(value) {
    kind = value;
    if (value) last = value;
    cursor.down = false; // the stroke before was of another class
    draw();
    kit.say(value ? `The brush paints ${names[value]}.` : "The eraser.");
  }

  // --- painting ---

  function begin() {
    before.push(asRuns(mask));
    if (before.length > MOST_UNDO) before.shift();
    mask = mask.slice();
  }

  function go(from, to) {
    if (stroke(mask, rows, columns, from, to, Number(size.input.value), kind)) soon();
  }

  let asked = false;
  function soon() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); tell(); });
  }

  // Python hears of each stroke when it ends.
  function done() {
    if (before.at(-1) === asRuns(mask)) before.pop();
    else kit.set({ painted: asRuns(mask) });
    draw();
    tell();
  }

  function undo() {
    cursor.down = false;
    if (!before.length) { kit.say("There is no stroke to take back."); return; }
    mask = fromRuns(before.pop(), count);
    kit.set({ painted: asRuns(mask) });
    draw();
    tell();
  }

  function clear() {
    cursor.down = false;
    begin();
    mask.fill(0);
    done();
  }

  const place = event => {
    const box = board.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * columns, (event.clientY - box.top) / box.height * rows];
  };
  board.addEventListener("pointerdown", event => {
    event.preventDefault();
    if (painting || event.button !== 0) return; // a second finger paints nothing
    board.focus();
    board.setPointerCapture(event.pointerId);
    shown = false;
    lift();
    begin();
    painting = { pointer: event.pointerId, at: place(event) };
    go(painting.at, painting.at);
  });
  board.addEventListener("pointermove", event => {
    if (painting?.pointer !== event.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const to = place(one);
      go(painting.at, to);
      painting.at = to;
    }
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    board.addEventListener(end, event => {
      if (painting?.pointer !== event.pointerId) return;
      const [x, y] = painting.at;
      painting = null;
      moveCursor(Math.floor(x), Math.floor(y));
      done();
    });
  }

  function moveCursor(j, i) {
    cursor.x = Math.max(0, Math.min(columns - 1, j)) + 0.5;
    cursor.y = Math.max(0, Math.min(rows - 1, i)) + 0.5;
  }
  moveCursor(Math.floor(cursor.x), Math.floor(cursor.y));

  function lift() {
    if (!cursor.down) return;
    cursor.down = false;
    done();
  }

  board.addEventListener("keydown", event => {
    shown = true;
    const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const at = [cursor.x, cursor.y];
    if (event.key in steps) {
      const far = event.shiftKey ? 5 : 1;
      const [dx, dy] = steps[event.key];
      moveCursor(Math.floor(at[0]) + far * dx, Math.floor(at[1]) + far * dy);
      if (cursor.down) go(at, [cursor.x, cursor.y]);
      draw();
      tell(true);
    } else if (event.key === " ") {
      if (cursor.down) {
        lift();
        kit.say("The brush is lifted.");
      } else {
        begin();
        cursor.down = true;
        go(at, at);
        draw();
        kit.say(`The brush is down and ${kind ? `paints ${names[kind]}` : "erases"}.`);
      }
    } else if (event.key === "Enter") {
      lift();
      begin();
      go(at, at);
      done();
    } else if (event.key === "Backspace") {
      lift();
      undo();
    } else if (/^\d$/.test(event.key) && Number(event.key) < names.length && !event.ctrlKey && !event.metaKey) {
      lift();
      choose(Number(event.key));
    } else return;
    event.preventDefault();
  });
  board.addEventListener("focus", () => { shown = board.matches(":focus-visible"); draw(); });
  board.addEventListener("blur", () => { lift(); shown = false; draw(); });

  // --- showing ---

  const figure = value => (Number.isNaN(value) ? "–" : text(value, 3));

  function draw() {
    const context = board.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.fillStyle = "#000000";
    context.fillRect(0, 0, board.width, board.height);
    if (photograph.width) context.drawImage(photograph, 0, 0, board.width, board.height);
    for (let k = 1; k < names.length; k++) fill(context, classTile(k), at => mask[at] === k, columns, cell, count);
    const compared = Boolean(truth) && Boolean(kit.get("compare"));
    if (toggles.truth) toggles.truth.hidden = !compared;
    if (compared && on("truth")) outline(context, truth, rows, columns, cell, []);
    if (on("prediction")) outline(context, prediction, rows, columns, cell, [7, 6]);
    if (shown) drawCursor(context);
    tools.show(kind ? "brush" : "eraser");
    classes.show(String(last));
    compare.setAttribute("aria-pressed", String(compared));
    whose.show(judged);
    result.hidden = !compared;
    board.setAttribute("aria-label", `image to paint on, ${rows} rows and ${columns} columns: Space puts the brush down or lifts it, arrows move it`);
    const painted = mask.reduce((sum, one) => sum + (one > 0), 0);
    Object.assign(kit.root.dataset, { painted, iou: "", cursor: `${Math.floor(cursor.y)},${Math.floor(cursor.x)}` });
    if (compared) showResult();
  }

  function drawCursor(context) {
    const radius = Math.max(0.5, Number(size.input.value) / 2) * cell;
    for (const [colour, wide] of [["#ffffff", 5], [cursor.down ? "#d55e00" : "#0072b2", 2.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.beginPath();
      context.arc(cursor.x * cell, cursor.y * cell, radius, 0, 7);
      context.moveTo(cursor.x * cell - 3, cursor.y * cell);
      context.lineTo(cursor.x * cell + 3, cursor.y * cell);
      context.stroke();
    }
  }

  function showResult() {
    const mine = overlap(mask, truth, names.length);
    const theirs = prediction ? overlap(prediction, truth, names.length) : null;
    const [looked, values] = judged === "painted" ? [mask, mine] : [prediction, theirs];
    const numbers = [values.right, values.missing, values.extra, values.mixed];
    legend.forEach(({ number }, k) => { number.textContent = String(numbers[k]); });
    const context = errors.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, errors.width, errors.height);
    const kinds = [at => truth[at] && looked[at] === truth[at], at => truth[at] && !looked[at], at => !truth[at] && looked[at],
      at => truth[at] && looked[at] && looked[at] !== truth[at]];
    KIND_NAMES.forEach((name, k) => fill(context, kindTile(name), kinds[k], columns, cell, count));
    errors.setAttribute("aria-label", `where ${judged === "painted" ? "your mask" : "the prediction"} is right: ${KIND_NAMES.map((name, k) => `${numbers[k]} ${name}`).join(", ")}`);
    const lines = names.map((name, k) => [name, mine.iou[k], theirs?.iou[k]]).slice(1).filter(([, a, b]) => !Number.isNaN(a) || (theirs && !Number.isNaN(b)));
    if (names.length > 2) lines.push(["mean", mine.mean, theirs?.mean]);
    table.replaceChildren(...lines.map(([name, a, b]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, figure(a)), theirs ? h("td", {}, figure(b)) : null)));
    kit.root.dataset.iou = Number.isNaN(mine.mean) ? "" : mine.mean;
  }

  function tell(where = false) {
    const at = Math.floor(cursor.y) * columns + Math.floor(cursor.x);
    const here = where ? `Row ${Math.floor(cursor.y)}, column ${Math.floor(cursor.x)}: ${names[mask[at]]}. ` : "";
    const painted = Number(kit.root.dataset.painted);
    const known = kit.root.dataset.iou ? ` IoU ${text(Number(kit.root.dataset.iou), 3)}.` : "";
    kit.say(`${here}${painted} of ${count} cells are painted.${known}`);
  }

  kit.watch(["painted"], () => {
    const now = kit.get("painted");
    if (painting || cursor.down || now === asRuns(mask)) return;
    before = []; // Python painted another one
    mask = fromRuns(now, count);
    draw();
    tell();
  });
  kit.watch(["compare"], () => { draw(); tell(); });
  pictureFrom(kit.get("picture_data"), "the image").then(picture => {
    const grey = greyOf(picture);
    paint(photograph, grey.data, grey.h, grey.w, 1, true);
    kit.root.dataset.loaded = "yes";
    draw();
  }, kit.fail);
  draw();
  tell();
  return kit.end;
}

export const explorer = { render };
export default explorer;
