// The course's stored network, run by the course's own convolution in JavaScript.
import { bank, correlate, dense, pool, relu, softmax, volume } from "../conv.js";

// Numbers of 16 bits, packed as base64, little end first.
export function halves(packed) {
  const bytes = Uint8Array.from(atob(packed), sign => sign.charCodeAt(0));
  return Float64Array.from({ length: bytes.length / 2 }, (_, at) => {
    const bits = bytes[2 * at] | (bytes[2 * at + 1] << 8);
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// What Python's page_network wrote, made ready to run.
export function network(stored) {
  return { ...stored, layers: stored.layers.map(({ kind, shape, kernel, bias }) => (kernel
    ? { kind, shape, kernel: halves(kernel), bias: halves(bias) } : { kind })) };
}

// Probabilities of an image of 784 numbers from 0 to 255, and the maps of the first convolution.
export function read({ layers }, pixels) {
  let x = volume(28, 28, 1, Array.from(pixels, one => one / 255));
  let flat = null;
  let maps = null;
  for (const { kind, shape, kernel, bias } of layers) {
    if (kind.startsWith("conv ")) {
      x = correlate(x, { ...bank(...shape.map(() => 0)), kh: shape[0], kw: shape[1], cin: shape[2], cout: shape[3], data: kernel }, { padding: kind.slice(5), bias });
    } else if (kind === "relu") {
      if (flat) flat = flat.map(one => Math.max(one, 0));
      else {
        x = relu(x);
        maps ??= x;
      }
    } else if (kind === "max pool") x = pool(x, 2);
    else if (kind === "flatten") flat = x.data;
    else if (kind === "dense") flat = dense(flat, kernel, bias);
    else flat = Float64Array.from(softmax(flat));
  }
  return { probabilities: Array.from(flat), maps };
}
