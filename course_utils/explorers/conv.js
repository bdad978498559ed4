// The course's convolution in JavaScript: the same numbers, and the same words for what can't be
// computed, as course_utils.convolution and course_utils.pooling.
//
// A volume is {h, w, c, data}, a bank of filters {kh, kw, cin, cout, data}; `data` is flat, in the
// order of NumPy's (h, w, c) and of Keras' (kh, kw, cin, cout).

export class ValueError extends Error {}

export const PADDING_WORDS = ["valid", "same", "full"];
export const POOLING_MODES = ["max", "mean", "sum", "product", "l2", "distance"];

export function volume(h, w, c, data) {
  return { h, w, c, data: Float64Array.from(data ?? new Float64Array(h * w * c)) };
}

export function bank(kh, kw, cin, cout, data) {
  return { kh, kw, cin, cout, data: Float64Array.from(data ?? new Float64Array(kh * kw * cin * cout)) };
}

// Rows of numbers, or rows of cells with one number for each channel.
export function volumeOf(rows) {
  const c = Array.isArray(rows[0][0]) ? rows[0][0].length : 1;
  return volume(rows.length, rows[0].length, c, rows.flat(2));
}

// Rows of numbers (one channel), or (kh, kw, cin) as nested rows: a bank of one filter.
export function kernelOf(rows) {
  const cin = Array.isArray(rows[0][0]) ? rows[0][0].length : 1;
  return bank(rows.length, rows[0].length, cin, 1, rows.flat(2));
}

export const sizeText = shape => shape.join("×");

// A value as Python writes it in a message.
export function repr(value) {
  if (typeof value === "string") return value.includes("'") ? `"${value}"` : `'${value}'`;
  if (value === null || value === undefined) return "None";
  if (value === true || value === false) return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  return String(value);
}

export function asInteger(name, value, minimum) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < minimum) {
    throw new ValueError(`${name} is ${repr(value)}: use a whole number of at least ${minimum}`);
  }
  return value;
}

const perAxis = value => (Array.isArray(value) ? value : [value, value]);

function unknownPadding(padding) {
  const words = PADDING_WORDS.map(word => `"${word}"`).join(", ");
  return `padding is ${repr(padding)}: use one of ${words}, a number of zeros, or a pair of numbers`;
}

// The zeros before and after one axis.
export function zerosAlong(n, k, padding, stride, dilation) {
  const span = (k - 1) * dilation + 1;
  if (typeof padding === "string") {
    if (padding === "valid") return [0, 0];
    if (padding === "full") return [span - 1, span - 1];
    if (padding === "same") {
      const total = Math.max((Math.ceil(n / stride) - 1) * stride + span - n, 0);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    }
    throw new ValueError(unknownPadding(padding));
  }
  if (Array.isArray(padding)) {
    if (padding.length !== 2) throw new ValueError(unknownPadding(padding));
    return padding.map(side => asInteger("padding", side, 0));
  }
  if (padding === null || padding === undefined) throw new ValueError(unknownPadding(padding));
  const amount = asInteger("padding", padding, 0);
  return [amount, amount];
}

// Where the windows lie along the vertical and the horizontal axis.
export function planImage(shape, kernel, padding, stride, dilation, names = ["image", "kernel"]) {
  const strides = perAxis(stride).map(s => asInteger("stride", s, 1));
  const dilations = perAxis(dilation).map(d => asInteger("dilation", d, 1));
  const paddings = perAxis(padding);
  const amounts = shape.map((n, axis) =>
    zerosAlong(n, kernel[axis], paddings[axis], strides[axis], dilations[axis]));
  const spans = kernel.map((k, axis) => (k - 1) * dilations[axis] + 1);
  const padded = shape.map((n, axis) => n + amounts[axis][0] + amounts[axis][1]);
  const short = Math.max(...spans.map((span, axis) => span - padded[axis]));
  if (short > 0) throw new ValueError(tooLarge(names, kernel, shape, spans, padded, short));
  return shape.map((n, axis) => ({
    n,
    before: amounts[axis][0],
    after: amounts[axis][1],
    stride: strides[axis],
    dilation: dilations[axis],
    k: kernel[axis],
    span: spans[axis],
    size: Math.floor((padded[axis] - spans[axis]) / strides[axis]) + 1,
  }));
}

function tooLarge([what, withWhat], kernel, shape, spans, padded, short) {
  const same = (a, b) => a.every((one, i) => one === b[i]);
  const reach = same(spans, kernel) ? "" : `, spread over ${sizeText(spans)} by dilation,`;
  const zeros = same(padded, shape) ? "" : ` (padded to ${sizeText(padded)})`;
  const more = same(padded, shape) ? "" : " more";
  const [verb, one] = withWhat.endsWith("s") ? ["are", withWhat.slice(0, -1)] : ["is", withWhat];
  return `${withWhat} ${sizeText(kernel)}${reach} ${verb} larger than the ${what} ${sizeText(shape)}`
    + `${zeros}: pad the ${what} by at least ${Math.ceil(short / 2)}${more} or use a smaller ${one}`;
}

