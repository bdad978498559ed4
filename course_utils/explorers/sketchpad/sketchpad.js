import { button, fileButton, frame, greyOf, h, paint, pictureOfFile, slider, webcam } from "../frame.js";
import { network, read } from "./reader.js";
import { inkOf, stages } from "./strokes.js";

const SIDE = 280; // pixels of the drawing
const STEPS = ["ink", "cropped", "usual pen", "fit into 20×20", "centred by mass"];
const UNSURE = 0.5; // of the largest probability: below, the answer is a guess
const PATIENCE = 4000; // milliseconds that Python may take to answer
const NO_ANSWER = "Python hasn't answered yet: another cell may be running, or the kernel was restarted; then run this cell again";

function render({ model, el }) {
  const kit = frame({ model, el }, "sketchpad", "The sketchpad: from your stroke to an answer");
  let strokes = [];
  let pen = { x: SIDE / 2, y: SIDE / 2, down: false };
  let camera = null;
  let stored = null;
  let started = 0;
  let waiting = null; // for Python
  let ended = false;
  let cleared = false; // an answer that was on its way then is not shown
  let byKeys = false; // then the pen has to be seen

  const board = h("canvas", { class: "cx-board", width: SIDE, height: SIDE, tabindex: 0, role: "application", "aria-label": "drawing: Space puts the pen down or lifts it, arrows move it" });
  const hint = h("p", { class: "cx-hint" }, "draw a digit here");
  const width = slider(kit, "pen", 4, 40, () => {});
  width.show(20);
  const live = button("Webcam", toggleCamera, { "aria-pressed": "false" });
  const shots = STEPS.map(name => ({ name, canvas: h("canvas", { class: "cx-map", role: "img", "aria-label": name, width: 28, height: 28 }) }));
  const verdict = h("p", { class: "cx-answer" });
  const bars = Array.from({ length: 10 }, (_, k) => {
    const [bar, number] = [h("i", {}), h("span", {})];
    return { bar, number, element: h("div", { class: "cx-score" }, h("b", {}, String(k)), h("div", { class: "cx-track" }, bar), number) };
  });
  const maps = h("div", { class: "cx-maps" });
  const mapsPanel = h("div", { class: "cx-panel" }, h("p", { class: "cx-name" }, "what the first convolution answers"), maps);
  kit.body.append(
    h("div", { class: "cx-panels" },
      h("div", { class: "cx-panel cx-draw" }, h("div", { class: "cx-stage" }, board, hint),
        h("div", { class: "cx-row-of" }, button("Clear", clear), button("Undo", undo), width.element),
        h("div", { class: "cx-row-of" }, fileButton("Picture file", "image/*", openFile), live)),
      h("div", { class: "cx-panel cx-said" }, verdict, h("div", { class: "cx-scores" }, bars.map(one => one.element))),
      h("div", { class: "cx-told cx-inside" },
        h("div", { class: "cx-steps" }, shots.map(({ name, canvas }) => h("div", { class: "cx-step" }, canvas, h("p", { class: "cx-name" }, name)))), mapsPanel)));

  // --- drawing ---

  const place = event => {
    const box = board.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * SIDE, (event.clientY - box.top) / box.height * SIDE];
  };
  let drawing = null; // the pointer that draws; a second finger draws nothing
  board.addEventListener("pointerdown", event => {
    event.preventDefault();
    if (drawing !== null || event.button !== 0) return;
    board.focus();
    board.setPointerCapture(event.pointerId);
    drawing = event.pointerId;
    byKeys = false;
    pen.down = false;
    begin(...place(event));
  });
  board.addEventListener("pointermove", event => {
    if (event.pointerId !== drawing || !strokes.length) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) strokes.at(-1).points.push(place(one));
    if (!(event.getCoalescedEvents?.().length)) strokes.at(-1).points.push(place(event));
    soon();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    board.addEventListener(end, event => {
      if (event.pointerId !== drawing) return;
      drawing = null;
      [pen.x, pen.y] = strokes.at(-1)?.points.at(-1) ?? [pen.x, pen.y];
      look();
    });
  }
  board.addEventListener("keydown", event => {
    byKeys = true;
    const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) begin(pen.x, pen.y);
      kit.say(pen.down ? "The pen is down." : "The pen is lifted.");
      if (!pen.down) look();
    } else if (event.key === "Backspace") undo();
    else if (event.key in steps) {
      const far = event.shiftKey ? 40 : 10;
      pen.x = Math.max(0, Math.min(SIDE, pen.x + far * steps[event.key][0]));
      pen.y = Math.max(0, Math.min(SIDE, pen.y + far * steps[event.key][1]));
      if (pen.down) strokes.at(-1).points.push([pen.x, pen.y]);
      if (pen.down) soon(); else redraw();
    } else return;
    event.preventDefault();
  });
  board.addEventListener("dragover", event => event.preventDefault());
  board.addEventListener("drop", event => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) openFile(event.dataTransfer.files[0]);
  });

  function begin(x, y) {
    cleared = false;
    stopCamera();
    if (strokes.picture) strokes = [];
    strokes.push({ width: Number(width.input.value), points: [[x, y]] });
    soon();
  }

  let asked = false;
  function soon() {
    redraw();
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; look(); });
  }

  function redraw() {
    const context = board.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, SIDE, SIDE);
    if (strokes.picture) {
      context.drawImage(strokes.picture, 0, 0, SIDE, SIDE);
    }
    context.strokeStyle = context.fillStyle = "#000000";
    context.lineCap = context.lineJoin = "round";
    for (const { width: wide, points } of strokes) {
      context.lineWidth = wide;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    hint.hidden = strokes.length > 0 || Boolean(strokes.picture);
    if (document.activeElement === board && byKeys) {
      context.strokeStyle = pen.down ? "#d55e00" : "#0072b2";
      context.lineWidth = 2;
      context.beginPath();
      context.arc(pen.x, pen.y, Number(width.input.value) / 2 + 3, 0, 7);
      context.stroke();
    }
  }
  board.addEventListener("focus", () => { byKeys = board.matches(":focus-visible"); redraw(); });
  board.addEventListener("blur", redraw);

  function clear() {
    cleared = true;
    strokes = [];
    pen.down = false;
    stopCamera();
    redraw();
    kit.fail("");
    verdict.textContent = "Draw a digit: the answer comes as you draw.";
    for (const { bar, number, element } of bars) {
      bar.style.width = 0;
      number.textContent = "";
      element.classList.remove("cx-best");
    }
    for (const { canvas } of [...shots, ...[...maps.children].map(canvas => ({ canvas }))]) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    delete kit.root.dataset.answer;
    kit.say("The drawing is empty.");
  }
  // The pen is lifted: else the stroke before would go on.
  function undo() { pen.down = false; strokes.pop(); strokes.length || strokes.picture ? look() : clear(); }

  // --- from the drawing to 28×28 ---

  function inked() {
    if (strokes.picture) return inkOf(strokes.grey);
    // Only the strokes: the pen's own circle is no ink.
    const canvas = h("canvas", { width: SIDE, height: SIDE });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.lineCap = context.lineJoin = "round";
    for (const { width: wide, points } of strokes) {
      context.lineWidth = wide;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    return { h: SIDE, w: SIDE, data: Float64Array.from({ length: SIDE * SIDE }, (_, at) => data[4 * at + 3] / 255) };
  }

  function look() {
    redraw();
    if (!strokes.length && !strokes.picture) return;
    started = performance.now();
    kit.attempt(() => {
      const found = stages(inked());
      shots.forEach(({ name, canvas }) => paint(canvas, found[name].data, found[name].h, found[name].w, name === "centred by mass" ? 255 : 1, true));
      const pixels = found["centred by mass"].data;
      const image = Array.from({ length: 28 }, (_, i) => Array.from(pixels.subarray(i * 28, i * 28 + 28)));
      // After Clear, or of another drawing, the image may be the same: no one else would answer.
      if (JSON.stringify(image) === JSON.stringify(kit.get("image"))) {
        again();
        return;
      }
      ask({ image, photograph: "" });
    });
  }

  function ask(changes) {
    kit.set(changes);
    if (model.alone || !(kit.get("answers_here") || changes.photograph)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => kit.fail(NO_ANSWER), PATIENCE);
  }

  function again() {
    if (waiting) return; // the answer is still to come
    answer();
    heard();
  }

  function told() {
    clearTimeout(waiting);
    waiting = null;
    heard();
  }

  async function openFile(file) {
    try {
      const picture = await pictureOfFile(file);
      take(picture, greyOf(picture, SIDE));
    } catch (problem) {
      kit.fail(problem);
    }
  }

  function take(source, grey) {
    cleared = false;
    const canvas = h("canvas");
    paint(canvas, grey.data, grey.h, grey.w, 1, true);
    strokes = Object.assign([], { picture: canvas, grey });
    if (model.alone) { look(); return; }
    // In Python course_utils.handwriting knows more of light and shadow.
    redraw();
    started = performance.now();
    kit.fail("");
    const photograph = canvas.toDataURL("image/png");
    if (photograph === kit.get("photograph")) again();
    else ask({ photograph });
  }

  let opening = false;
  async function toggleCamera() {
    if (camera) {
      const grey = greyOf(camera.video, SIDE);
      stopCamera();
      take(null, grey);
      return;
    }
    if (opening) return;
    opening = true;
    try {
      const opened = await webcam();
      if (ended) { opened.stop(); return; }
      camera = opened;
      strokes = [];
      hint.hidden = true;
      live.textContent = "Take the picture";
      live.setAttribute("aria-pressed", "true");
      kit.fail("");
      const show = () => {
        if (!camera) return;
        const { videoWidth, videoHeight } = camera.video;
        const side = Math.min(videoWidth, videoHeight);
        board.getContext("2d").drawImage(camera.video, (videoWidth - side) / 2, (videoHeight - side) / 2, side, side, 0, 0, SIDE, SIDE);
        requestAnimationFrame(show);
      };
      show();
    } catch (problem) {
      kit.fail(problem);
    } finally {
      opening = false;
    }
  }

  function stopCamera() {
    camera?.stop();
    camera = null;
    live.textContent = "Webcam";
    live.setAttribute("aria-pressed", "false");
  }

  // --- the answer ---

  function answer() {
    const pixels = kit.get("image").flat();
    paint(shots.at(-1).canvas, pixels, 28, 28, 255, true);
    if (kit.get("answers_here") && !model.alone) return; // Python answers
    const given = kit.get("network");
    if (!given) {
      verdict.textContent = "No network is stored here: in JupyterLab give it your own, Sketchpad(model).";
      return;
    }
    stored ??= network(given);
    const found = read(stored, pixels);
    showMaps({ shape: [found.maps.h, found.maps.w, found.maps.c], values: found.maps.data });
    show(found.probabilities, stored.none_above, stored.sure_from);
  }

  function heard() {
    if (model.alone) return;
    if (cleared) return;
    kit.fail(kit.get("message"));
    if (kit.get("message") || !kit.get("answers_here")) return;
    const { shape, data } = kit.get("maps") ?? {};
    if (shape) showMaps({ shape, values: Uint8Array.from(atob(data), sign => sign.charCodeAt(0)) });
    mapsPanel.hidden = !shape;
    if (kit.get("probabilities")?.length) show(kit.get("probabilities"), 0.8, UNSURE);
  }

  function show(found, noneAbove, sureFrom) {
    const ten = found.slice(0, 10);
    const best = ten.indexOf(Math.max(...ten));
    bars.forEach(({ bar, number, element }, k) => {
      bar.className = "cx-bar-now";
      bar.style.width = `${100 * ten[k]}%`;
      number.textContent = `${Math.round(100 * ten[k])} %`;
      element.classList.toggle("cx-best", k === best);
    });
    const flat = Math.max(...ten) - Math.min(...ten) < 0.1;
    const none = found.length > 10 && found[10] > noneAbove;
    const said = none ? "This looks like no digit I know."
      : flat ? "The network says nearly the same of every digit, as one that has not been trained yet does."
        : ten[best] < UNSURE ? `Perhaps a ${best}; it is not sure at all.` : `It reads a ${best}${ten[best] < sureFrom ? ", not quite sure" : ""}.`;
    verdict.textContent = said;
    kit.root.dataset.answer = none ? "none" : best;
    kit.root.dataset.probabilities = JSON.stringify(found);
    kit.root.dataset.ms = started ? (performance.now() - started).toFixed(1) : "";
    kit.say(`${said} ${Math.round(100 * ten[best])} %.`);
  }

  function showMaps({ shape: [rows, columns, count], values }) {
    const most = values.reduce((largest, one) => Math.max(largest, one), 1e-9);
    while (maps.children.length < Math.min(count, 16)) maps.append(h("canvas", { class: "cx-map", role: "img", "aria-label": `map ${maps.children.length}` }));
    while (maps.children.length > Math.min(count, 16)) maps.lastChild.remove();
    [...maps.children].forEach((canvas, c) => paint(canvas, values, rows, columns, most, true, c, count));
  }

  kit.watch(["image", "network"], () => { cleared = false; answer(); });
  kit.watch(["probabilities", "message", "answered"], told);
  kit.atEnd(() => { ended = true; clearTimeout(waiting); stopCamera(); });
  redraw();
  answer();
  heard();
  return kit.end;
}

export const explorer = { render };
export default explorer;
