import { cellsRead, convolve, correlate, flipped, kernelOf, planImage, sizeFormula, volumeOf, windowAt } from "../conv.js";
import { Grid, button, cellText, choice, frame, h, inBrackets, numberFrom, slider, text } from "../frame.js";

const PAUSE = 800; // milliseconds between two steps while it plays

function render({ model, el }) {
  const kit = frame({ model, el }, "window", "The window: one patch, one sum, one number");
  const parts = build(kit);
  let playing = null;
  let answered = !kit.get("ask");
  let hovered = null;

  const volumes = () => [volumeOf(kit.get("image")), kernelOf(kit.get("kernel"))];

  function computed() {
    const [x, kernel] = volumes();
    const several = x.c > 1 || kernel.cin > 1;
    const options = { padding: kit.get("padding"), stride: kit.get("stride"), dilation: kit.get("dilation"),
      names: several ? ["images", "filters"] : ["image", "kernel"] };
    const turns = kit.get("operation") === "convolution";
    const y = (turns ? convolve : correlate)(x, kernel, options);
    const plans = planImage([x.h, x.w], [kernel.kh, kernel.kw], options.padding, options.stride, options.dilation);
    return { x, kernel, y, plans, slid: turns ? flipped(kernel) : kernel };
  }

  function draw() {
    const [x, kernel] = volumes();
    parts.operation.show(kit.get("operation"));
    parts.showPadding(kit.get("padding"));
    parts.stride.show(kit.get("stride"));
    parts.dilation.show(kit.get("dilation"));
    parts.imageSize.show(Math.max(x.h, x.w));
    parts.kernelSize.show(Math.max(kernel.kh, kernel.kw));
    const now = kit.attempt(computed);
    parts.result.hidden = !now;
    parts.ask.hidden = answered || !now;
    showInputs(x, kernel, now);
    if (now) showResult(now);
  }

  function chosen({ y }) {
    const [row, column] = hovered ?? [kit.get("row"), kit.get("column")];
    return [Math.min(row, y.h - 1), Math.min(column, y.w - 1)];
  }

  function showInputs(x, kernel, now) {
    if (parts.grids.length !== x.c) makeChannels(x.c);
    const under = new Map();
    for (const sign of parts.signs) sign.textContent = kit.get("operation") === "convolution" ? "∗" : "⋆";
    const read = now ? cellsRead(now.plans) : null;
    if (now) for (const cell of windowAt(now.x, now.slid, now.plans, ...chosen(now))) under.set(`${cell.i},${cell.j},${cell.c}`, cell);
    const around = now ? now.plans.flatMap(plan => [plan.before, plan.after]) : [0, 0, 0, 0];
    parts.grids.forEach(([image, weights], c) => {
      image.show(x.h, x.w, (i, j) => {
        const inside = i >= 0 && i < x.h && j >= 0 && j < x.w;
        const cell = under.get(`${i},${j},${c}`);
        return { value: inside ? x.data[(i * x.w + j) * x.c + c] : 0, note: cell ? `×${cellText(cell.weights[0])}` : "",
          classes: [cell ? "cx-under" : "", inside && read && !read[i][j] ? "cx-unread" : ""].join(" ") };
      }, around);
      weights.show(kernel.kh, kernel.kw, (i, j) => ({ value: kernel.data[(i * kernel.kw + j) * kernel.cin + c] ?? 0 }));
    });
    const unread = read ? read.flat().filter(one => !one).length : 0;
    parts.unread.textContent = unread ? `Hatched: ${unread} ${unread > 1 ? "pixels" : "pixel"} that no window reads.` : "";
  }

  function makeChannels(count) {
    parts.signs = Array.from({ length: count }, () => h("div", { class: "cx-sign cx-star" }));
    parts.grids = Array.from({ length: count }, (_, c) => [
      new Grid({ label: count > 1 ? `image, channel ${c}` : "image", onedit: (i, j, typed) => edit("image", i, j, c, typed) }),
      new Grid({ label: count > 1 ? `kernel, channel ${c}` : "kernel", onedit: (i, j, typed) => edit("kernel", i, j, c, typed) }),
    ]);
    parts.channels.replaceChildren(...parts.grids.map(([image, weights], c) => h("div", { class: "cx-panels cx-pair" },
      h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, count > 1 ? `image, channel ${c}` : "image"), image.element),
      parts.signs[c],
      h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, count > 1 ? `kernel, channel ${c}` : "kernel"), weights.element))));
  }

  function showResult(now) {
    const { x, y, plans, slid } = now;
    const [row, column] = chosen(now);
    parts.output.show(y.h, y.w, (i, j) => ({ ...(answered ? { value: y.data[i * y.w + j] } : { text: "?" }),
      classes: `${i === row && j === column ? "cx-picked" : ""} ${answered ? "" : "cx-hidden"}` }));
    if (document.activeElement?.parentElement?.parentElement !== parts.output.element) parts.output.moveTo(row, column, false);
    const cells = windowAt(x, slid, plans, row, column);
    const total = y.data[row * y.w + column];
    const terms = cells.map((cell, at) => h("span", { class: `cx-term${cell.inside ? "" : " cx-of-pad"}` },
      `${at ? " + " : ""}${inBrackets(cell.value)}·${inBrackets(cell.weights[0])}`));
    parts.sum.replaceChildren(`row ${row}, column ${column}:  `, ...terms, " = ", h("b", {}, answered ? text(total) : "?"));
    parts.sum.dataset.total = answered ? total : "";
    parts.formula.replaceChildren(
      h("span", {}, "size = ⌊(n + before + after − d·(k − 1) − 1) / s⌋ + 1"), h("br"),
      "rows ", h("b", {}, sizeFormula(plans[0])), h("br"), "columns ", h("b", {}, sizeFormula(plans[1])));
    kit.root.dataset.shown = answered ? text(total) : "?";
    kit.say(answered ? `Row ${row}, column ${column}: ${text(total)}. The feature map is ${y.h}×${y.w}.`
      : `Row ${row}, column ${column} of ${y.h}×${y.w}: hidden until you have chosen.`);
  }

  function pick(i, j, meant) {
    stop();
    if (!answered && meant) {
      answer(i, j);
      return;
    }
    hovered = null;
    kit.set({ row: i, column: j });
  }

  function answer(i, j) {
    const now = computed();
    const { y } = now;
    const largest = Math.max(...y.data);
    const places = [...y.data.keys()].filter(at => y.data[at] === largest).map(at => [Math.floor(at / y.w), at % y.w]);
    answered = true;
    kit.set({ row: i, column: j, ask: false });
    const mine = y.data[i * y.w + j];
    const where = places.map(([a, b]) => `row ${a}, column ${b}`).join("; ");
    parts.reply.textContent = mine === largest
      ? `You expected the largest in row ${i}, column ${j}, and it is there: ${text(largest)}${places.length > 1 ? `, as in ${places.length - 1} more.` : "."}`
      : `You expected the largest in row ${i}, column ${j}, where it is ${text(mine)}. The largest is ${text(largest)}, in ${where}. Look at the patch there: what does it share with the kernel?`;
    draw();
  }

  function edit(name, i, j, c, typed) {
    kit.attempt(() => {
      const value = numberFrom(name, typed);
      const rows = kit.get(name).map(row => row.map(cell => (Array.isArray(cell) ? [...cell] : cell)));
      if (Array.isArray(rows[i][j])) rows[i][j][c] = value;
      else rows[i][j] = value;
      kit.set({ [name]: rows });
    });
  }

  function resize(name, size) {
    const rows = kit.get(name);
    const blank = Array.isArray(rows[0][0]) ? rows[0][0].map(() => 0) : 0;
    kit.set({ [name]: Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => rows[i]?.[j] ?? blank)) });
  }

  function step(by) {
    const now = kit.attempt(computed);
    if (!now) return;
    const { y } = now;
    const at = (Math.min(kit.get("row"), y.h - 1) * y.w + Math.min(kit.get("column"), y.w - 1) + by + y.h * y.w) % (y.h * y.w);
    hovered = null;
    kit.set({ row: Math.floor(at / y.w), column: at % y.w });
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    parts.play.setAttribute("aria-pressed", "false");
    parts.play.textContent = "Play";
  }

  Object.assign(parts.actions, {
    pick,
    hover(at) { if (answered) { hovered = at; draw(); } },
    step(by) { stop(); step(by); },
    play() {
      if (playing) { stop(); return; }
      parts.play.setAttribute("aria-pressed", "true");
      parts.play.textContent = "Pause";
      playing = setInterval(() => step(1), PAUSE);
    },
    reveal() { answered = true; parts.reply.textContent = ""; kit.set({ ask: false }); draw(); },
    set: kit.set, resize,
  });
  if (kit.calm) parts.play.hidden = true;
  kit.watch(["ask"], () => { answered = !kit.get("ask"); draw(); });
  kit.watch(["image", "kernel", "padding", "stride", "dilation", "operation", "row", "column"], draw);
  kit.atEnd(stop);
  draw();
  return kit.end;
}

