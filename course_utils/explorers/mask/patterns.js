// How classes and kinds of cells are told apart on a canvas: by a hatch as well as by a colour.

// As drawing.py's: sky, orange, green, purple, yellow.
const COLOURS = ["86, 180, 233", "230, 159, 0", "0, 158, 115", "204, 121, 167", "240, 228, 66"];
// Lines of a tile of 8×8, and dots; one for each class.
const STROKES = ["M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6", "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2", "M0,4 H8", "M4,0 V8",
  "M0,0 L8,8 M0,8 L8,0", "M4,0 V8 M0,4 H8", "M3.4,4 h1.2 M3.4,4.8 h1.2 M3.4,3.2 h1.2", "M2,2 h4 v4 h-4 z", "M0,8 L8,0", "M0,0 L8,8"];
const KINDS = { right: ["0, 158, 115", ""], missing: ["230, 159, 0", STROKES[0]], extra: ["86, 180, 233", STROKES[6]], "wrong class": ["204, 121, 167", STROKES[4]] };
export const KIND_NAMES = Object.keys(KINDS);

const made = new Map();

function tile(colour, strokes, opacity) {
  const key = `${colour} ${strokes} ${opacity}`;
  if (!made.has(key)) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const context = canvas.getContext("2d");
    context.fillStyle = `rgba(${colour}, ${opacity})`;
    context.fillRect(0, 0, 8, 8);
    context.strokeStyle = "#000000";
    context.lineWidth = 1.2;
    if (strokes) context.stroke(new Path2D(strokes));
    made.set(key, canvas);
  }
  return made.get(key);
}

export const classTile = k => tile(COLOURS[(k - 1) % COLOURS.length], STROKES[(k - 1) % STROKES.length], 0.55);
export const kindTile = name => tile(...KINDS[name], 0.75);

// Fill the cells that `is` names with a tile that goes through all of them.
export function fill(context, picture, is, w, cell, size) {
  context.fillStyle = context.createPattern(picture, "repeat");
  for (let at = 0; at < size; at++) {
    if (is(at)) context.fillRect(at % w * cell, Math.floor(at / w) * cell, cell, cell);
  }
}

// Lines between cells of different classes, dark on white, so that they are seen on any grey.
export function outline(context, mask, h, w, cell, dashes) {
  context.beginPath();
  const at = (i, j) => (i < 0 || j < 0 || i >= h || j >= w ? 0 : mask[i * w + j]);
  for (let i = 0; i <= h; i++) {
    for (let j = 0; j <= w; j++) {
      if (at(i, j) !== at(i - 1, j)) { context.moveTo(j * cell, i * cell); context.lineTo((j + 1) * cell, i * cell); }
      if (at(i, j) !== at(i, j - 1)) { context.moveTo(j * cell, i * cell); context.lineTo(j * cell, (i + 1) * cell); }
    }
  }
  context.setLineDash([]);
  context.strokeStyle = "#ffffff";
  context.lineWidth = 5;
  context.stroke();
  context.setLineDash(dashes);
  context.strokeStyle = "#000000";
  context.lineWidth = 2.2;
  context.stroke();
  context.setLineDash([]);
}
