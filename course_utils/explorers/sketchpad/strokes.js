// From ink to a digit as MNIST's are, as course_utils.handwriting does it: crop, pen, size, place.
// An image is {h, w, data}, 0 paper to 1 ink.

const SIDE = 28, BOX = 20, FINE = 4;
const THINNEST = 1.7, USUAL = 2.25, WIDEST = 4.3; // widths of MNIST's strokes in pixels of the 20×20
const LEAST_INK = 8; // pixels along the longer side of a digit
const LEAST_CONTRAST = 0.06;

const image = (h, w, data) => ({ h, w, data: data ?? new Float64Array(h * w) });

// Python rounds halves to the even neighbour.
export function round(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 ? low + 1 : low;
}

// Scale so that the longer side is `longest`, as Pillow does: means for smaller, lines for larger.
export function resized(x, longest) {
  const share = longest / Math.max(x.h, x.w);
  const [h, w] = [x.h, x.w].map(side => Math.max(1, round(side * share)));
  const smaller = share <= 1;
  const across = weightsAlong(x.w, w, smaller);
  const wide = image(x.h, w);
  for (let i = 0; i < x.h; i++) {
    for (let j = 0; j < w; j++) {
      const { first, weights } = across[j];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * x.data[i * x.w + first + k];
      wide.data[i * w + j] = Math.fround(sum);
    }
  }
  const down = weightsAlong(x.h, h, smaller);
  const out = image(h, w);
  for (let i = 0; i < h; i++) {
    const { first, weights } = down[i];
    for (let j = 0; j < w; j++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * wide.data[(first + k) * w + j];
      out.data[i * w + j] = Math.fround(sum);
    }
  }
  return out;
}

function weightsAlong(before, after, smaller) {
  const scale = before / after;
  const spread = Math.max(scale, 1);
  const support = (smaller ? 0.5 : 1) * spread;
  const filter = smaller ? at => (at > -0.5 && at <= 0.5 ? 1 : 0) : at => Math.max(0, 1 - Math.abs(at));
  return Array.from({ length: after }, (_, place) => {
    const center = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(before, Math.trunc(center + support + 0.5));
    const weights = [];
    for (let at = first; at < last; at++) weights.push(filter((at - center + 0.5) / spread));
    const total = weights.reduce((sum, one) => sum + one, 0);
    return { first, weights: weights.map(one => one / total) };
  });
}

export function croppedTo(x, least = 0) {
  let [top, bottom, left, right] = [x.h, -1, x.w, -1];
  for (let i = 0; i < x.h; i++) {
    for (let j = 0; j < x.w; j++) {
      if (!(x.data[i * x.w + j] > least)) continue;
      top = Math.min(top, i); bottom = Math.max(bottom, i);
      left = Math.min(left, j); right = Math.max(right, j);
    }
  }
  if (bottom < 0) return null;
  const out = image(bottom - top + 1, right - left + 1);
  for (let i = 0; i < out.h; i++) out.data.set(x.data.subarray((top + i) * x.w + left, (top + i) * x.w + left + out.w), i * out.w);
  return out;
}

function padded(x, by) {
  const out = image(x.h + 2 * by, x.w + 2 * by);
  for (let i = 0; i < x.h; i++) out.data.set(x.data.subarray(i * x.w, (i + 1) * x.w), (i + by) * out.w + by);
  return out;
}

// The largest (or smallest) of each cell's neighbourhood; beyond the edge the image is mirrored.
function extreme(x, offsets, largest) {
  const out = image(x.h, x.w);
  const mirror = (at, n) => { const k = at < 0 ? -at - 1 : at; return k >= n ? 2 * n - 1 - k : k; };
  for (let i = 0; i < x.h; i++) {
    for (let j = 0; j < x.w; j++) {
      let best = largest ? -Infinity : Infinity;
      for (const [a, b] of offsets) {
        const value = x.data[mirror(i + a, x.h) * x.w + mirror(j + b, x.w)];
        if (largest ? value > best : value < best) best = value;
      }
      out.data[i * x.w + j] = best;
    }
  }
  return out;
}