export function outputSize(n, k, { padding = "valid", stride = 1, dilation = 1 } = {}) {
  asInteger("n", n, 1);
  asInteger("k", k, 1);
  // One axis: the sizes in a message are single numbers.
  const [before, after] = zerosAlong(n, k, padding, asInteger("stride", stride, 1), asInteger("dilation", dilation, 1));
  const span = (k - 1) * dilation + 1;
  const short = span - n - before - after;
  if (short > 0) throw new ValueError(tooLarge(["input", "kernel"], [k], [n], [span], [n + before + after], short));
  return Math.floor((n + before + after - span) / stride) + 1;
}

// The size formula with an axis' numbers in it: "⌊(5 + 0 + 0 − 1·(3 − 1) − 1) / 2⌋ + 1 = 2".
export function sizeFormula({ n, before, after, k, dilation, stride, size }) {
  return `⌊(${n} + ${before} + ${after} − ${dilation}·(${k} − 1) − 1) / ${stride}⌋ + 1 = ${size}`;
}

function surrounded(x, plans, value = 0) {
  const [v, u] = plans;
  if (!(v.before || v.after || u.before || u.after)) return x;
  const out = volume(x.h + v.before + v.after, x.w + u.before + u.after, x.c);
  if (value) out.data.fill(value);
  for (let i = 0; i < x.h; i++) {
    const row = x.data.subarray(i * x.w * x.c, (i + 1) * x.w * x.c);
    out.data.set(row, ((i + v.before) * out.w + u.before) * x.c);
  }
  return out;
}

export function flipped(filters) {
  const { kh, kw, cin, cout, data } = filters;
  const out = bank(kh, kw, cin, cout);
  const cells = cin * cout;
  for (let at = 0; at < kh * kw; at++) {
    out.data.set(data.subarray(at * cells, (at + 1) * cells), (kh * kw - 1 - at) * cells);
  }
  return out;
}

// y[i, j, f] = bias[f] + the inner product of the window at (i, j) with filter f.
// `names` say in a message what is too small for what: of several channels, images and filters.
export function correlate(x, filters, { padding = "valid", stride = 1, dilation = 1, bias, names } = {}) {
  if (x.c !== filters.cin) {
    throw new ValueError(`images has ${x.c} channels, but filters takes ${filters.cin}: the last axis of images `
      + "and the one before the last of filters must be equal");
  }
  const plans = planImage([x.h, x.w], [filters.kh, filters.kw], padding, stride, dilation, names);
  const [v, u] = plans;
  const around = surrounded(x, plans);
  const { cin, cout } = filters;
  const out = volume(v.size, u.size, cout);
  if (bias) for (let at = 0; at < out.data.length; at++) out.data[at] = bias[at % cout];
  const [from, to, weights] = [around.data, out.data, filters.data];
  if (cin * cout === 1) {
    slideOne(around, plans, weights, out, bias ? bias[0] : 0);
    return out;
  }
  const step = u.stride * cin;
  for (let m = 0; m < filters.kh; m++) {
    for (let n = 0; n < filters.kw; n++) {
      for (let c = 0; c < cin; c++) {
        for (let f = 0; f < cout; f++) {
          const weight = weights[((m * filters.kw + n) * cin + c) * cout + f];
          for (let i = 0; i < v.size; i++) {
            let read = ((i * v.stride + m * v.dilation) * around.w + n * u.dilation) * cin + c;
            let write = i * u.size * cout + f;
            for (let j = 0; j < u.size; j++, read += step, write += cout) to[write] += weight * from[read];
          }
        }
      }
    }
  }
  return out;
}

// One channel, one filter: the sum stays in a register, which a photograph needs to be in time.
function slideOne(around, [v, u], weights, out, start) {
  const [from, to, w] = [around.data, out.data, around.w];
  for (let i = 0, write = 0; i < v.size; i++) {
    for (let j = 0; j < u.size; j++, write++) {
      let sum = start;
      let weight = 0;
      for (let m = 0; m < v.k; m++) {
        let read = (i * v.stride + m * v.dilation) * w + j * u.stride;
        for (let n = 0; n < u.k; n++, read += u.dilation) sum += weights[weight++] * from[read];
      }
      to[write] = sum;
    }
  }
}

export const convolve = (x, filters, options) => correlate(x, flipped(filters), options);

