// The twin of overlap.py: how far two masks agree, and masks as short texts. A mask is flat, row by
// row, with the number of a class for each cell; 0 is background.

export function overlap(mask, truth, classes) {
  const [both, first, second] = Array.from({ length: 3 }, () => new Int32Array(classes));
  let [right, missing, extra, mixed] = [0, 0, 0, 0];
  for (let at = 0; at < mask.length; at++) {
    const [mine, real] = [mask[at], truth[at]];
    first[mine] += 1;
    second[real] += 1;
    if (mine === real) {
      both[mine] += 1;
      if (mine) right += 1;
    } else if (!mine) missing += 1;
    else if (!real) extra += 1;
    else mixed += 1;
  }
  const iou = Array.from(both, (one, k) => one / (first[k] + second[k] - one)); // NaN in neither
  const known = iou.slice(1).filter(one => !Number.isNaN(one));
  const mean = known.length ? known.reduce((sum, one) => sum + one, 0) / known.length : NaN;
  return { iou, mean, right, missing, extra, mixed };
}

export function asRuns(mask) {
  const runs = [];
  for (let at = 0, start = 0; at < mask.length; at++) {
    if (at + 1 < mask.length && mask[at + 1] === mask[at]) continue;
    runs.push(`${mask[at]}*${at + 1 - start}`);
    start = at + 1;
  }
  return runs.join(" ");
}

export function fromRuns(runs, size) {
  const mask = new Uint8Array(size);
  let at = 0;
  for (const run of runs.split(" ")) {
    const [value, length] = run.split("*").map(Number);
    mask.fill(value, at, at + length);
    at += length;
  }
  return mask;
}

// Paint a round brush along a line: every cell whose middle it passes over, and the cell it is on.
// Places are [x, y] in cells, the middle of the first at [0.5, 0.5]. Tells whether a cell changed.
export function stroke(mask, h, w, from, to, size, value) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const steps = Math.max(1, Math.ceil(2 * Math.hypot(dx, dy)));
  const radius = size / 2;
  let changed = false;
  const put = (i, j) => {
    if (i < 0 || j < 0 || i >= h || j >= w || mask[i * w + j] === value) return;
    mask[i * w + j] = value;
    changed = true;
  };
  for (let step = 0; step <= steps; step++) {
    const [x, y] = [from[0] + dx * step / steps, from[1] + dy * step / steps];
    for (let i = Math.floor(y - radius); i <= y + radius; i++) {
      for (let j = Math.floor(x - radius); j <= x + radius; j++) {
        if ((i + 0.5 - y) ** 2 + (j + 0.5 - x) ** 2 <= radius ** 2) put(i, j);
      }
    }
    put(Math.floor(y), Math.floor(x));
  }
  return changed;
}
