import { sizeText } from "../conv.js";
import { button, frame, h, select } from "../frame.js";
import { CHOICES, DEFAULTS, SLIDING, asSize, complete, kerasCode, report } from "./stacks.js";

const NAMES = { conv: "convolution", depthwise: "depthwise", pointwise: "pointwise", separable: "separable", pool: "pooling", global: "global pooling", flatten: "flatten", dense: "dense" };
const PRESETS = [
  ["lecture", "the lecture's network", [["conv", { filters: 10, size: 5 }], ["pool"], ["conv", { filters: 20, size: 5 }], ["pool"], ["flatten"], ["dense", { units: 100, activation: "relu" }], ["dense"]]],
  ["small", "small filters, three deep", [["conv", { filters: 32 }], ["pool"], ["conv", { filters: 64 }], ["pool"], ["conv", { filters: 64 }], ["flatten"], ["dense", { units: 64, activation: "relu" }], ["dense"]]],
  ["global", "any size: global pooling", [["conv", { filters: 16 }], ["pool"], ["conv", { filters: 32 }], ["global"], ["dense"]]],
  ["dense", "dense layers only", [["flatten"], ["dense", { units: 512, activation: "relu" }], ["dense"]]],
];
// What "+" adds under a name of its own.
const ADDED = { pointwise: { kind: "conv", size: 1 } };
// Layers and settings that keep channels apart; who doesn't know them yet isn't shown them.
const GROUPED = ["depthwise", "pointwise", "separable", "groups"];
const SHEETS = 8; // a box is cut into at most so many: more can't be told from each other
const MOST = 16;
const thousands = value => value.toString().replace(/\B(?=(\d{3})+$)/g, ",");

