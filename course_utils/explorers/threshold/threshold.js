import { button, choice, frame, h, numberFrom, text } from "../frame.js";
import { asCost, asShare, outcomes, singles } from "./outcomes.js";
import { plot } from "./plot.js";
import { STEPS, percent, positionOf, short, thresholdAt, thousands } from "./scale.js";

const EACH = "each";

function render({ model, el }) {
  const kit = frame({ model, el }, "threshold", "The threshold: what to answer, and what it costs");
  const sure = singles(kit.get("sure"));
  const n = sure.length;
  let found = null; // outcomes with the costs of now
  let key = ""; // of these costs
  let guess = null;
  let best = null; // only when it was asked for

  const threshold = field("threshold", "threshold", asShare);
  const error = field("cost of an error", "cost_of_error", asCost);
  const asking = field("cost of asking", "cost_of_asking", asCost);
  const kinds = choice(kit, "an error costs", [[EACH, "by picture"], ["same", "one number"]], kind => {
    const costs = kit.get("costs");
    const mean = costs.reduce((sum, one) => sum + one, 0) / Math.max(costs.length, 1);
    kit.set({ cost_of_error: kind === EACH ? EACH : Math.round(mean) });
  });
  const hasOwn = kit.get("cost_of_error") === EACH;
  const board = h("div", { class: "cx-plot", tabindex: 0, role: "slider", "aria-label": "threshold", "aria-valuemin": 0, "aria-valuemax": 1 });
  const picture = plot(kit, board, sure);
  const reply = h("p", { class: "cx-reply" });
  const ask = h("div", { class: "cx-ask" },
    h("p", {}, "Before the curve appears: at which threshold do you expect the lowest cost? Click there in the empty field, or take the threshold there and choose:"),
    h("div", { class: "cx-row-of" }, button("Here", () => commit()), button("Show the curve", () => { guess = null; kit.set({ ask: false }); })));
  const sum = h("p", { class: "cx-sum" });
  const rows = ["now", "answer all", "refuse all", "cheapest"].map(name => {
    const cells = ["answered", "right", "errors", "cost"].map(of => h("td", { "data-of": of }));
    const head = h("th", { scope: "row" });
    return { name, head, cells, element: h("tr", { "data-row": name }, head, cells) };
  });
  const table = h("table", { class: "cx-table" }, h("thead", {}, h("tr", {}, ["threshold", "answered", "right", "errors", "cost"].map(one => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map(row => row.element)));
  const show = button("Show the cheapest", reveal);
  const again = button("Guess again", () => { guess = best = null; reply.textContent = ""; kit.set({ ask: true }); });
  kit.body.append(
    h("div", { class: "cx-bar" }, threshold.element, hasOwn ? kinds.element : null, error.element, asking.element),
    ask, reply, h("div", { class: "cx-both" }, board, h("div", { class: "cx-told" }, sum, table, h("div", { class: "cx-row-of" }, show, again))));

  function field(label, name, check) {
    const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off",
      oninput: () => {
        const value = kit.attempt(() => check(name, numberFrom(name, input.value)));
        if (value !== undefined) kit.set({ [name]: value });
      },
      // What can't be used stays in sight, with the reason, until the field is left.
      onblur: () => { kit.fail(""); draw(); } });
    return { element: h("label", { class: "cx-field" }, h("span", {}, label), input),
      show(now) { if (document.activeElement !== input) input.value = text(now, 8); } };
  }

  function refresh() {
    const each = kit.get("cost_of_error");
    const costs = kit.get("wrong").map((_, k) => (each === EACH ? kit.get("costs")[k] : each));
    const now = JSON.stringify([costs, kit.get("cost_of_asking")]);
    if (now === key) return;
    key = now;
    found = outcomes(sure, kit.get("wrong"), costs, kit.get("cost_of_asking"));
    best = null; // of other costs
  }

  const costEach = outcome => short(outcome.cost / n);
  const outcomeText = ({ given, errors, answered, accuracy }) => `${percent(answered)} answered, ${given ? `${percent(accuracy)} of that right` : "nothing right or wrong"}, ${errors} ${errors === 1 ? "error" : "errors"}`;

  function commit() {
    guess = kit.get("threshold");
    kit.set({ ask: false });
  }

  function reveal() {
    best = found.cheapest();
    const where = best.given ? `the threshold ${text(best.threshold, 8)}, with ${percent(best.answered)} answered` : "answering nothing";
    const refused = found.refuseAll().cost;
    const told = [`The cheapest is ${where}: ${costEach(best)} for each picture.`];
    if (guess !== null) told.push(found.at(guess).cost === best.cost ? `Your guess, ${text(guess, 8)}, costs the same.` : `Your guess, ${text(guess, 8)}, costs ${costEach(found.at(guess))}.`);
    if (refused < best.cost) told.push("To refuse all would be cheaper than any threshold from 0 to 1.");
    if (kit.get("ask")) kit.set({ ask: false });
    reply.textContent = told.join(" ");
    draw();
    kit.say(reply.textContent);
  }

  function showRow({ name, head, cells, element }, outcome, hidden) {
    element.hidden = !outcome;
    if (!outcome) return;
    const where = name === "answer all" || name === "refuse all" ? name : `${text(outcome.threshold, 8)}`;
    head.replaceChildren(name === "cheapest" ? `cheapest: ${where}` : name === "now" ? `now: ${where}` : where);
    const values = [percent(outcome.answered), outcome.given ? percent(outcome.accuracy) : "–", thousands(outcome.errors), hidden ? "?" : costEach(outcome)];
    cells.forEach((cell, at) => { cell.textContent = values[at]; });
  }

  function draw() {
    refresh();
    const [t, each, price, hidden] = ["threshold", "cost_of_error", "cost_of_asking", "ask"].map(kit.get);
    const now = found.at(t);
    threshold.show(t);
    kinds.show(each === EACH ? EACH : "same");
    error.element.hidden = each === EACH;
    if (each !== EACH) error.show(each);
    asking.show(price);
    ask.hidden = !hidden;
    show.hidden = again.hidden = hidden;
    const refused = n - now.given;
    const paid = now.cost - refused * price;
    const errors = each === EACH ? `${now.errors} errors, ${thousands(paid)}` : `${now.errors} errors × ${text(each)}`;
    sum.replaceChildren(`Cost of ${thousands(n)} pictures: ${errors} + ${thousands(refused)} refused × ${text(price)} = `, h("b", {}, hidden ? "?" : thousands(now.cost)));
    const all = { "now": now, "answer all": found.answerAll(), "refuse all": found.refuseAll(), "cheapest": best };
    for (const row of rows) showRow(row, all[row.name], hidden && row.name === "now");
    picture.draw({ found, key, t, now, guess: hidden ? null : guess, best, hidden });
    const told = `Threshold ${text(t, 8)}: ${outcomeText(now)}${hidden ? "" : `, ${costEach(now)} for each picture`}.`;
    board.setAttribute("aria-valuenow", t);
    board.setAttribute("aria-valuetext", told);
    Object.assign(kit.root.dataset, { threshold: t, given: now.given, errors: now.errors, cost: hidden ? "" : now.cost, best: best ? best.threshold : "" });
    kit.say(told);
  }

  // --- moving it ---

  // A hand on the drawing means a round number.
  const dragTo = event => kit.set({ threshold: thresholdAt(Math.min(picture.stepAt(event), STEPS - 1), 2) });
  const moveTo = step => kit.set({ threshold: thresholdAt(Math.max(0, Math.min(STEPS, step))) });
  board.addEventListener("keydown", event => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    const at = Math.round(positionOf(kit.get("threshold")));
    if (event.key in steps) moveTo(at + steps[event.key] * (event.shiftKey ? 5 : 1));
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(STEPS);
    else if (event.key === "Enter" && kit.get("ask")) commit();
    else return;
    event.preventDefault();
  });
  let dragging = null;
  board.addEventListener("pointerdown", event => {
    if (dragging || event.button !== 0) return; // one finger moves it
    dragging = { pointer: event.pointerId, guesses: kit.get("ask") && picture.inCurve(event) };
    board.setPointerCapture(event.pointerId);
    dragTo(event);
  });
  board.addEventListener("pointermove", event => {
    if (dragging?.pointer === event.pointerId) dragTo(event);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    board.addEventListener(end, event => {
      if (dragging?.pointer !== event.pointerId) return;
      const { guesses } = dragging;
      dragging = null;
      if (guesses && end === "pointerup") commit();
    });
  }

  kit.watch(["threshold", "cost_of_asking", "cost_of_error", "costs"], draw);
  kit.watch(["ask"], () => {
    if (!kit.get("ask") && guess !== null) {
      refresh();
      reply.textContent = `You expect the cheapest at ${text(guess, 8)}: there a picture costs ${costEach(found.at(guess))}. Look along the curve before you have the cheapest shown.`;
    } else if (!best) reply.textContent = "";
    draw();
    if (reply.textContent) kit.say(reply.textContent);
  });
  kit.atEnd(picture.end);
  draw();
  return kit.end;
}

export const explorer = { render };
export default explorer;
