// What every explorer is built from: elements, grids of numbers, controls, colours, speech, and the
// model that stands in for Python's where there is no kernel.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

// A number as people write it: at most `digits` decimals, a true minus sign.
export function text(value, digits = 3) {
  const rounded = Number(value.toFixed(digits));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

export const inBrackets = value => (value < 0 ? `(${text(value)})` : text(value));

// The same for a cell: with fewer decimals, or a power of ten, where it would be too long to fit.
const ROOM = 6;
export function cellText(value) {
  for (const digits of [3, 2, 1, 0]) if (text(value, digits).length <= ROOM) return text(value, digits);
  return value.toExponential(1).replace("e+", "e").replace("-", "−");
}

// What someone typed, as a number; the words are those of Python's float, and the way out.
const LARGEST = 1_000_000; // as explorer.py's
const PYTHONS = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NO_NUMBER = /^[+-]?(nan|inf|infinity)$/i;
export function numberFrom(name, typed) {
  const said = typed.trim();
  const plain = said.replace("−", "-").replace(",", ".");
  if (NO_NUMBER.test(plain) || (PYTHONS.test(plain) && Math.abs(Number(plain)) > LARGEST)) {
    throw new Error(`${name} holds ${said}: use numbers from −${LARGEST} to ${LARGEST}, so that they can be read`);
  }
  if (!PYTHONS.test(plain)) {
    throw new Error(`could not convert string to float: '${said}': write a number, such as 2, -1 or 0.5`);
  }
  return Number(plain);
}

// --- the frame around one explorer ---------------------------------------------------------------

// In JupyterLab each explorer runs its own copy of this file: the page has to count, or the buttons
// of two would form one group.
const COUNT = Symbol.for("explorers of the course on this page");

// Make the parts that all explorers share; returns what an explorer needs of them.
export function frame({ model, el }, name, title) {
  globalThis[COUNT] = (globalThis[COUNT] ?? 0) + 1;
  const id = `cx-${globalThis[COUNT]}`;
  const body = h("div", { class: "cx-body" });
  const spoken = h("p", { class: "cx-say", "aria-live": "polite", "aria-atomic": "true" });
  const error = h("p", { class: "cx-error", role: "alert", hidden: true });
  const tries = (model.get("try_this") ?? []).map(one => h("li", {}, one));
  const help = h("details", { class: "cx-help" },
    h("summary", {}, "Three things to try, and the keyboard"),
    h("ol", {}, tries), h("p", {}, model.get("keyboard") ?? ""));
  const root = h("section", {
    class: `cx cx-${name}`, "aria-labelledby": `${id}-title`, "data-lm-suppress-shortcuts": "true",
  }, h("p", { class: "cx-title", id: `${id}-title` }, title), body, error, spoken, help);
  // A slide must not turn, nor a notebook's cell change, because of a key that is meant for us.
  root.addEventListener("keydown", event => { if (event.key !== "Escape") event.stopPropagation(); });
  el.append(root);
  const ends = [followTheme(root)];
  let later = null;
  const kit = {
    id, root, body, model,
    calm: matchMedia("(prefers-reduced-motion: reduce)").matches,
    // Shown at once; read out when nothing new has come for a moment.
    say(message) {
      clearTimeout(later);
      spoken.dataset.latest = message;
      later = setTimeout(() => { spoken.textContent = message; }, 150);
    },
    fail(message) {
      const said = message ? String(message.message ?? message) : "";
      error.textContent = said;
      error.hidden = !said;
    },
    // Run what may fail; what is wrong is said, and nothing else changes.
    attempt(action) {
      try {
        const result = action();
        kit.fail("");
        return result;
      } catch (problem) {
        kit.fail(problem);
        return undefined;
      }
    },
    get: key => model.get(key),
    set(changes) {
      for (const [key, value] of Object.entries(changes)) model.set(key, value);
      model.save_changes();
    },
    // Run `action` whenever one of the traits changes, whoever changed it.
    watch(keys, action) {
      for (const key of keys) {
        model.on(`change:${key}`, action);
        ends.push(() => model.off(`change:${key}`, action));
      }
    },
    atEnd: action => ends.push(action),
    end: () => ends.forEach(action => action()),
  };
  return kit;
}

// JupyterLab, the site's theme and the system each say in their own way whether it is dark.
function isDark() {
  const { dataset } = document.body;
  if (dataset.jpThemeLight) return dataset.jpThemeLight === "false";
  if (dataset.theme === "dark" || dataset.theme === "light") return dataset.theme === "dark";
  const meta = document.querySelector('meta[name="color-scheme"]');
  if (meta && !meta.content.includes("dark")) return false;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function followTheme(root) {
  const apply = () => { root.dataset.theme = isDark() ? "dark" : "light"; };
  apply();
  const watching = new MutationObserver(apply);
  watching.observe(document.body, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", apply);
  return () => { watching.disconnect(); system.removeEventListener("change", apply); };
}

// --- controls ------------------------------------------------------------------------------------

export function button(label, action, attributes = {}) {
  return h("button", { type: "button", class: "cx-button", onclick: action, ...attributes }, label);
}

// One of a few words; arrows move, as in any group of radio buttons.
export function choice(kit, label, options, action) {
  const name = `${kit.id}-${label.replace(/\W+/g, "-")}`;
  const inputs = options.map(([value, shown]) => {
    const input = h("input", { type: "radio", name, value, onchange: () => action(value) });
    return [input, h("label", { class: "cx-option" }, input, h("span", {}, shown))];
  });
  const element = h("fieldset", { class: "cx-choice" }, h("legend", {}, label),
    h("div", { class: "cx-options" }, inputs.map(([, whole]) => whole)));
  return { element, show: value => inputs.forEach(([input]) => { input.checked = input.value === String(value); }) };
}

export function slider(kit, label, least, most, action, step = 1) {
  const shown = h("output", { class: "cx-value" });
  const input = h("input", {
    type: "range", min: least, max: most, step, "aria-label": label,
    oninput: () => { shown.textContent = text(Number(input.value)); action(Number(input.value)); },
  });
  const element = h("label", { class: "cx-slider" }, h("span", {}, label), input, shown);
  return { element, input, show: value => { input.value = value; shown.textContent = text(value); } };
}

export function select(label, options, action) {
  const list = h("select", { "aria-label": label, onchange: () => action(list.value) },
    options.map(([value, shown]) => h("option", { value }, shown)));
  const element = h("label", { class: "cx-select" }, h("span", {}, label), list);
  return { element, list, show: value => { list.value = value; } };
}

// --- a grid of numbers ---------------------------------------------------------------------------

// Cells that can be reached by arrows, picked, pointed at, and, where `onedit` is given, changed.
export class Grid {
  constructor({ label, onpick, onhover, onedit, describe }) {
    Object.assign(this, { label, onpick, onhover, onedit, describe });
    this.at = [0, 0];
    this.cells = [];
    this.element = h("div", { class: `cx-grid${onedit ? " cx-editable" : ""}`, role: "grid", "aria-label": label });
    this.element.addEventListener("keydown", event => this.key(event));
    this.element.addEventListener("pointerover", event => this.pointed(event));
    this.element.addEventListener("click", event => this.clicked(event));
    this.element.addEventListener("focusin", event => {
      const at = this.place(event);
      if (at && !this.editing && at.join() !== this.at.join()) this.moveTo(...at, false);
    });
    if (onhover) this.element.addEventListener("pointerleave", () => onhover(null));
  }

  // `look(i, j)` gives a cell's {text, classes, note, color}; rows and columns before 0 and after
  // the last are padding, which is seen and not reached.
  show(rows, columns, look, around = [0, 0, 0, 0]) {
    const [top, bottom, left, right] = around;
    const shape = [rows, columns, ...around].join();
    if (shape !== this.shape) {
      this.shape = shape;
      this.size = [rows, columns];
      this.cells = new Map();
      const lines = [];
      for (let i = -top; i < rows + bottom; i++) {
        const line = h("div", { role: "row", class: "cx-row" });
        for (let j = -left; j < columns + right; j++) {
          const real = i >= 0 && i < rows && j >= 0 && j < columns;
          const cell = h("div", { role: "gridcell", class: "cx-cell", "data-i": i, "data-j": j });
          if (!real) cell.dataset.padding = "yes";
          cell.append(h("span", { class: "cx-number" }), h("span", { class: "cx-note", "aria-hidden": "true" }));
          this.cells.set(`${i},${j}`, cell);
          line.append(cell);
        }
        lines.push(line);
      }
      const width = columns + left + right;
      this.element.style.setProperty("--columns", width);
      this.element.style.setProperty("--wide", width > 9 ? 0.8 : 1);
      this.element.replaceChildren(...lines);
      this.at = [Math.min(this.at[0], rows - 1), Math.min(this.at[1], columns - 1)];
    }
    for (const [key, cell] of this.cells) {
      const [i, j] = key.split(",").map(Number);
      const { value, text: shown = cellText(value), classes = "", note = "", color } = look(i, j);
      cell.value = value;
      if (cell !== this.editing) {
        const [number, small] = cell.children;
        number.textContent = shown;
        // Drawn by the style sheet: a cell is called by its number alone.
        small.dataset.note = note;
        // Three signs fit at full size; a note is small in any case.
        number.style.fontSize = shown.length > 3 ? `${3 / shown.length}em` : "";
        small.style.fontSize = note.length > 4 ? `${3 / note.length}em` : "";
      }
      const names = `cx-cell ${classes}`;
      if (cell.className !== names) cell.className = names;
      cell.style.setProperty("--fill", color ?? "");
      if (!cell.dataset.padding) {
        cell.tabIndex = i === this.at[0] && j === this.at[1] ? 0 : -1;
        cell.setAttribute("aria-label", this.describe ? this.describe(i, j, shown) : `row ${i}, column ${j}: ${shown}`);
        cell.setAttribute("aria-selected", classes.includes("cx-picked") ? "true" : "false");
      }
    }
  }

  cell(i, j) { return this.cells.get(`${i},${j}`); }

  // Make a cell the one that Tab reaches; `focus` takes the keyboard there.
  moveTo(i, j, focus = true) {
    const [rows, columns] = this.size;
    const before = this.cell(...this.at);
    if (before) before.tabIndex = -1;
    this.at = [Math.max(0, Math.min(rows - 1, i)), Math.max(0, Math.min(columns - 1, j))];
    const cell = this.cell(...this.at);
    cell.tabIndex = 0;
    if (focus) cell.focus({ preventScroll: false });
    return this.at;
  }

  key(event) {
    if (this.editing) return;
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const [i, j] = this.at;
    if (event.key in steps) {
      const at = this.moveTo(i + steps[event.key][0], j + steps[event.key][1]);
      this.onpick?.(...at);
    } else if (event.key === "Home" || event.key === "End") {
      this.onpick?.(...this.moveTo(i, event.key === "Home" ? 0 : this.size[1] - 1));
    } else if (this.onedit && (event.key === "Enter" || event.key === "F2")) {
      this.edit(i, j);
    } else if (this.onedit && /^[-−\d.,]$/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      this.edit(i, j, event.key);
    } else if (!this.onedit && (event.key === "Enter" || event.key === " ")) {
      this.onpick?.(i, j, true);
    } else {
      return;
    }
    event.preventDefault();
  }

  place(event) {
    const cell = event.target.closest?.(".cx-cell");
    return cell && !cell.dataset.padding ? [Number(cell.dataset.i), Number(cell.dataset.j)] : null;
  }

  pointed(event) {
    if (!this.onhover || event.pointerType === "touch") return;
    const at = this.place(event);
    if (at) this.onhover(at);
  }

  clicked(event) {
    const at = this.place(event);
    if (!at || this.editing) return;
    this.moveTo(...at);
    if (this.onedit) this.edit(...at);
    else this.onpick?.(...at, true);
  }

  edit(i, j, typed) {
    const cell = this.cell(i, j);
    const input = h("input", { class: "cx-edit", inputmode: "text", "aria-label": `${this.label}, row ${i}, column ${j}` });
    // All decimals: what is shown may be rounded.
    const before = String(cell.value);
    input.value = typed ?? before;
    this.editing = cell;
    cell.append(input);
    const close = keep => {
      if (this.editing !== cell) return;
      this.editing = null;
      const had = document.activeElement === input;
      const value = input.value;
      input.remove();
      if (keep && value !== before) this.onedit(i, j, value);
      if (had) this.moveTo(i, j);
    };
    input.addEventListener("blur", () => close(true));
    input.addEventListener("keydown", event => {
      if (event.key === "Enter") close(true);
      else if (event.key === "Escape") close(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.focus();
    if (typed === undefined) input.select();
  }
}

// --- colours and pictures ------------------------------------------------------------------------

const BROWN = [[84, 48, 5], [191, 129, 45], [246, 232, 195]];
const TEAL = [[0, 60, 48], [53, 151, 143], [199, 234, 229]];

// Brown below zero, white at zero, blue-green above, full at ±1: the course's map for signed values.
export function signedColor(share) {
  const size = Math.min(Math.abs(share), 1);
  const [full, half, pale] = share < 0 ? BROWN : TEAL;
  const stops = [[255, 255, 255], pale, half, full];
  const at = size * 3;
  const k = Math.min(Math.floor(at), 2);
  return stops[k].map((one, c) => Math.round(one + (stops[k + 1][c] - one) * (at - k)));
}

// Draw numbers on a canvas, a pixel each; `grey` from black at 0 to white at `limit`, else signed.
export function paint(canvas, values, rows, columns, limit, grey = false, offset = 0, step = 1) {
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const image = context.createImageData(columns, rows);
  const pixels = image.data;
  for (let at = 0, p = offset, q = 0; at < rows * columns; at++, p += step, q += 4) {
    if (grey) {
      pixels[q] = pixels[q + 1] = pixels[q + 2] = 255 * values[p] / limit;
    } else {
      const index = Math.max(0, Math.min(510, Math.round(255 + 255 * values[p] / limit))) * 3;
      pixels[q] = SIGNED[index];
      pixels[q + 1] = SIGNED[index + 1];
      pixels[q + 2] = SIGNED[index + 2];
    }
    pixels[q + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
const SIGNED = Uint8ClampedArray.from(Array.from({ length: 511 }, (_, i) => signedColor((i - 255) / 255)).flat());

// A picture's brightness, 0 to 1, cut to a square in its middle if `side` is given.
export function greyOf(source, side) {
  const [width, height] = [source.videoWidth || source.naturalWidth || source.width, source.videoHeight || source.naturalHeight || source.height];
  if (!width || !height) throw new Error("the picture has no pixels that can be read: save it as PNG or JPEG");
  const canvas = h("canvas");
  let box = [0, 0, width, height];
  if (side) {
    const least = Math.min(width, height);
    box = [(width - least) / 2, (height - least) / 2, least, least];
  }
  canvas.width = side ?? width;
  canvas.height = side ?? height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, ...box, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Float64Array(data.length / 4);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255;
  }
  return { h: canvas.height, w: canvas.width, data: grey };
}

export function pictureFrom(address, name = "the picture") {
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => failed(new Error(`${name} isn't a picture that can be read: save it as PNG or JPEG`));
    image.src = address;
  });
}

export async function pictureOfFile(file) {
  const address = URL.createObjectURL(file);
  try {
    return await pictureFrom(address, `file '${file.name}'`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// A running webcam as a video; `stop` ends it.
export async function webcam() {
  const video = h("video", { playsinline: true, muted: true });
  let stream;
  try {
    if (!navigator.mediaDevices) throw new Error("none");
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    video.srcObject = stream;
    await video.play();
  } catch (problem) {
    stream?.getTracks().forEach(track => track.stop());
    throw new Error(problem.name === "NotAllowedError"
      ? "The webcam was refused: allow it for this page in the browser, or choose a picture file instead"
      : "There is no webcam that this page can use: choose a picture file instead");
  }
  return { video, stop: () => stream.getTracks().forEach(track => track.stop()) };
}

export function fileButton(label, accept, action) {
  const input = h("input", { type: "file", accept, class: "cx-file", "aria-label": label,
    onchange: () => { if (input.files[0]) action(input.files[0]); input.value = ""; } });
  return h("label", { class: "cx-button" }, label, input);
}

// --- where there is no kernel --------------------------------------------------------------------

export class Model {
  constructor(state) {
    this.state = { ...state };
    this.heard = {};
  }
  get(key) { return this.state[key]; }
  set(key, value) {
    if (JSON.stringify(this.state[key]) === JSON.stringify(value)) return;
    this.state[key] = value;
    for (const action of [...(this.heard[`change:${key}`] ?? [])]) action();
  }
  save_changes() {}
  send() {}
  on(event, action) { (this.heard[event] ??= []).push(action); }
  off(event, action) { this.heard[event] = (this.heard[event] ?? []).filter(one => one !== action); }
}

// Put the live explorers in the place of their pictures; on slides they open over the whole slide.
export function mountAll(explorers, style, assets = {}) {
  const start = () => {
    const figures = [...document.querySelectorAll("figure[data-explorer]:not([data-mounted])")];
    if (!figures.length) return;
    document.head.append(h("style", {}, style));
    for (const figure of figures) {
      const name = figure.dataset.explorer;
      if (!explorers[name]) continue;
      const state = JSON.parse(figure.dataset.state);
      figure.dataset.mounted = "yes";
      const model = new Model({ ...state, ...assets[name] });
      model.alone = true;
      const render = el => explorers[name].render({ model, el });
      if (document.querySelector(".reveal")) mountOnSlide(figure, render);
      else mountOnPage(figure, render);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

function mountOnPage(figure, render) {
  const box = h("div", { class: "cx-live" });
  figure.append(box);
  render(box);
  figure.classList.add("cx-mounted");
}

function mountOnSlide(figure, render) {
  const box = h("div", { class: "cx-live" });
  const dialog = h("dialog", { class: "cx-dialog" }, button("Close", () => dialog.close(), { class: "cx-button cx-close" }), box);
  let rendered = false;
  const open = button("Open it, and touch it", () => {
    document.body.append(dialog);
    dialog.showModal();
    if (!rendered) render(box);
    rendered = true;
  }, { class: "cx-button cx-open" });
  dialog.addEventListener("keydown", event => event.stopPropagation());
  // Also Escape: a deck would show its overview.
  open.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") event.stopPropagation(); });
  dialog.addEventListener("close", () => { dialog.remove(); open.focus(); });
  figure.classList.add("cx-on-slide");
  figure.append(open);
}