// What stands under the window of output cell (row, column): a cell each, with where it was read.
// Cells of the padding have inside: false and value 0.
export function windowAt(x, filters, plans, row, column) {
  const [v, u] = plans;
  const cells = [];
  for (let m = 0; m < filters.kh; m++) {
    for (let n = 0; n < filters.kw; n++) {
      const i = row * v.stride + m * v.dilation - v.before;
      const j = column * u.stride + n * u.dilation - u.before;
      const inside = i >= 0 && i < x.h && j >= 0 && j < x.w;
      for (let c = 0; c < x.c; c++) {
        const value = inside ? x.data[(i * x.w + j) * x.c + c] : 0;
        const weights = [];
        for (let f = 0; f < filters.cout; f++) {
          weights.push(filters.data[((m * filters.kw + n) * x.c + c) * filters.cout + f]);
        }
        cells.push({ m, n, c, i, j, inside, value, weights });
      }
    }
  }
  return cells;
}

// For each cell of the image, padding left out, whether any window reads it.
export function cellsRead(plans) {
  const along = plans.map(({ n, k, size, stride, dilation, before }) => {
    const read = Array(n).fill(false);
    for (let at = 0; at < size; at++) {
      for (let m = 0; m < k; m++) {
        const cell = at * stride + m * dilation - before;
        if (cell >= 0 && cell < n) read[cell] = true;
      }
    }
    return read;
  });
  return along[0].map(row => along[1].map(column => row && column));
}

export function distanceWeights(h, w) {
  const weights = [];
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) weights.push(1 / (1 + Math.hypot(i - (h - 1) / 2, j - (w - 1) / 2)));
  }
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map(one => one / total);
}

// Each window of each channel replaced by one number; padding never takes part.
export function pool(x, size, { stride = null, padding = "valid", mode = "max" } = {}) {
  if (!POOLING_MODES.includes(mode)) {
    const words = POOLING_MODES.map(word => `"${word}"`).join(", ");
    throw new ValueError(`mode is ${repr(mode)}: use one of ${words}`);
  }
  const window = perAxis(size).map(side => asInteger("size", side, 1));
  const plans = planImage([x.h, x.w], window, padding, stride ?? window, 1, ["image", "window"]);
  for (const { n, k, before, after, stride: s, size: count } of plans) {
    for (let at = 0; at < count; at++) {
      if (at * s - before >= n || at * s - before + k <= 0) {
        throw new ValueError(`padding of ${before} and ${after} leaves windows of ${k} without a `
          + "cell of the image: use less padding than the window is long");
      }
    }
  }
  const [v, u] = plans;
  const near = distanceWeights(v.k, u.k);
  const out = volume(v.size, u.size, x.c);
  for (let i = 0; i < v.size; i++) {
    for (let j = 0; j < u.size; j++) {
      for (let c = 0; c < x.c; c++) {
        const values = [], weights = [];
        for (let m = 0; m < v.k; m++) {
          for (let n = 0; n < u.k; n++) {
            const [r, s] = [i * v.stride + m - v.before, j * u.stride + n - u.before];
            if (r < 0 || r >= x.h || s < 0 || s >= x.w) continue;
            values.push(x.data[(r * x.w + s) * x.c + c]);
            weights.push(near[m * u.k + n]);
          }
        }
        out.data[(i * u.size + j) * x.c + c] = POOLERS[mode](values, weights);
      }
    }
  }
  return out;
}

const sum = values => values.reduce((total, one) => total + one, 0);
const POOLERS = {
  max: values => Math.max(...values),
  mean: values => sum(values) / values.length,
  sum,
  product: values => values.reduce((total, one) => total * one, 1),
  l2: values => Math.sqrt(sum(values.map(one => one * one))),
  distance: (values, weights) => sum(values.map((one, at) => one * weights[at])) / sum(weights),
};

export const relu = x => ({ ...x, data: x.data.map(one => Math.max(one, 0)) });

export function softmax(values) {
  const top = Math.max(...values);
  const powers = Array.from(values, one => Math.exp(one - top));
  const total = sum(powers);
  return powers.map(one => one / total);
}

// y[u] = bias[u] + Σ x[i]·weights[i, u], with weights (inputs, units).
export function dense(x, weights, bias) {
  const units = bias.length;
  const out = Float64Array.from(bias);
  for (let i = 0; i < x.length; i++) {
    for (let u = 0; u < units; u++) out[u] += x[i] * weights[i * units + u];
  }
  return out;
}

// By elimination with the largest pivot; what is below 1e-10 of the largest entry counts as zero.
export function rank(rows) {
  const a = rows.map(row => [...row]);
  const limit = 1e-10 * Math.max(...a.flat().map(Math.abs));
  let found = 0;
  for (let column = 0; column < a[0].length && found < a.length; column++) {
    let best = found;
    for (let i = found; i < a.length; i++) if (Math.abs(a[i][column]) > Math.abs(a[best][column])) best = i;
    if (Math.abs(a[best][column]) <= limit) continue;
    [a[found], a[best]] = [a[best], a[found]];
    for (let i = found + 1; i < a.length; i++) {
      const factor = a[i][column] / a[found][column];
      for (let j = column; j < a[0].length; j++) a[i][j] -= factor * a[found][j];
    }
    found += 1;
  }
  return found;
}
