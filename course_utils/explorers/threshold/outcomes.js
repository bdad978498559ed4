// The twin of outcomes.py: what a threshold does. The same sums in the same order.
import { ValueError, repr } from "../conv.js";

const MOST_DIGITS = 17;
export const LARGEST = 1_000_000; // as explorer.py's

// Numbers of 32 bits, packed as base64, little end first.
export function singles(packed) {
  const bytes = Uint8Array.from(atob(packed), sign => sign.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}

export function outcomes(sure, wrong, costs, asking) {
  const n = sure.length;
  const order = Array.from(sure.keys()).sort((a, b) => sure[b] - sure[a]);
  const sorted = Float32Array.from(order, at => sure[at]);
  const [isWrong, price] = [new Uint8Array(n), new Float64Array(n)];
  wrong.forEach((at, k) => { isWrong[at] = 1; price[at] = costs[k]; });
  // Of the k surest, at place k.
  const [errors, paid] = [new Int32Array(n + 1), new Float64Array(n + 1)];
  order.forEach((at, k) => {
    errors[k + 1] = errors[k] + isWrong[at];
    paid[k + 1] = paid[k] + price[at];
  });
  const costOf = given => paid[given] + (n - given) * asking;
  const of = (given, threshold) => ({ threshold, given, errors: errors[given], answered: given / n,
    accuracy: given ? (given - errors[given]) / given : NaN, cost: costOf(given) });

  function thresholdFor(given) {
    if (given === n) return 0;
    const highest = given ? sorted[given - 1] : 1;
    for (let digits = 1; digits <= MOST_DIGITS; digits++) {
      const short = Math.floor(highest * 10 ** digits) / 10 ** digits;
      if (Math.fround(short) > sorted[given] && Math.fround(short) <= highest) return short;
    }
    return highest;
  }

  const places = sorted[0] < 1 ? [0] : [];
  for (let k = 1; k <= n; k++) if (k === n || sorted[k] < sorted[k - 1]) places.push(k);
  const found = {
    sorted, order, isWrong, places, costOf,
    at(threshold) {
      const least = Math.fround(threshold);
      let [low, high] = [0, n];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] >= least) low = middle + 1;
        else high = middle;
      }
      return of(low, threshold);
    },
    answerAll: () => of(n, 0),
    refuseAll: () => of(0, NaN),
    cheapest() {
      let [best, least] = [0, Infinity];
      for (const given of places) {
        const cost = costOf(given);
        if (cost <= least) [best, least] = [given, cost];
      }
      return of(best, thresholdFor(best));
    },
  };
  return found;
}

// As Python's `as_share` and `as_cost` of this folder.
export function asShare(name, value) {
  if (!(value >= 0 && value <= 1)) throw new ValueError(`${name} is ${repr(value)}: use a number from 0 to 1`);
  return value;
}

export function asCost(name, value) {
  if (!(value >= 0 && value <= LARGEST)) throw new ValueError(`${name} is ${repr(value)}: use a number from 0 to ${LARGEST}`);
  return value;
}