// The controls and the empty parts; what they do is put into `actions` afterwards.
function build(kit) {
  const actions = {};
  const operation = choice(kit, "operation", [["correlation", "correlation"], ["convolution", "convolution"]], value => actions.set({ operation: value }));
  const padding = choice(kit, "padding", [["valid", "valid"], ["same", "same"], ["full", "full"], ["number", "number"]],
    value => actions.set({ padding: value === "number" ? Number(zeros.input.value) : value }));
  const zeros = slider(kit, "zeros on each side", 0, 4, value => actions.set({ padding: value }));
  const stride = slider(kit, "stride", 1, 4, value => actions.set({ stride: value }));
  const dilation = slider(kit, "dilation", 1, 3, value => actions.set({ dilation: value }));
  const imageSize = slider(kit, "image size", 3, 10, value => actions.resize("image", value));
  const kernelSize = slider(kit, "kernel size", 1, 9, value => actions.resize("kernel", value));
  const output = new Grid({ label: "feature map", onpick: (...at) => actions.pick(...at), onhover: at => actions.hover(at) });
  const play = button("Play", () => actions.play(), { "aria-pressed": "false" });
  const channels = h("div", { class: "cx-channels" });
  const sum = h("p", { class: "cx-sum" });
  const formula = h("p", { class: "cx-formula" });
  const unread = h("p", { class: "cx-formula" });
  const reply = h("p", { class: "cx-reply" });
  const ask = h("p", { class: "cx-ask" }, "Before you look: in which cell of the feature map will the largest number be? Click it, or go there with the arrows and press Enter. ",
    button("Show the numbers", () => actions.reveal()));
  const result = h("div", { class: "cx-result" }, h("div", { class: "cx-sign" }, "="),
    h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, "feature map"), output.element));
  kit.body.append(
    h("div", { class: "cx-bar" }, operation.element, padding.element, zeros.element),
    h("div", { class: "cx-bar" }, stride.element, dilation.element, imageSize.element, kernelSize.element),
    ask,
    h("div", { class: "cx-both" }, h("div", { class: "cx-panels" }, channels, result),
      h("div", { class: "cx-told" }, reply,
        h("div", { class: "cx-row-of" }, button("Step back", () => actions.step(-1)), button("Step", () => actions.step(1)), play),
        sum, formula, unread)));
  return { actions, operation, stride, dilation, imageSize, kernelSize, output, play, channels, sum, formula, unread, ask, reply, result,
    grids: [], signs: [],
    showPadding(value) {
      padding.show(typeof value === "number" ? "number" : value);
      zeros.element.hidden = typeof value !== "number";
      if (typeof value === "number") zeros.show(value);
    } };
}

export const explorer = { render };
export default explorer;