function square(radius) {
  const offsets = [];
  for (let a = -radius; a <= radius; a++) for (let b = -radius; b <= radius; b++) offsets.push([a, b]);
  return offsets;
}
const disc = radius => square(radius).filter(([a, b]) => a * a + b * b <= radius * radius + radius);

// How far each inked cell is from the nearest paper: P. Felzenszwalb and D. Huttenlocher (2012).
function distances(inked) {
  const far = 1e12;
  const squares = Float64Array.from(inked.data, one => (one ? far : 0));
  const along = (start, step, n) => {
    const f = Float64Array.from({ length: n }, (_, k) => squares[start + k * step]);
    const [places, bounds] = [new Int32Array(n), new Float64Array(n + 1)];
    let k = 0;
    bounds[0] = -Infinity;
    bounds[1] = Infinity;
    for (let q = 1; q < n; q++) {
      let meet;
      do {
        const p = places[k];
        meet = (f[q] + q * q - f[p] - p * p) / (2 * q - 2 * p);
      } while (meet <= bounds[k] && --k >= 0);
      k += 1;
      places[k] = q;
      bounds[k] = meet;
      bounds[k + 1] = Infinity;
    }
    k = 0;
    for (let q = 0; q < n; q++) {
      while (bounds[k + 1] < q) k += 1;
      squares[start + q * step] = (q - places[k]) ** 2 + f[places[k]];
    }
  };
  for (let j = 0; j < inked.w; j++) along(j, inked.w, inked.h);
  for (let i = 0; i < inked.h; i++) along(i * inked.w, 1, inked.w);
  return image(inked.h, inked.w, squares.map(Math.sqrt));
}

// How wide the strokes are: twice the way from their middle line to paper.
export function strokeWidth(ink) {
  const most = Math.max(...ink.data);
  const inked = padded(image(ink.h, ink.w, ink.data.map(one => (one > 0.5 * most ? 1 : 0))), 1);
  const away = distances(inked);
  const around = extreme(away, square(1), true);
  const middle = [...away.data.keys()].filter(at => inked.data[at] && away.data[at] === around.data[at]).map(at => away.data[at]);
  if (!middle.length) return 0;
  middle.sort((a, b) => a - b);
  const half = middle.length / 2;
  const median = middle.length % 2 ? middle[Math.floor(half)] : (middle[half - 1] + middle[half]) / 2;
  return 2 * median - 1;
}

// Strokes of a hair's or a brush's width become as wide as MNIST's usually are.
export function withUsualPen(cropped) {
  let fine = resized(cropped, FINE * BOX);
  const width = strokeWidth(fine) / FINE;
  if (width >= THINNEST && width <= WIDEST) return cropped;
  let changed;
  if (width < THINNEST) {
    fine = strengthened(fine);
    const radius = Math.max(1, round(FINE * (USUAL - width) / 2));
    changed = extreme(padded(fine, radius), disc(radius), true);
  } else {
    const radius = Math.max(1, round(FINE * (width - WIDEST) / 2));
    changed = extreme(padded(fine, 1), disc(radius), false);
    if (Math.max(...changed.data) < 0.5) return cropped;
  }
  return croppedTo(changed, 0.05);
}

function strengthened(fine) {
  const most = Math.max(...fine.data);
  const around = extreme(fine, square(FINE), true);
  return image(fine.h, fine.w, fine.data.map((one, at) => Math.min(1, one / Math.max(around.data[at], 0.25 * most))));
}

export function fit(cropped) {
  const fitted = resized(cropped, BOX);
  const most = Math.max(...fitted.data);
  return image(fitted.h, fitted.w, fitted.data.map(one => one / most));
}

