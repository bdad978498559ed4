// The twin of stacks.py: what a stack of layers makes of an image.
import { asInteger as wholeNumber, planImage, sizeText, ValueError } from "../conv.js";

export const DEFAULTS = {
  conv: { filters: 16, size: 3, stride: 1, padding: "valid", dilation: 1, groups: 1, activation: "relu" },
  depthwise: { size: 3, stride: 1, padding: "valid", dilation: 1, multiplier: 1, activation: "none" },
  separable: { filters: 16, size: 3, stride: 1, padding: "valid", dilation: 1, multiplier: 1, activation: "relu" },
  pool: { mode: "max", size: 2, stride: 2, padding: "valid" },
  global: { mode: "max" },
  flatten: {},
  dense: { units: 10, activation: "softmax" },
};
export const CHOICES = {
  padding: ["valid", "same"],
  mode: ["max", "average"],
  activation: ["none", "relu", "tanh", "sigmoid", "softmax"],
};

export const SLIDING = ["conv", "depthwise", "separable", "pool"];
const CONVOLUTIONS = { conv: "Conv2D", depthwise: "DepthwiseConv2D", separable: "SeparableConv2D" };
const LARGEST = 4096;
export function asSize(name, value) {
  if (wholeNumber(name, value, 1) > LARGEST) throw new ValueError(`${name} is ${value}: use a whole number of at most ${LARGEST}`);
  return value;
}

export const complete = ({ kind, ...settings }) => ({ kind, ...DEFAULTS[kind], ...settings });

// A row for each layer that works, and what is wrong with the first that doesn't.
export function report(inputShape, layers) {
  let shape = inputShape.map(side => asSize("input_shape", side));
  let field = 1;
  let jump = 1;
  const rows = [];
  for (const [place, given] of layers.entries()) {
    try {
      const layer = complete(given);
      for (const [name, value] of Object.entries(layer)) if (typeof value === "number") asSize(name, value);
      checkRank(layer.kind, shape);
      let row;
      if (SLIDING.includes(layer.kind)) {
        checkConv(layer, shape);
        row = slide(layer, shape, field, jump);
        field = row.field;
        jump *= layer.stride;
      } else {
        row = gather(layer, shape);
        field = null;
      }
      rows.push(row);
      shape = row.shape;
    } catch (problem) {
      return { rows, error: `layer ${place + 1}, ${given.kind}: ${problem.message}` };
    }
  }
  return { rows, error: "" };
}

function checkRank(kind, shape) {
  if (kind === "dense" && shape.length === 3) {
    throw new ValueError(`a dense layer needs a vector, but gets ${sizeText(shape)}: put flatten or global pooling before it`);
  }
  if (kind !== "dense" && shape.length === 1) {
    throw new ValueError(`it needs height, width and channels, but gets ${shape[0]} numbers: `
      + "put it before flatten, global pooling and dense layers");
  }
}

function checkConv({ kind, filters, stride, dilation, groups, multiplier = 1 }, [, , channels]) {
  if (kind === "conv") {
    // Keras' depthwise layers can do this, its convolution can't.
    if (stride > 1 && dilation > 1) {
      throw new ValueError("`strides > 1` not supported in conjunction with `dilation_rate > 1`: "
        + `set the stride ${stride} or the dilation ${dilation} to 1`);
    }
    for (const [what, count] of [[`images has ${channels} channels`, channels], [`filters has ${filters}`, filters]]) {
      if (count % groups) throw new ValueError(`groups is ${groups}, but ${what}: use a divisor of ${count}`);
    }
  }
  if (channels * multiplier > LARGEST) {
    throw new ValueError(`multiplier is ${multiplier}, which makes ${channels * multiplier} maps of ${channels} channels: `
      + `use at most ${Math.floor(LARGEST / channels)}`);
  }
}

function slide({ kind, filters, size, stride, padding, dilation = 1, groups = 1, multiplier = 1 }, shape, field, jump) {
  const seen = field + (size - 1) * dilation * jump;
  const names = kind === "pool" ? ["image", "window"] : ["input", "kernel"];
  const out = planImage(shape.slice(0, 2), [size, size], padding, stride, dilation, names).map(plan => plan.size);
  const channels = shape[2];
  const places = out[0] * out[1];
  const row = (maps, parameters, products) => ({ shape: [...out, maps], parameters, multiplications: products * places, field: seen });
  if (kind === "pool") return row(channels, 0, 0);
  if (kind === "conv") {
    const weights = size * size * (channels / groups) * filters;
    return row(filters, weights + filters, weights);
  }
  const maps = channels * multiplier;
  const weights = size * size * maps;
  if (kind === "depthwise") return row(maps, weights + maps, weights);
  return row(filters, weights + (maps + 1) * filters, weights + maps * filters);
}

function gather({ kind, units }, shape) {
  if (kind === "flatten") return { shape: [shape[0] * shape[1] * shape[2]], parameters: 0, multiplications: 0, field: null };
  if (kind === "global") return { shape: [shape[2]], parameters: 0, multiplications: 0, field: null };
  const weights = shape[0] * units;
  return { shape: [units], parameters: weights + units, multiplications: weights, field: null };
}

export function kerasCode(inputShape, layers) {
  const lines = [`keras.Input((${inputShape.join(", ")}))`, ...layers.map(layer => call(complete(layer)))];
  return `import keras\nfrom keras import layers\n\nmodel = keras.Sequential([\n${lines.map(line => `    ${line},\n`).join("")}])\nmodel.summary()\n`;
}

const capital = word => word[0].toUpperCase() + word.slice(1);

function call(layer) {
  const { kind, mode, size, stride, filters, units, padding = "valid", dilation = 1, groups = 1, multiplier = 1, activation = "none" } = layer;
  if (kind === "flatten") return "layers.Flatten()";
  if (kind === "global") return `layers.Global${capital(mode)}Pooling2D()`;
  const name = CONVOLUTIONS[kind] ?? (kind === "pool" ? `${capital(mode)}Pooling2D` : "Dense");
  const given = [filters, size, units].filter(one => one !== undefined);
  // Windows of a pooling that is told no stride lie side by side.
  if (kind !== "dense" && stride !== (kind === "pool" ? size : 1)) given.push(`strides=${stride}`);
  if (padding !== "valid") given.push(`padding="${padding}"`);
  if (dilation > 1) given.push(`dilation_rate=${dilation}`);
  if (groups > 1) given.push(`groups=${groups}`);
  if (multiplier > 1) given.push(`depth_multiplier=${multiplier}`);
  if (activation !== "none") given.push(`activation="${activation}"`);
  return `layers.${name}(${given.join(", ")})`;
}
