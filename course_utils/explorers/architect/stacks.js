// The twin of stacks.py: what a stack of layers makes of an image.
import { asInteger as wholeNumber, planImage, sizeText, ValueError } from "../conv.js";

export const DEFAULTS = {
  conv: { filters: 16, size: 3, stride: 1, padding: "valid", dilation: 1, activation: "relu" },
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
      if (layer.kind === "conv" || layer.kind === "pool") {
        const dilation = layer.dilation ?? 1;
        if (layer.stride > 1 && dilation > 1) {
          throw new ValueError("`strides > 1` not supported in conjunction with `dilation_rate > 1`: "
            + `set the stride ${layer.stride} or the dilation ${dilation} to 1`);
        }
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

function slide({ kind, filters, size, stride, padding, dilation = 1 }, shape, field, jump) {
  const seen = field + (size - 1) * dilation * jump;
  const names = kind === "pool" ? ["image", "window"] : ["input", "kernel"];
  const plans = planImage(shape.slice(0, 2), [size, size], padding, stride, dilation, names);
  const out = plans.map(plan => plan.size);
  if (kind === "pool") return { shape: [...out, shape[2]], parameters: 0, multiplications: 0, field: seen };
  const patch = size * size * shape[2];
  return { shape: [...out, filters], parameters: (patch + 1) * filters, multiplications: patch * filters * out[0] * out[1], field: seen };
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
  const { kind, mode, size, stride, filters, units, padding = "valid", dilation = 1, activation = "none" } = layer;
  if (kind === "flatten") return "layers.Flatten()";
  if (kind === "global") return `layers.Global${capital(mode)}Pooling2D()`;
  let name, given;
  if (kind === "pool") {
    name = `${capital(mode)}Pooling2D`;
    given = [size, ...(stride === size ? [] : [`strides=${stride}`])];
  } else if (kind === "conv") {
    name = "Conv2D";
    given = [filters, size, ...(stride > 1 ? [`strides=${stride}`] : [])];
  } else {
    name = "Dense";
    given = [units];
  }
  if (padding !== "valid") given.push(`padding="${padding}"`);
  if (dilation > 1) given.push(`dilation_rate=${dilation}`);
  if (activation !== "none") given.push(`activation="${activation}"`);
  return `layers.${name}(${given.join(", ")})`;
}
