// The axis of thresholds, with as much room from 0.9 to 0.99 as from 0 to 0.9; and numbers as words.
import { text } from "../frame.js";

export const DECADES = 5; // as drawing.py's; of doubt: the axis ends at 0.99999
const PER_DECADE = 50;
const LAST = DECADES * PER_DECADE;
export const STEPS = LAST + 1; // the last is the threshold 1
export const TICKS = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999];

// Where a threshold lies on the axis, in steps.
export function positionOf(threshold) {
  if (threshold >= 1) return STEPS;
  return Math.min(LAST, -Math.log10(Math.max(1 - threshold, 10 ** -DECADES)) * PER_DECADE);
}

// The same as a share of the axis.
export const shareOf = threshold => Math.min(1, positionOf(threshold) / LAST);

// The threshold of a step; of its doubt some digits are kept.
export function thresholdAt(step, digits = 3) {
  if (step >= STEPS) return 1;
  const doubt = Number((10 ** (-Math.max(0, step) / PER_DECADE)).toPrecision(digits));
  return Number((1 - doubt).toFixed(8));
}

export const percent = share => `${text(100 * share, 1)} %`;

export const thousands = value => {
  const [whole, part] = text(value, Math.abs(value) < 1000 ? 2 : 0).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
};

// With three digits or more.
export const short = value => (value >= 1000 ? thousands(value) : text(value, value >= 100 ? 0 : value >= 10 ? 1 : 2));