function render({ model, el }) {
  const kit = frame({ model, el }, "architect", "The architect: stack layers, watch the shapes");
  const drawing = h("div", { class: "cx-drawing cx-scrolls", tabindex: 0, role: "img" });
  const table = h("div", { class: "cx-layers", role: "list", "aria-label": "layers" });
  const totals = h("p", { class: "cx-sum" });
  const copied = h("span", { class: "cx-copied" });
  const code = h("pre", { class: "cx-code cx-scrolls", tabindex: 0, "aria-label": "the stack as Keras code" });
  const preset = select("start from", [["", "your own stack"], ...PRESETS.map(([name, title]) => [name, title])], name => {
    const found = PRESETS.find(([one]) => one === name);
    if (found) kit.set({ layers: found[2].map(([kind, settings]) => complete({ kind, ...settings })) });
  });
  const sides = ["height", "width", "channels"].map((label, axis) => field(label, kit.get("input_shape")[axis], value => {
    const shape = [...kit.get("input_shape")];
    shape[axis] = value;
    kit.set({ input_shape: shape });
  }));
  const grouped = button("Channels apart", () => kit.set({ grouped: !kit.get("grouped") }));
  const ask = button("Predict first", () => { shown.clear(); kit.set({ ask: !kit.get("ask") }); });
  const more = Object.keys(NAMES).map(name => [name, button(`+ ${NAMES[name]}`, () => add(complete(ADDED[name] ?? { kind: name })))]);
  kit.body.append(
    h("div", { class: "cx-bar" }, preset.element, ...sides.map(one => one.element), ask, grouped),
    drawing, table,
    h("div", { class: "cx-row-of", role: "group", "aria-label": "add a layer" }, more.map(([, one]) => one)),
    totals,
    h("div", { class: "cx-row-of" }, button("Copy as Keras", copy), copied),
    h("details", { class: "cx-help" }, h("summary", {}, "The stack as Keras code"), code));
  let rows = [];
  let kinds = null;
  let offered = false;
  const shown = new Set();

  function field(label, value, action) {
    // What can't be used stays in sight, with the reason, until the field is left.
    const input = h("input", { type: "number", min: 1, max: 4096, step: 1, value, onblur: () => draw(), oninput: () => {
      if (kit.attempt(() => asSize(label, input.value === "" ? null : Number(input.value)))) action(Number(input.value));
    } });
    return { element: h("label", { class: "cx-field" }, h("span", {}, label), input),
      show(now) { if ((input.value === "" || Number(input.value) !== now) && document.activeElement !== input) input.value = now; } };
  }

  function chosen(label, options, value, action) {
    const list = h("select", { onchange: () => action(list.value) }, options.map(one => h("option", { value: one }, one)));
    list.value = value;
    return { element: h("label", { class: "cx-field" }, h("span", {}, label), list), show(now) { list.value = now; } };
  }

  function change(place, settings) {
    kit.set({ layers: kit.get("layers").map((layer, at) => (at === place ? { ...complete(layer), ...settings } : layer)) });
  }

  // What slides over maps is put before the layers that have none to give.
  function add(layer) {
    kit.attempt(() => {
      const layers = [...kit.get("layers")];
      if (layers.length >= MOST) throw new Error(`layers has ${MOST} entries already: use at most ${MOST}`);
      const head = layers.findIndex(({ kind }) => !SLIDING.includes(kind));
      layers.splice(SLIDING.includes(layer.kind) && head >= 0 ? head : layers.length, 0, layer);
      kit.set({ layers });
    });
  }

  function move(place, by) {
    const layers = [...kit.get("layers")];
    const [layer] = layers.splice(place, 1);
    if (by) layers.splice(place + by, 0, layer);
    kit.set({ layers });
    const at = Math.max(0, Math.min(place + by, layers.length - 1));
    (rows[at]?.element.querySelector(by < 0 ? "[data-up]:not(:disabled)" : "[data-down]:not(:disabled)") ?? rows[at]?.element.querySelector("button"))?.focus();
  }

  const nameOf = ({ kind, size, groups = 1 }) => NAMES[kind === "conv" && size === 1 && groups === 1 && offered ? "pointwise" : kind];

  function makeRow(layer, place, last) {
    const fields = Object.entries(complete(layer)).filter(([name]) => name !== "kind" && (offered || !GROUPED.includes(name))).map(([name, value]) => [name,
      name in CHOICES ? chosen(name, CHOICES[name], value, now => change(place, { [name]: now }))
        : field(name, value, now => change(place, { [name]: now }))]);
    const facts = ["shape", "parameters", "multiplications", "sees"].map(name => h("b", { "data-fact": name }));
    const title = h("p", { class: "cx-kind" });
    const element = h("div", { class: "cx-layer", role: "listitem" }, title,
      h("div", { class: "cx-fields" }, fields.map(([, one]) => one.element)),
      h("div", { class: "cx-facts" }, facts.map(fact => h("div", {}, h("span", {}, fact.dataset.fact), fact))),
      h("div", { class: "cx-tools" },
        button("↑", () => move(place, -1), { "data-up": "", "aria-label": `move layer ${place + 1} up`, disabled: place === 0 }),
        button("↓", () => move(place, 1), { "data-down": "", "aria-label": `move layer ${place + 1} down`, disabled: last }),
        button("✕", () => move(place, 0), { "aria-label": `remove layer ${place + 1}` })));
    return { element, facts, show(now) {
      for (const [name, one] of fields) one.show(now[name]);
      title.textContent = `${place + 1} ${nameOf(now)}`;
      element.setAttribute("aria-label", `layer ${place + 1}, ${nameOf(now)}`);
    } };
  }

  function fill(fact, place, value) {
    const key = `${place}-${fact.dataset.fact}`;
    if (value === null) fact.replaceChildren("–");
    else if (kit.get("ask") && !shown.has(key)) {
      fact.replaceChildren(button("?", () => { shown.add(key); draw(); kit.say(`${fact.dataset.fact} of layer ${place + 1}: ${value}`); },
        { class: "cx-button cx-guess", "aria-label": `show ${fact.dataset.fact} of layer ${place + 1}` }));
    } else fact.replaceChildren(value);
  }

  function draw() {
    const layers = kit.get("layers").map(complete);
    const shape = kit.get("input_shape");
    const found = report(shape, layers);
    const needed = layers.some(({ kind, groups = 1 }) => GROUPED.includes(kind) || groups > 1);
    offered = kit.get("grouped") || needed;
    grouped.setAttribute("aria-pressed", String(Boolean(offered)));
    grouped.hidden = needed;
    for (const [name, one] of more) one.hidden = !offered && GROUPED.includes(name);
    const now = `${offered} ${layers.map(layer => layer.kind).join()}`;
    if (now !== kinds) {
      kinds = now;
      rows = layers.map((layer, place) => makeRow(layer, place, place === layers.length - 1));
      table.replaceChildren(...rows.map(row => row.element));
    }
    sides.forEach((one, axis) => one.show(shape[axis]));
    ask.setAttribute("aria-pressed", String(Boolean(kit.get("ask"))));
    const same = PRESETS.find(([, , stack]) => JSON.stringify(stack.map(([kind, settings]) => complete({ kind, ...settings }))) === JSON.stringify(layers));
    preset.show(same?.[0] ?? "");
    rows.forEach((row, place) => {
      row.show(layers[place]);
      const result = found.rows[place];
      const values = result
        ? [sizeText(result.shape), thousands(result.parameters), thousands(result.multiplications), result.field === null ? "everything" : `${result.field}×${result.field}`]
        : [null, null, null, null];
      row.element.classList.toggle("cx-impossible", !result);
      row.facts.forEach((fact, at) => fill(fact, place, values[at]));
    });
    const sum = key => found.rows.reduce((total, row) => total + row[key], 0);
    const hidden = kit.get("ask") && shown.size < 4 * rows.length;
    totals.replaceChildren("together ", h("b", {}, hidden ? "?" : thousands(sum("parameters"))), " parameters, ",
      h("b", {}, hidden ? "?" : thousands(sum("multiplications"))), " multiplications for one image");
    kit.root.dataset.parameters = sum("parameters");
    kit.root.dataset.report = JSON.stringify(found);
    kit.fail(found.error);
    code.textContent = kerasCode(shape, layers);
    drawBoxes(shape, layers, found.rows, hidden);
    const last = found.rows.at(-1);
    kit.say(found.error ? `Up to layer ${found.rows.length} it fits.` : hidden ? `${rows.length} layers; what they give is hidden until you ask.`
      : `${rows.length} layers give ${sizeText(last?.shape ?? shape)}, with ${thousands(sum("parameters"))} parameters and ${thousands(sum("multiplications"))} multiplications.`);
  }

  const sheets = ({ kind, groups = 1 }, channels) => Math.min(kind === "depthwise" ? channels : groups, SHEETS);
  const cuts = (count, thick) => Array.from({ length: count - 1 }, (_, at) => (at + 1) * thick / count);

  // Boxes from left to right: as high as the maps, by their root, as thick as the channels.
  function drawBoxes(shape, layers, results, hidden) {
    const stages = [shape, ...results.map(row => row.shape)];
    const most = Math.max(...stages.flatMap(one => (one.length === 3 ? one.slice(0, 2) : [])), 1);
    let at = 0.3;
    const parts = [];
    stages.forEach((one, place) => {
      const isMap = one.length === 3;
      const [high, thick] = isMap ? [5.2 * Math.sqrt(one[0] / most) + 0.4, 0.35 * Math.sqrt(one[2]) + 0.25] : [0.9 + 1.3 * Math.log10(one[0] + 1), 0.45];
      const slant = isMap ? 1.7 * Math.sqrt(one[1] / most) : 0;
      const [top, bottom] = [3.6 - high / 2 + slant / 2, 3.6 + high / 2 + slant / 2];
      const up = slant * 0.6;
      const layer = layers[place - 1];
      const kind = place ? layer.kind : "image";
      const wide = thick + slant;
      const pitch = Math.max(wide, 5.7) + 0.5;
      const left = at + (pitch - wide) / 2;
      parts.push(`<g class="cx-box cx-of-${kind}">`
        + `<path d="M${left},${top} l${slant},${-up} h${thick} l${-slant},${up} z"/><path d="M${left + thick},${top} l${slant},${-up} v${bottom - top} l${-slant},${up} z"/>`
        + `<rect x="${left}" y="${top}" width="${thick}" height="${bottom - top}"/>`
        + `${cuts(place ? sheets(layer, one[2]) : 1, thick).map(x => `<path class="cx-cut" d="M${left + x},${bottom} V${top} l${slant},${-up}"/>`).join("")}</g>`
        + `<text x="${at + pitch / 2}" y="8.6">${hidden && place ? "?" : sizeText(one)}</text><text x="${at + pitch / 2}" y="9.9" class="cx-of">${place ? nameOf(layer).split(" ")[0] : "image"}</text>`);
      at += pitch;
    });
    // The drawing alone is markup; every word in it is ours.
    drawing.innerHTML = `<svg viewBox="0 0 ${at} 10.4" style="width:${at * 0.88}em" aria-hidden="true">${parts.join("")}</svg>`;
    drawing.setAttribute("aria-label", hidden ? "The network as boxes, its shapes hidden" : `The network as boxes: ${stages.map(sizeText).join(", ")}`);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied.textContent = "copied";
    } catch {
      code.parentElement.open = true;
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      copied.textContent = "marked below: press Ctrl+C";
    }
    kit.say(`Keras code ${copied.textContent}.`);
  }

  kit.watch(["layers", "input_shape", "ask", "grouped"], draw);
  draw();
  return kit.end;
}

export const explorer = { render };
export default explorer;