// Into 28×28, the centre of mass in the middle: whole numbers, 255 ink.
export function centred(fitted) {
  const out = image(SIDE, SIDE);
  const place = [0, 1].map(axis => {
    const side = axis ? fitted.w : fitted.h;
    let [mass, moment] = [0, 0];
    for (let i = 0; i < fitted.h; i++) {
      for (let j = 0; j < fitted.w; j++) {
        mass += fitted.data[i * fitted.w + j];
        moment += (axis ? j : i) * fitted.data[i * fitted.w + j];
      }
    }
    return Math.min(Math.max(round(SIDE / 2 - moment / mass), 0), SIDE - side);
  });
  for (let i = 0; i < fitted.h; i++) {
    for (let j = 0; j < fitted.w; j++) {
      out.data[(place[0] + i) * SIDE + place[1] + j] = round(255 * Math.min(1, Math.max(0, fitted.data[i * fitted.w + j])));
    }
  }
  return out;
}

// The way from ink to 28×28, step by step.
export function stages(ink) {
  const cropped = croppedTo(ink);
  if (!cropped) throw new Error("picture looks blank, nothing stands out from the ground: write with a darker or thicker pen, and photograph in even light");
  if (Math.max(cropped.h, cropped.w) < LEAST_INK) {
    throw new Error(`picture has a digit of ${cropped.h}×${cropped.w} pixels, too small to be read: write larger or go nearer, ${LEAST_INK} pixels are the least`);
  }
  const penned = withUsualPen(cropped);
  const fitted = fit(penned);
  return { ink, cropped, "usual pen": penned, "fit into 20×20": fitted, "centred by mass": centred(fitted) };
}

// Ink on a page in even light: what stands out from the brightness at the rim. For photographs in
// uneven light Python's course_utils.handwriting knows more ways.
export function inkOf(grey) {
  const rim = [];
  const [rows, columns] = [grey.h, grey.w].map(side => Math.max(1, Math.floor(side / 12)));
  for (let i = 0; i < grey.h; i++) {
    for (let j = 0; j < grey.w; j++) {
      if (i < rows || j < columns || i >= grey.h - rows || j >= grey.w - columns) rim.push(grey.data[i * grey.w + j]);
    }
  }
  rim.sort((a, b) => a - b);
  const paper = rim[Math.floor(rim.length / 2)];
  const [darker, lighter] = [1, -1].map(sign => grey.data.map(one => Math.max(0, sign * (paper - one))));
  const energy = values => values.reduce((sum, one) => sum + one * one, 0);
  const raised = energy(darker) >= energy(lighter) ? darker : lighter;
  const level = Math.max(threshold(raised), LEAST_CONTRAST / 2);
  const strong = raised.filter(one => one > level).sort((a, b) => a - b);
  const full = strong.length ? strong[Math.floor(0.75 * (strong.length - 1))] : 0;
  if (full < LEAST_CONTRAST) return image(grey.h, grey.w);
  return image(grey.h, grey.w, raised.map(one => (one > 0.22 * full ? Math.min(1, one / full) : 0)));
}

// The value that best parts small from large: N. Otsu (1979).
function threshold(values) {
  const most = Math.max(...sample(values), 1e-9);
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.min(255, Math.floor(value / most * 256))] += 1;
  const middle = k => (k + 0.5) / 256 * most;
  const [count, total] = [values.length, counts.reduce((sum, one, k) => sum + one * middle(k), 0)];
  let [below, sum, best, at] = [0, 0, -1, 0];
  counts.forEach((one, k) => {
    below += one;
    sum += one * middle(k);
    if (!below || below === count) return;
    const between = below * (count - below) * (sum / below - (total - sum) / (count - below)) ** 2;
    if (between > best) [best, at] = [between, k];
  });
  return (at + 1) / 256 * most;
}

// The largest numbers, in pieces that a call can take as arguments.
function sample(values) {
  const most = [];
  for (let at = 0; at < values.length; at += 10000) most.push(Math.max(...values.subarray(at, at + 10000)));
  return most;
}
