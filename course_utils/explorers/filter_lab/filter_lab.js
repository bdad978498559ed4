import { bank, correlate, rank, volume } from "../conv.js";
import { Grid, button, choice, fileButton, frame, greyOf, h, numberFrom, paint, pictureFrom, pictureOfFile, select, slider, text, webcam } from "../frame.js";

const SIDE = 256;

// The end of a signed scale, as course_utils.plotting's: the largest size of all cells, of many
// cells their 97 % quantile, found in bins.
export function signedLimit(values) {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  if (values.length <= 1000 || most === 0) return most || 1;
  const bins = new Uint32Array(2048);
  for (const value of values) bins[Math.min(2047, Math.floor(Math.abs(value) / most * 2048))] += 1;
  let left = 0.03 * values.length;
  let at = 2047;
  while (at > 0 && (left -= bins[at]) > 0) at -= 1;
  return most * (at + 1) / 2048;
}

function render({ model, el }) {
  const kit = frame({ model, el }, "filter_lab", "The filter lab: one kernel, everywhere at once");
  let image = volume(1, 1, 1);
  let answer = image;
  let painted = null;
  let camera = null;
  let waiting = false;
  let ended = false;
  let first = kit.get("picture_data");

  const canvases = ["picture", "answer"].map(label => h("canvas", {
    class: "cx-map", tabindex: 0, role: "application", "aria-label": `${label}: arrows move the cross`,
    width: SIDE, height: SIDE,
  }));
  const crosses = canvases.map(() => h("div", { class: "cx-cross" }));
  const scale = h("div", { class: "cx-scale" });
  const facts = h("p", { class: "cx-facts" });
  const read = h("p", { class: "cx-sum" });
  const kernelGrid = new Grid({ label: "kernel", onedit: edit });
  const named = select("kernel", [["", "own numbers"], ...kit.get("named").map(one => [one.name, one.title])], name => {
    const found = kit.get("named").find(one => one.name === name);
    if (found) kit.set({ kernel: found.kernel });
  });
  const size = slider(kit, "size", 1, 7, resize, 2);
  const view = choice(kit, "show the answer", [["auto", "by the sum"], ["signed", "signed"], ["picture", "as a picture"]], value => kit.set({ view: value }));
  const live = button("Webcam", toggleCamera, { "aria-pressed": "false" });
  const sources = h("div", { class: "cx-row-of" },
    button("Photograph", () => load(first)), button("Digit", () => load(kit.get("digit"))),
    fileButton("Own picture", "image/*", openFile), live);
  kit.body.append(
    h("div", { class: "cx-bar" }, sources, view.element),
    h("div", { class: "cx-panels" },
      h("div", { class: "cx-kernel" }, named.element, kernelGrid.element, size.element,
        h("div", { class: "cx-row-of" }, button("Turn by 180°", turn), button("Divide by the sum", divide)), facts),
      h("div", { class: "cx-views" }, canvases.map((canvas, at) => h("div", { class: "cx-view" },
        h("p", { class: "cx-name" }, at ? "answer" : "picture"),
        h("div", { class: "cx-stage" }, canvas, crosses[at]), at ? scale : null)))),
    read);

  for (const canvas of canvases) {
    const point = event => {
      if (event.type === "pointermove" && event.pointerType === "touch" && !event.pressure) return;
      const box = canvas.getBoundingClientRect();
      const at = [(event.clientY - box.top) / box.height * image.h, (event.clientX - box.left) / box.width * image.w];
      move(...at.map(Math.floor));
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("keydown", event => {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      move(kit.get("row") + far * steps[event.key][0], kit.get("column") + far * steps[event.key][1]);
    });
  }

  function move(row, column) {
    const keep = (value, most) => Math.max(0, Math.min(most - 1, value));
    kit.set({ row: keep(row, image.h), column: keep(column, image.w) });
  }

  function isSigned() {
    const flat = kit.get("kernel").flat();
    if (kit.get("view") !== "auto") return kit.get("view") === "signed";
    return Math.abs(flat.reduce((sum, one) => sum + one, 0)) < 1e-9 && flat.some(one => one !== 0);
  }

  function filter() {
    const started = performance.now();
    const kernel = kit.get("kernel");
    kit.attempt(() => {
      answer = correlate(image, bank(kernel.length, kernel[0].length, 1, 1, kernel.flat()), { padding: "same" });
      if (painted !== image) paint(canvases[0], image.data, image.h, image.w, 1, true);
      painted = image;
      const signed = isSigned();
      const limit = signed ? signedLimit(answer.data) : 1;
      paint(canvases[1], answer.data, answer.h, answer.w, limit, !signed);
      scale.replaceChildren(...(signed ? [`−${text(limit)}`, h("i"), text(limit)] : ["0", h("i", { class: "cx-grey" }), "1"]));
      canvases[1].dataset.limit = limit;
    });
    kit.root.dataset.ms = (performance.now() - started).toFixed(2);
    kit.root.dataset.frames = Number(kit.root.dataset.frames ?? 0) + 1;
  }

  function showKernel() {
    const kernel = kit.get("kernel");
    const [rows, columns] = [kernel.length, kernel[0].length];
    kernelGrid.element.toggleAttribute("data-large", columns > 5);
    kernelGrid.show(rows, columns, (i, j) => ({ value: kernel[i][j] }));
    size.show(Math.max(rows, columns));
    const same = one => JSON.stringify(one.kernel) === JSON.stringify(kernel);
    named.show(kit.get("named").find(same)?.name ?? "");
    view.show(kit.get("view"));
    const total = kernel.flat().reduce((sum, one) => sum + one, 0);
    const order = rank(kernel);
    facts.textContent = `sum ${text(total)}: flat grey ${Math.abs(total) < 1e-6 ? "becomes 0" : Math.abs(total - 1) < 1e-4 ? "stays as it is" : `becomes ${text(total)} times as bright`}. `
      + `rank ${order}${order === 1 && rows > 1 && columns > 1 ? ": a column times a row" : ""}.`;
  }

  // `aloud` is false for the webcam, whose numbers change all the time.
  function showPlace(aloud = true) {
    const [i, j] = [Math.min(kit.get("row"), image.h - 1), Math.min(kit.get("column"), image.w - 1)];
    const kernel = kit.get("kernel");
    for (const cross of crosses) {
      cross.style.top = `${(i + 0.5) / image.h * 100}%`;
      cross.style.left = `${(j + 0.5) / image.w * 100}%`;
      cross.style.height = `${kernel.length / image.h * 100}%`;
      cross.style.width = `${kernel[0].length / image.w * 100}%`;
    }
    const [before, after] = [image.data[i * image.w + j], answer.data[i * image.w + j]];
    kit.root.dataset.shown = after;
    read.replaceChildren(`row ${i}, column ${j}: brightness ${text(before)}, answer `, h("b", {}, text(after)));
    if (aloud) kit.say(`Row ${i}, column ${j}: brightness ${text(before)}, answer ${text(after)}.`);
  }

  function all() {
    showKernel();
    filter();
    showPlace();
  }

  function edit(i, j, typed) {
    kit.attempt(() => {
      const kernel = kit.get("kernel").map(row => [...row]);
      kernel[i][j] = numberFrom("kernel", typed);
      kit.set({ kernel });
    });
  }

  // The middle stays the middle.
  function resize(side) {
    const kernel = kit.get("kernel");
    const shift = length => Math.floor((length - side) / 2);
    const [up, left] = [shift(kernel.length), shift(kernel[0].length)];
    kit.set({ kernel: Array.from({ length: side }, (_, i) => Array.from({ length: side }, (_, j) => kernel[i + up]?.[j + left] ?? 0)) });
  }

  function turn() { kit.set({ kernel: kit.get("kernel").map(row => [...row].reverse()).reverse() }); }

  function divide() {
    kit.attempt(() => {
      const total = kit.get("kernel").flat().reduce((sum, one) => sum + one, 0);
      if (Math.abs(total) < 1e-9) throw new Error("the kernel's sum is 0, by which nothing can be divided: change a number first");
      kit.set({ kernel: kit.get("kernel").map(row => row.map(one => Number((one / total).toFixed(6)))) });
    });
  }

  async function load(address) {
    stopCamera();
    if (address === kit.get("picture_data") && image.w > 1) { all(); return; }
    kit.set({ picture_data: address });
  }

  async function showPicture() {
    const address = kit.get("picture_data");
    try {
      const found = greyOf(await pictureFrom(address));
      if (address !== kit.get("picture_data")) return;
      image = volume(found.h, found.w, 1, found.data);
      kit.fail("");
      all();
      kit.root.dataset.loaded = `${image.h}×${image.w}`;
    } catch (problem) {
      kit.fail(problem);
    }
  }

  async function openFile(file) {
    try {
      const found = greyOf(await pictureOfFile(file), SIDE);
      const canvas = h("canvas");
      paint(canvas, found.data, found.h, found.w, 1, true);
      first = canvas.toDataURL("image/jpeg", 0.85);
      await load(first);
    } catch (problem) {
      kit.fail(problem);
    }
  }

  async function toggleCamera() {
    if (camera) { stopCamera(); showPicture(); return; }
    if (waiting) return;
    waiting = true;
    try {
      const opened = await webcam();
      if (ended) { opened.stop(); return; }
      camera = opened;
      live.setAttribute("aria-pressed", "true");
      kit.fail("");
      requestAnimationFrame(look);
    } catch (problem) {
      kit.fail(problem);
    }
    waiting = false;
  }

  function look() {
    if (!camera) return;
    const found = greyOf(camera.video, SIDE);
    image = volume(found.h, found.w, 1, found.data);
    filter();
    showPlace(false);
    requestAnimationFrame(look);
  }

  function stopCamera() {
    camera?.stop();
    camera = null;
    live.setAttribute("aria-pressed", "false");
  }

  kit.watch(["kernel", "view"], all);
  kit.watch(["row", "column"], () => showPlace());
  kit.watch(["picture_data"], showPicture);
  kit.atEnd(() => { ended = true; stopCamera(); });
  showKernel();
  showPicture();
  return kit.end;
}

export const explorer = { render };
export default explorer;
