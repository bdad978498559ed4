import { bank, correlate, planImage, sizeFormula, volume, windowAt } from "../conv.js";
import { Grid, button, choice, frame, h, inBrackets, numberFrom, slider, text } from "../frame.js";

const MOST = 4; // filters

function render({ model, el }) {
  const kit = frame({ model, el }, "volume", "The volume: channels add up, filters stay apart");
  const scene = h("div", { class: "cx-scene", role: "img" });
  const image = h("div", { class: "cx-panels" });
  const filters = h("div", { class: "cx-filters" });
  const formula = h("p", { class: "cx-formula" });
  const padding = choice(kit, "padding", [["valid", "valid"], ["same", "same"]], value => kit.set({ padding: value }));
  const stride = slider(kit, "stride", 1, 3, value => kit.set({ stride: value }));
  const add = button("Add a filter", addFilter);
  const drop = button("Remove the last filter", dropFilter);
  kit.body.append(h("div", { class: "cx-bar" }, padding.element, stride.element, add, drop), scene, image, filters, formula);
  let made = "";
  let channels = [];
  let banks = [];

  const shapeOf = () => {
    const bankRows = kit.get("filters");
    return { kh: bankRows.length, kw: bankRows[0].length, cin: bankRows[0][0].length, cout: bankRows[0][0][0].length };
  };

  function computed() {
    const rows = kit.get("image");
    const { kh, kw, cin, cout } = shapeOf();
    const x = volume(rows.length, rows[0].length, rows[0][0].length, rows.flat(2));
    const weights = bank(kh, kw, cin, cout, kit.get("filters").flat(3));
    const options = { padding: kit.get("padding"), stride: kit.get("stride"), bias: kit.get("bias"), names: ["images", "filters"] };
    const y = correlate(x, weights, options);
    return { x, weights, y, plans: planImage([x.h, x.w], [kh, kw], options.padding, options.stride, 1) };
  }

  function make(cin, cout) {
    channels = Array.from({ length: cin }, (_, c) => new Grid({ label: `image, channel ${c}`, onedit: (i, j, typed) => editImage(i, j, c, typed) }));
    image.replaceChildren(...channels.map((one, c) => h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, `image, channel ${c}`), one.element)));
    banks = Array.from({ length: cout }, (_, f) => {
      const slices = Array.from({ length: cin }, (_, c) => new Grid({ label: `filter ${f}, channel ${c}`, onedit: (i, j, typed) => editFilter(i, j, c, f, typed) }));
      const bias = new Grid({ label: `bias of filter ${f}`, onedit: (i, j, typed) => editBias(f, typed) });
      const map = new Grid({ label: `map ${f}`, onpick: (i, j) => kit.set({ row: i, column: j }), onhover: at => { if (at) kit.set({ row: at[0], column: at[1] }); } });
      const sum = h("p", { class: "cx-sum" });
      const panel = (name, part) => h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, name), part.element);
      return { slices, bias, map, sum, element: h("div", { class: "cx-filter", role: "group", "aria-label": `filter ${f}` },
        h("div", { class: "cx-panels" }, slices.map((slice, c) => panel(`filter ${f}, channel ${c}`, slice)), panel("bias", bias),
          h("div", { class: "cx-sign" }, "→"), panel(`map ${f}`, map)), sum) };
    });
    filters.replaceChildren(...banks.map(one => one.element));
  }

  function draw() {
    const { kh, kw, cin, cout } = shapeOf();
    if (`${cin},${cout}` !== made) { make(cin, cout); made = `${cin},${cout}`; }
    padding.show(kit.get("padding"));
    stride.show(kit.get("stride"));
    add.disabled = cout >= MOST;
    drop.disabled = cout <= 1;
    const now = kit.attempt(computed);
    const rows = kit.get("image");
    const [row, column] = now ? [Math.min(kit.get("row"), now.y.h - 1), Math.min(kit.get("column"), now.y.w - 1)] : [0, 0];
    const cells = now ? windowAt(now.x, now.weights, now.plans, row, column) : [];
    const under = new Set(cells.map(({ i, j }) => `${i},${j}`));
    const around = now ? now.plans.flatMap(plan => [plan.before, plan.after]) : [0, 0, 0, 0];
    channels.forEach((grid, c) => grid.show(rows.length, rows[0].length, (i, j) => {
      const inside = i >= 0 && j >= 0 && i < rows.length && j < rows[0].length;
      return { value: inside ? rows[i][j][c] : 0, classes: under.has(`${i},${j}`) ? "cx-under" : "" };
    }, around));
    banks.forEach(({ slices, bias, map, sum }, f) => {
      slices.forEach((grid, c) => grid.show(kh, kw, (i, j) => ({ value: kit.get("filters")[i][j][c][f] })));
      bias.show(1, 1, () => ({ value: kit.get("bias")[f] }));
      if (!now) return;
      map.show(now.y.h, now.y.w, (i, j) => ({ value: now.y.data[(i * now.y.w + j) * cout + f],
        classes: i === row && j === column ? "cx-picked" : "" }));
      if (!map.element.contains(document.activeElement)) map.moveTo(row, column, false);
      const parts = Array.from({ length: cin }, (_, c) => cells.filter(cell => cell.c === c).reduce((total, cell) => total + cell.value * cell.weights[f], 0));
      const total = now.y.data[(row * now.y.w + column) * cout + f];
      sum.replaceChildren(...parts.map((part, c) => h("span", { class: "cx-term" }, `${c ? " + " : ""}${inBrackets(part)} `, h("span", { class: "cx-small" }, `channel ${c}`))),
        h("span", { class: "cx-term" }, ` + ${inBrackets(kit.get("bias")[f])} `, h("span", { class: "cx-small" }, "bias")), " = ", h("b", {}, text(total)));
      sum.dataset.total = total;
    });
    if (!now) { formula.textContent = ""; scene.replaceChildren(); return; }
    const parameters = (kh * kw * cin + 1) * cout;
    formula.replaceChildren("rows ", h("b", {}, sizeFormula(now.plans[0])), h("br"),
      "parameters ", h("b", {}, `(${kh}·${kw}·${cin} + 1)·${cout} = ${parameters}`), h("br"), "feature map ", h("b", {}, `${now.y.h}×${now.y.w}×${cout}`));
    kit.root.dataset.parameters = parameters;
    drawScene(now, row, column);
    const values = banks.map((_, f) => `map ${f}: ${text(now.y.data[(row * now.y.w + column) * cout + f])}`);
    kit.say(`Row ${row}, column ${column}. ${values.join(", ")}.`);
  }

  // Sheets one behind the other: the image, a block for each filter, a sheet for each map.
  function drawScene({ x, y, weights, plans }, row, column) {
    const parts = [];
    const sheet = (left, top, rows, columns, kind, marks = []) => {
      const unit = 1;
      parts.push(`<rect class="cx-sheet ${kind}" x="${left}" y="${top}" width="${columns * unit}" height="${rows * unit}"/>`);
      for (let i = 1; i < rows; i++) parts.push(`<path class="cx-rule" d="M${left},${top + i} h${columns}"/>`);
      for (let j = 1; j < columns; j++) parts.push(`<path class="cx-rule" d="M${left + j},${top} v${rows}"/>`);
      for (const [i, j, high, wide] of marks) parts.push(`<rect class="cx-mark ${kind}" x="${left + j}" y="${top + i}" width="${wide}" height="${high}"/>`);
    };
    const pad = plans.map(plan => plan.before);
    const at = [row * plans[0].stride - pad[0], column * plans[1].stride - pad[1]];
    const deep = x.c - 1;
    const clip = (start, k, n) => [Math.max(0, start), Math.min(n, start + k) - Math.max(0, start)];
    const [top, high] = clip(at[0], weights.kh, x.h);
    const [left, wide] = clip(at[1], weights.kw, x.w);
    for (let c = deep; c >= 0; c--) sheet(1 + 1.1 * c, 1 + 0.8 * (deep - c), x.h, x.w, "cx-of-image", [[top, left, high, wide]]);
    const from = x.w + 1.1 * deep + 3.4;
    const step = Math.max(weights.kh + 0.8 * deep + 1, y.h + 1);
    for (let f = 0; f < weights.cout; f++) {
      for (let c = deep; c >= 0; c--) sheet(from + 1.1 * c, 1 + f * step + 0.8 * (deep - c), weights.kh, weights.kw, "cx-of-filter");
      const mapAt = from + weights.kw + 1.1 * deep + 2.4;
      parts.push(`<path class="cx-arrow" d="M${mapAt - 1.8},${1 + f * step + weights.kh / 2 + 0.4} h1.2 m-.4,-.3 l.4,.3 l-.4,.3"/>`);
      sheet(mapAt, 1 + f * step, y.h, y.w, "cx-of-map", [[row, column, 1, 1]]);
    }
    const width = from + weights.kw + 1.1 * deep + 3 + y.w;
    const height = Math.max(x.h + 0.8 * deep, step * weights.cout) + 1.6;
    // The drawing alone is markup; there are only numbers of ours in it.
    scene.innerHTML = `<svg viewBox="0 0 ${width} ${height}" style="max-height:${Math.min(22, height * 1.1)}em" aria-hidden="true">${parts.join("")}</svg>`;
    scene.setAttribute("aria-label", `An image of ${x.c} channels, ${weights.cout} filters of ${weights.kh}×${weights.kw}×${x.c}, and a map ${y.h}×${y.w} for each`);
  }

  const copyOf = rows => (Array.isArray(rows) ? rows.map(copyOf) : rows);

  function editImage(i, j, c, typed) {
    kit.attempt(() => {
      const rows = copyOf(kit.get("image"));
      rows[i][j][c] = numberFrom("image", typed);
      kit.set({ image: rows });
    });
  }

  function editFilter(i, j, c, f, typed) {
    kit.attempt(() => {
      const rows = copyOf(kit.get("filters"));
      rows[i][j][c][f] = numberFrom("filters", typed);
      kit.set({ filters: rows });
    });
  }

  function editBias(f, typed) {
    kit.attempt(() => {
      const bias = [...kit.get("bias")];
      bias[f] = numberFrom("bias", typed);
      kit.set({ bias });
    });
  }

  // Filters and biases go to Python together; between the two the screen would be wrong.
  function changeFilters(change, bias) {
    const rows = kit.get("filters").map(line => line.map(cell => cell.map(change)));
    changing = true;
    kit.set({ filters: rows, bias });
    changing = false;
    draw();
  }

  function addFilter() {
    const { kh, kw, cin } = shapeOf();
    if (shapeOf().cout >= MOST) return;
    // The new one looks at a single cell: what it does is seen at once.
    const middle = [Math.floor(kh / 2), Math.floor(kw / 2)];
    let at = -1;
    changeFilters(weights => { at += 1; return [...weights, Math.floor(at / cin) === middle[0] * kw + middle[1] && at % cin === 0 ? 1 : 0]; }, [...kit.get("bias"), 0]);
  }

  function dropFilter() {
    if (shapeOf().cout > 1) changeFilters(weights => weights.slice(0, -1), kit.get("bias").slice(0, -1));
  }

  let changing = false;
  kit.watch(["image", "filters", "bias", "padding", "stride", "row", "column"], () => {
    // Python sends filters and biases one after the other.
    if (!changing && shapeOf().cout === kit.get("bias").length) draw();
  });
  draw();
  return kit.end;
}

export const explorer = { render };
export default explorer;
