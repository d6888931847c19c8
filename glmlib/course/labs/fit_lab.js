// The fit lab in the browser: gradient descent drawn from tracks that were computed before.
// A track is the path at one learning rate. Moving a control reads it and sets some SVG
// attributes; the kernel is asked only for what no track holds, and told where one rests.

const SVG = "http://www.w3.org/2000/svg";
const REST = 400;  // milliseconds without a move, then the kernel is told the state

// ---- numbers, as glmlib writes them

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A loss or an error as the sentence says it: 364.11, 0.18, 0.0000031, 1.2e+12. */
function number(value) {
  const size = Math.abs(value);
  if (size > 9e37) return "over 1e+38";  // where a track ends
  if (size >= 1e9 || (size > 0 && size < 1e-9)) {
    return value.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2");
  }
  if (size >= 10) return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (size === 0) return "0";
  return trimmed(size < 1e-5 ? value.toFixed(1 - Math.floor(Math.log10(size))) : value.toPrecision(2));
}

/** A learning rate, three figures: 0.0143, 0.0000015, 1,200. */
function plain(value) {
  if (value < 1e-7) return trimmed(value.toPrecision(3));
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return trimmed(value < 1e-4 ? value.toFixed(2 - Math.floor(Math.log10(value))) : value.toPrecision(3));
}

const whole = (k) => k.toLocaleString("en-US");
const power = (e) => "10" + String(e).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");

// ---- tracks

/** Bytes as Descent.track packs them: length of the JSON, JSON, losses, coefficients. */
async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const track = JSON.parse(new TextDecoder().decode(bytes.subarray(4, length)));
  let sum = 0;
  track.knots = track.gaps.map((gap) => (sum += gap));
  track.which = new Array(track.knots.length);  // of each knot the number of its phrase
  track.turns.forEach((turn, i) => track.which.fill(track.says[i], turn));
  // all last bytes, …, all first bytes of what is added from knot to knot
  const [count, planes] = [track.knots.length, bytes.subarray(length)];
  const bits = new Uint32Array(planes.length / 4);
  const byte = (i, j) => planes[i + j * bits.length] << (8 * j);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = (byte(i, 0) | byte(i, 1) | byte(i, 2) | byte(i, 3)) + (i % count ? bits[i - 1] : 0);
  }
  const floats = new Float32Array(bits.buffer);
  track.excess = floats.subarray(0, count);
  track.places = Array.from({ length: floats.length / count - 1 }, (_, c) => floats.subarray((c + 1) * count, (c + 2) * count));
  track.strand = [[], []];  // which knots are on the line of the even, of the odd iterations
  track.knots.forEach((k, i) => track.strand[k % track.strands].push(i));
  return track;
}

/** The knots of the track on both sides of iteration k, on the line that k is on. */
function around(track, k) {
  const mine = track.strand[k % track.strands];
  let low = 0;
  let high = mine.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (track.knots[mine[middle]] <= k) low = middle; else high = middle - 1;
  }
  return [mine[low], mine[Math.min(low + 1, mine.length - 1)]];
}

/** The iterate k: where its coefficients are drawn, the loss above its minimum, the event. */
function iterate(track, k) {
  let [i, j] = around(track, k);
  if (track.diverged !== null && k >= track.diverged) i = j = track.knots.length - 1;
  const [a, b] = [track.knots[i], track.knots[j]];
  const part = b > a ? Math.min((k - a) / (b - a), 1) : 0;
  const between = (x, y) => (part === 0 ? x : x + part * (y - x));
  const place = track.places.map((path) => between(path[i], path[j]));
  const [e, f] = [track.excess[i], track.excess[j]];
  const excess = e > 0 && f > 0 ? Math.exp(between(Math.log(e), Math.log(f))) : between(e, f);
  const [event, what, advice] = track.phrases[track.which[i]];
  const gone = track.diverged !== null && k >= track.diverged;
  return { k, place, excess: part === 0 ? e : excess, event, what, advice, gone, between: part !== 0 };
}

/** The gap around k that no straight line crosses, as its two ends; null where one does. */
function gap(track, k) {
  if (!track) return null;
  const [a, b] = around(track, k).map((i) => track.knots[i]);
  return k > a && k < b && track.rough.includes(a) ? [a, b] : null;
}

// ---- the picture

function draw(parent, tag, attributes = {}, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

const SQUARE = "M-5.5-5.5h11v11h-11z";
const DIAMOND = "M0-5.5L5.5 0L0 5.5L-5.5 0z";
const UP = "M0-8L7.5 5h-15z";
const DOWN = "M0 8L7.5-5h-15z";

/** Round numbers inside [low, high], about five of them. */
function ticks(low, high) {
  const raw = (high - low) / 5;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(6)));
  return found;
}

/** An empty plot: a frame, an inner SVG that clips, and room for ticks and labels. */
function plot(svg, width, height, margin, labels) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  const [top, right, bottom, left] = margin;
  const box = { left, top, width: width - left - right, height: height - top - bottom };
  const ground = draw(svg, "g");
  const inner = draw(svg, "svg", { x: left, y: top, width: box.width, height: box.height });
  draw(svg, "rect", { class: "glm-frame", x: left, y: top, width: box.width, height: box.height });
  const over = draw(svg, "g");
  draw(ground, "text", { class: "glm-text", x: left + box.width / 2, y: height - 6, "text-anchor": "middle" }, labels[0]);
  draw(ground, "text", { class: "glm-text", "text-anchor": "middle",
    transform: `translate(15 ${top + box.height / 2}) rotate(-90)` }, labels[1]);
  const across = (x, text) => {
    draw(ground, "line", { class: "glm-grid", "data-x": text, x1: x, x2: x, y1: top, y2: top + box.height });
    draw(ground, "text", { class: "glm-text", x, y: top + box.height + 18, "text-anchor": "middle" }, text);
  };
  const upward = (y, text) => {
    draw(ground, "line", { class: "glm-grid", "data-y": text, x1: left, x2: left + box.width, y1: y, y2: y });
    draw(ground, "text", { class: "glm-text", x: left - 6, y: y + 5, "text-anchor": "end" }, text);
  };
  return { ...box, inner, over, across, upward };
}

/** The coefficients: what stands still, and a function that moves the iterate. */
function coefficients(svg, scene, width, height) {
  const named = scene.truth === null;
  const upLabel = scene.in_errors ? "distance in standard errors" : "estimate";
  const area = plot(svg, width, height, [10, 12, 44, 62], [named ? "coefficient" : "true coefficient", upLabel]);
  const [low, high] = scene.limits;
  const count = scene.x.length;
  const X = named
    ? (v) => area.left + ((v + 0.6) / (count + 0.2)) * area.width
    : (v) => area.left + ((v - low) / (high - low)) * area.width;
  const Y = (v) => area.top + ((high - v) / (high - low)) * area.height;
  for (const t of ticks(low, high)) area.upward(Y(t), String(t).replace("-", "−"));
  if (named) {
    const every = Math.ceil(count / Math.max(2, Math.floor(area.width / 70)));
    for (let j = 0; j < count; j += every) area.across(X(j), scene.names[j].slice(0, 10));
  } else {
    for (const t of ticks(low, high)) area.across(X(t), String(t).replace("-", "−"));
  }
  const still = area.over;
  if (!named) draw(still, "line", { class: "glm-truth-line", x1: X(low), y1: Y(low), x2: X(high), y2: Y(high) });
  if (scene.middle) {
    scene.middle.forEach((v, j) => {
      const x = X(scene.x[j]);
      if (scene.bars) {
        const [from, to] = [v - scene.bars[j], v + scene.bars[j]].map((u) => Y(Math.min(Math.max(u, low), high)));
        draw(still, "path", { class: "glm-bar", d: `M${x} ${from}V${to}M${x - 5} ${from}h10M${x - 5} ${to}h10` });
      }
      draw(still, "circle", { class: "glm-estimate", cx: x, cy: Y(v), r: 5.5 });
    });
  }
  if (scene.truth) {
    scene.truth.forEach((v) => draw(still, "path", { class: "glm-truth", d: DIAMOND, transform: `translate(${X(v)} ${Y(v)}) scale(0.8)` }));
  }
  const points = scene.x.map((_, j) => draw(area.over, "path", { class: "glm-now", "data-j": j }));
  return (place, gone) => {
    points.forEach((point, j) => {
      const v = place?.[j];
      const hidden = gone || v === undefined;
      point.style.display = hidden ? "none" : "";
      if (hidden) return;
      point.setAttribute("d", v > high ? UP : v < low ? DOWN : SQUARE);
      point.setAttribute("transform", `translate(${X(scene.x[j])} ${Y(Math.min(Math.max(v, low), high))})`);
    });
  };
}

/** The loss above its minimum: a curve for each rate, a square at the iteration. */
function losses(svg, scene, width, height) {
  const area = plot(svg, width, height, [10, 16, 44, 66], ["iteration", "loss above its minimum"]);
  const last = scene.steps[scene.steps.length - 1];
  const u = (k) => (k < 1 ? 0.4 * k : 0.4 + Math.log10(k));
  const right = u(Math.max(last, 1) * 1.2) + 0.1;
  const X = (k) => area.left + ((u(k) + 0.1) / (right + 0.1)) * area.width;
  const [low, high] = scene.excess.map(Math.log10);
  const height10 = (e) => area.top + ((high - e) / (high - low)) * area.height;
  const Y = (excess) => height10(Math.max(Math.log10(Math.max(excess, 1e-300)), low));
  const short = { 1000: "1k", 10000: "10k", 100000: "100k", 1000000: "1M" };
  area.across(X(0), "0");
  for (let k = 1; k <= last; k *= 10) area.across(X(k), short[k] ?? String(k));
  const every = Math.max(1, Math.ceil((high - low) / 6));
  for (let e = Math.ceil(low); e <= high; e++) if (e % every === 0) area.upward(height10(e), power(e));
  const curve = draw(area.inner, "path", { class: "glm-curve" });
  const here = draw(area.over, "path", { class: "glm-now glm-here" });
  const banner = draw(area.over, "g", { class: "glm-banner" });
  const frame = draw(banner, "rect", { x: area.left + 10, y: area.top + area.height - 42, height: 32, rx: 5 });
  const words = draw(banner, "text", { x: area.left + 20, y: area.top + area.height - 20 });
  const shift = (x, y) => `${(x - area.left).toFixed(2)} ${(y - area.top).toFixed(2)}`;
  return {
    curve(track) {
      if (!track) return curve.removeAttribute("d");
      const points = [];
      track.knots.forEach((k, i) => {
        if (track.diverged === null || k < track.diverged) points.push(shift(X(k), Y(track.excess[i])));
      });
      if (track.diverged === null && track.done) {
        points.push(shift(X(last), Y(track.excess[track.excess.length - 1])));
      }
      curve.setAttribute("d", `M${points.join("L")}`);
    },
    move(now) {
      const gone = !now || now.gone;
      here.style.display = gone ? "none" : "";
      if (!gone) {
        const y = Math.max(Y(now.excess), area.top);
        here.setAttribute("d", Math.log10(now.excess) > high ? UP : SQUARE);
        here.setAttribute("transform", `translate(${X(now.k)} ${y})`);
      }
      let said = now && (now.event === "diverged" || now.event === "bounces") ? now.what : "";
      if (area.width < 330) said = said.replace(/ (between|at iteration).*/, "");
      banner.style.display = said ? "" : "none";
      if (words.textContent !== said) {
        words.textContent = said;
        if (said) frame.setAttribute("width", words.getComputedTextLength() + 20);
      }
    },
  };
}

/** The axis of learning rates with its regions, the limit, and a square at the rate. */
function rateAxis(svg, scene, width) {
  const [height, left, right, top, deep] = [76, 62, 16, 22, 28];
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  const [low, high] = [scene.rates[0], scene.rates[scene.rates.length - 1]].map(Math.log10);
  const X = (rate) => left + ((Math.log10(rate) - low) / (high - low)) * (width - left - right);
  const text = (x, y, words, anchor = "middle", name = "glm-text") => draw(svg, "text", { class: name, x, y, "text-anchor": anchor }, words);
  for (const [name, from, to] of scene.regions) {
    const [a, b] = [from, to].map((r) => Math.min(Math.max(X(r), left), width - right));
    if (b - a < 1) continue;
    draw(svg, "rect", { class: `glm-region glm-${name}`, x: a, y: top, width: b - a, height: deep });
    if (b - a > 9 * name.length) text((a + b) / 2, top + 19, name);
    else if (b - a > 6.2 * name.length) text((a + b) / 2, top + 19, name, "middle", "glm-text glm-small");
  }
  for (let e = Math.ceil(low - 1e-9); e <= high + 1e-9; e++) {
    draw(svg, "line", { class: "glm-grid", x1: X(10 ** e), x2: X(10 ** e), y1: top, y2: top + deep + 5 });
    text(X(10 ** e), top + deep + 20, low < -4 ? power(e) : trimmed((10 ** e).toFixed(5)));
  }
  for (const [label, rate] of Object.entries(scene.marks)) {
    if (rate < scene.rates[0] || rate > scene.rates[scene.rates.length - 1]) continue;
    draw(svg, "line", { class: "glm-truth-line", x1: X(rate), x2: X(rate), y1: top, y2: top + deep });
    text(X(rate), top - 6, label);
  }
  draw(svg, "line", { class: "glm-limit", x1: X(scene.limit), x2: X(scene.limit), y1: top - 2, y2: top + deep + 2 });
  text(X(scene.limit), top - 6, `limit 2/λmax = ${plain(scene.limit)}`);
  text(2, top + 19, "rate", "start");
  const needle = draw(svg, "g");
  draw(needle, "line", { class: "glm-needle", y1: top, y2: top + deep });
  draw(needle, "path", { class: "glm-now", d: SQUARE, transform: `translate(0 ${top + deep / 2})` });
  return (rate) => needle.setAttribute("transform", `translate(${X(rate)} 0)`);
}

// ---- the instrument

let serial = 0;

/** Build the lab into `root`. `lab` knows the scene, the tracks and, if live, the kernel. */
function build(root, lab, state) {
  const id = `glm-fit-${++serial}`;
  const add = (parent, tag, properties = {}, attributes = {}) => {
    const node = parent.appendChild(Object.assign(document.createElement(tag), properties));
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  root.classList.add("glm-lab", "glm-fit-lab");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Fit lab: learning rate and iterations");
  // The notebook would take the keys for its own commands.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const row = () => add(root, "div", { className: "glm-row" });
  const button = (parent, label, action, name) => {
    const node = add(parent, "button", { type: "button", textContent: label });
    if (name) node.setAttribute("aria-label", name);
    node.addEventListener("click", action);
    return node;
  };

  // controls
  const presets = row();
  for (const label of Object.keys(lab.scene.presets)) {
    button(presets, label, () => go({ learning_rate: lab.scene.presets[label] }));
  }
  button(presets, "Reset", () => { pause(); go(lab.scene.first); });
  function pair(label) {
    const line = row();
    add(line, "label", { textContent: label, htmlFor: `${id}-${label}` });
    const slider = add(line, "input", { type: "range", id: `${id}-${label}`, min: 0, step: 1 });
    const box = add(line, "input", { type: "number", step: "any" }, { "aria-label": `${label}, number` });
    return [slider, box];
  }
  const [rateSlider, rateBox] = pair("learning rate");
  const [stepSlider, stepBox] = pair("iteration");
  stepBox.step = 1;
  rateSlider.addEventListener("input", () => go({ learning_rate: lab.scene.rates[rateSlider.value] }));
  stepSlider.addEventListener("input", () => { pause(); go({ iteration: lab.scene.steps[stepSlider.value] }); });
  let typing = null;
  for (const box of [rateBox, stepBox]) {
    box.addEventListener("input", () => { typing = box; });
    for (const end of ["change", "blur"]) box.addEventListener(end, () => { typing = null; });
  }
  rateBox.addEventListener("change", () => typedRate(rateBox.valueAsNumber));
  stepBox.addEventListener("change", () => {
    pause();
    const k = Math.round(stepBox.valueAsNumber);
    toIteration(Number.isNaN(k) ? state.iteration : k, 0);  // not a number: as it was
  });
  rateBox.addEventListener("keydown", (event) => {  // an arrow: the next rate of the grid
    const up = { ArrowUp: true, ArrowDown: false }[event.key];
    if (up === undefined) return;
    event.preventDefault();
    const beyond = lab.scene.rates.filter((r) => (up ? r > state.learning_rate : r < state.learning_rate));
    if (beyond.length) go({ learning_rate: up ? beyond[0] : beyond[beyond.length - 1] });
  });
  const jumps = add(presets, "span", { className: "glm-row glm-jumps" }, { role: "group" });
  jumps.setAttribute("aria-label", "steps");
  for (const by of [-100, -10, -1]) button(jumps, `−${-by}`, () => leap(by), `back ${-by}`);
  const play = button(jumps, "Play", () => (playing ? pause() : start()));
  for (const by of [1, 10, 100]) button(jumps, `+${by}`, () => leap(by), `forward ${by}`);

  // pictures and words
  const legend = add(root, "p", { className: "glm-legend" });
  const pictures = add(root, "div", { className: "glm-pictures" }, { role: "img" });
  const panels = add(pictures, "div", { className: "glm-panels" });
  const [left, right] = [draw(panels, "svg"), draw(panels, "svg")];
  const axis = draw(pictures, "svg");
  const status = add(root, "p", { className: "glm-status" }, { role: "status", "aria-live": "polite" });
  const last = row();
  const data = button(last, "Show data", () => { table.hidden = !table.hidden; show(); });
  const copy = button(last, "Copy state", copyState);
  const code = add(last, "code", { className: "glm-code" });
  const table = add(root, "table", { hidden: true });
  const choices = add(root, "details", { className: "glm-data" });
  const chosen = {};
  if (lab.live && Object.keys(lab.scene.choices).length) dataChoices(); else choices.hidden = true;

  let moves = null;  // what moves in the picture
  let progress = null;
  let shownRate = null;
  let playing = 0;
  let resting = 0;
  let asked = null;
  let waiting = "";  // for other data
  let moved = "";  // to an iteration that a saved page has

  /** New data or a new size: everything that stands still. */
  function fresh() {
    const { scene } = lab;
    rateSlider.max = scene.rates.length - 1;
    stepSlider.max = scene.steps.length - 1;
    [rateBox.min, rateBox.max] = [scene.rates[0], scene.rates[scene.rates.length - 1]];
    [stepBox.min, stepBox.max] = [0, scene.steps[scene.steps.length - 1]];
    const room = Math.floor(root.clientWidth) || 900;
    const one = room < 560 ? room : Math.floor(room / 2);
    const height = Math.round(Math.min(340, Math.max(220, Math.min(0.72 * one, innerHeight - 470))));
    legend.replaceChildren();
    const key = (name, path, words) => {
      const mark = draw(draw(legend, "svg", { width: 22, height: 16, viewBox: "-11 -8 22 16", "aria-hidden": "true" }), "path", { class: name, d: path });
      mark.parentNode.style.verticalAlign = "middle";
      legend.append(` ${words}   `);
    };
    if (scene.truth) key("glm-truth", DIAMOND, "truth");
    if (scene.middle) key("glm-estimate", "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0", "maximum likelihood" + (scene.bars ? " ± 1.96 SE" : ""));
    key("glm-now", SQUARE, "gradient descent");
    moves = {
      coefficients: coefficients(left, scene, one, height),
      losses: losses(right, scene, one, height),
      rate: rateAxis(axis, scene, room),
    };
    progress = add(legend, "span", { className: "glm-progress" });
    shownRate = null;
    table.replaceChildren();
    show();
  }

  function sentence(track, now) {
    const rate = lab.scene.rates.indexOf(state.learning_rate);
    let text = `Rate ${rate >= 0 ? lab.scene.words[rate] : plain(state.learning_rate)}, iteration ${whole(state.iteration)}: `;
    if (!now) return `${text}computing.`;
    if (now.k < state.iteration) return `${text}computing, now at iteration ${whole(now.k)}.`;
    if (now.gone) return `${text}${now.what}.${now.advice}`;
    const { scene } = lab;
    const drawn = !lab.live && now.between && !scene.steps.includes(now.k) ? " Interpolated between two computed iterations." : "";
    const far = (from) => number(Math.max(...now.place.map((v, j) => Math.abs(v - (from ? from[j] : 0)))));
    text += { truth: () => `largest error ${far(scene.truth)}`,
      size: () => `largest coefficient ${far(null)}`,
      away: () => `farthest coefficient ${far(scene.estimate)} away`,
      errors: () => `farthest coefficient ${far(null)} standard errors from the maximum` }[scene.error]();
    text += `, loss ${number(scene.least + now.excess)}, ${now.what}.${now.advice}`;
    const outside = now.place.filter((v) => v < scene.limits[0] || v > scene.limits[1]).length;
    if (outside) text += ` ${outside} of ${now.place.length} estimates lie outside the picture.`;
    return text + drawn;
  }

  /** Draw the state. */
  function show() {
    if (!moves) return;
    const { scene } = lab;
    const track = lab.track(state.learning_rate);
    const exact = lab.exact();
    const kernelSays = Boolean(exact) && !exact.partial && exact.learning_rate === state.learning_rate && exact.iteration === state.iteration;
    const rough = kernelSays ? null : gap(track, state.iteration);
    const missing = !track || (!track.done && state.iteration > track.known) || rough !== null;
    const now = track && iterate(track, rough ? rough[0] : missing ? track.known : state.iteration);
    if (now && kernelSays && exact.excess !== null) [now.place, now.excess, now.event] = [exact.place, exact.excess, exact.event];
    if (now && kernelSays && exact.banner) now.what = exact.banner;
    moves.coefficients(now?.place, now?.gone);
    if (shownRate !== track) moves.losses.curve(track);
    shownRate = track;
    moves.losses.move(now);
    moves.rate(state.learning_rate);
    const said = (kernelSays && lab.status()) || sentence(track, now);
    const words = lab.failed() || [said, moved, waiting].filter(Boolean).join(" ");
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("glm-error", Boolean(lab.failed()));
    pictures.setAttribute("aria-label", `${scene.describe} ${words}`);
    pictures.setAttribute("aria-busy", String(missing));
    root.dataset.rest = String(!missing && (kernelSays || !lab.live));  // nothing will change by itself
    const known = scene.rates.filter((rate) => lab.track(rate)?.done).length;
    progress.textContent = known < scene.rates.length ? `${known} of ${scene.rates.length} rates computed` : "";

    const near = (values, value) => values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);
    rateSlider.value = near(scene.rates, state.learning_rate);
    stepSlider.value = near(scene.steps, state.iteration);
    const rate = scene.rates.indexOf(state.learning_rate);
    rateSlider.setAttribute("aria-valuetext", rate >= 0 ? scene.words[rate] : plain(state.learning_rate));
    stepSlider.setAttribute("aria-valuetext", whole(state.iteration));
    // while somebody types, the box is theirs
    if (typing !== rateBox && Number(rateBox.value) !== state.learning_rate) rateBox.value = state.learning_rate;
    if (typing !== stepBox && Number(stepBox.value) !== state.iteration) stepBox.value = state.iteration;
    code.textContent = python();
    data.setAttribute("aria-pressed", String(!table.hidden));
    if (!table.hidden) fill(now);
    const wanted = rough ? python() : state.learning_rate;
    if (missing && lab.live && asked !== wanted) {
      asked = wanted;
      lab.rest(state);
    }
  }

  function fill(now) {
    const { scene } = lab;
    const estimate = (v, j) => (scene.in_errors ? scene.estimate[j] + v * scene.errors[j] : v);
    const columns = [["coefficient", scene.names], ["truth", scene.truth], ["maximum likelihood", scene.estimate],
      ["standard error", scene.errors], ["now", now && !now.gone ? now.place.map(estimate) : scene.x.map(() => "–")]];
    const kept = columns.filter(([, values]) => values);
    const six = (v) => (typeof v === "number" ? String(Number(v.toPrecision(6))) : v);
    if (table.rows.length !== scene.x.length + 1) {
      table.replaceChildren();
      const head = table.insertRow();
      for (const [name] of kept) add(head, "th", { textContent: name, scope: "col" });
      scene.x.forEach(() => {
        const line = table.insertRow();
        kept.forEach((_, c) => (c ? line.insertCell() : add(line, "th", { scope: "row" })));
      });
    }
    kept.forEach(([, values], c) => scene.x.forEach((_, j) => { table.rows[j + 1].cells[c].textContent = six(values[j]); }));
  }

  // moving

  /** Without a kernel: out of a gap that no straight line crosses, to one of its ends. */
  function stored(direction) {
    moved = "";
    const ends = lab.live ? null : gap(lab.track(state.learning_rate), state.iteration);
    if (!ends) return;
    const [[a, b], k] = [ends, state.iteration];
    const there = direction > 0 || (direction === 0 && b - k < k - a) ? b : a;
    state = { ...state, iteration: there };
    moved = `This page does not hold iteration ${whole(k)} of this path: moved to ${whole(there)}.`;
  }

  function go(changes, direction = 0) {
    if (lab.locked()) return;
    state = { ...state, ...changes };
    asked = asked === state.learning_rate ? asked : null;
    stored(direction);
    show();
    clearTimeout(resting);
    if (lab.live) resting = setTimeout(() => lab.rest(state), REST);
  }

  function toIteration(k, direction) {
    const end = lab.scene.steps[lab.scene.steps.length - 1];
    const kept = Math.min(Math.max(k, 0), end);
    go({ iteration: kept }, direction);
    stepBox.value = state.iteration;
  }

  function leap(by) {
    pause();
    toIteration(state.iteration + by, Math.sign(by));
  }

  function typedRate(rate) {
    const { rates } = lab.scene;
    let wanted = Math.min(Math.max(rate, rates[0]), rates[rates.length - 1]);
    if (Number.isNaN(rate)) wanted = state.learning_rate;  // not a number: as it was
    else if (!lab.live) {  // a saved page has the grid only
      wanted = rates.reduce((best, r) => (Math.abs(r - rate) < Math.abs(best - rate) ? r : best), rates[0]);
    }
    go({ learning_rate: wanted });
    rateBox.value = wanted;
  }

  /** Play: along the stops of the slider, or in few large steps where motion is unwelcome. */
  function start() {
    if (lab.locked()) return;
    const { steps } = lab.scene;
    if (state.iteration >= steps[steps.length - 1]) go({ iteration: 0 });
    status.setAttribute("aria-live", "off");  // not twenty sentences a second
    play.textContent = "Stop";
    const [wait, many] = calm.matches ? [1000, 5] : [60, 1];
    let due = performance.now() + wait;
    const tick = (time) => {
      if (time >= due) {
        due += wait;
        const next = steps.filter((k) => k > state.iteration)[many - 1] ?? steps[steps.length - 1];
        go({ iteration: next });
        if (next === steps[steps.length - 1]) return pause();
      }
      playing = requestAnimationFrame(tick);
    };
    playing = requestAnimationFrame(tick);
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
    status.setAttribute("aria-live", "polite");
  }

  // the line of Python, and the data

  function python() {
    const { choices: c } = lab.scene;
    const value = (v) => (v === true ? "True" : v === false ? "False" : JSON.stringify(v));
    const other = c.family || c.mean ? `.choose(${Object.entries(c).map(([k, v]) => `${k}=${value(v)}`).join(", ")})` : "";
    return `${lab.scene.code}${other}.set(learning_rate=${state.learning_rate}, iteration=${state.iteration})`;
  }

  async function copyState() {
    getSelection().selectAllChildren(code);
    try { await navigator.clipboard.writeText(code.textContent); } catch { document.execCommand("copy"); }
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy state"; }, 1500);
  }

  function dataChoices() {
    add(choices, "summary", { textContent: "Other data, another loss" });
    const line = add(choices, "div", { className: "glm-row" });
    const choose = (change) => {
      if (lab.locked()) return;
      pause();
      waiting = "Computing the paths for your choice; the picture shows the last one.";
      show();
      lab.choose(change);
    };
    const select = (name, label, words) => {
      if (!(name in lab.scene.choices)) return;
      add(line, "label", { textContent: label, htmlFor: `${id}-${name}` });
      const node = add(line, "select", { id: `${id}-${name}` });
      lab.scene.options[name].forEach((option, i) => add(node, "option", { value: i, textContent: words(option) }));
      node.addEventListener("change", () => choose({ [name]: lab.scene.options[name][node.value] }));
      chosen[name] = node;
    };
    select("family", "family", String);
    select("n", "rows", whole);
    select("noise", "noise", String);
    select("mean", "loss", (mean) => (mean ? "mean" : "sum"));
    if ("seed" in lab.scene.choices) button(line, "New sample", () => choose({ seed: lab.scene.choices.seed + 1 }));
    follow();
  }

  function follow() {
    for (const [name, node] of Object.entries(chosen)) {
      node.value = lab.scene.options[name].indexOf(lab.scene.choices[name]);
    }
    if (chosen.noise) chosen.noise.disabled = lab.scene.choices.family !== "linear";
  }

  stored(0);

  // size
  let width = 0;
  const size = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - width) < 2 || !root.clientWidth) return;
    width = root.clientWidth;
    fresh();
  });
  size.observe(root);

  return {
    show() { if (lab.failed()) waiting = ""; show(); },
    fresh(next) { pause(); state = next; waiting = ""; follow(); fresh(); },
    move(next) { pause(); state = next; show(); },
    lock() {
      pause();
      for (const node of root.querySelectorAll("button, input, select")) node.disabled = lab.locked();
      if (!lab.locked()) follow();
      data.disabled = copy.disabled = false;
    },
    end() { size.disconnect(); pause(); clearTimeout(resting); },
  };
}

// ---- with a kernel: an anywidget

function render({ model, el }) {
  const names = Array.from({ length: 30 }, (_, j) => `track${j}`).concat("extra");
  const tracks = new Map();
  const read = async (name) => {
    const bytes = model.get(name);
    if (!bytes?.byteLength) return;
    const track = await unpack(bytes);
    if (bytes !== model.get(name)) return;  // a longer one has come, or other data
    tracks.set(track.rate, track);
    view.show();
  };
  const lab = {
    live: true,
    scene: model.get("scene"),
    track: (rate) => tracks.get(rate),
    exact: () => model.get("exact"),
    status: () => model.get("status"),
    failed: () => model.get("failed") && model.get("status"),
    locked: () => model.get("locked"),
    rest: ({ learning_rate, iteration }) => {
      const exact = model.get("exact");
      if (exact.learning_rate === learning_rate && exact.iteration === iteration) return;
      model.send({ state: { learning_rate, iteration } });
    },
    choose: (change) => model.send({ choose: change }),
  };
  const { learning_rate, iteration } = model.get("exact");
  const root = el.appendChild(document.createElement("div"));
  const view = build(root, lab, { learning_rate, iteration });
  view.lock();
  names.forEach(read);
  const on = {};
  for (const name of names) on[`change:${name}`] = () => read(name);
  on["change:scene"] = () => {
    lab.scene = model.get("scene");
    tracks.clear();
    names.forEach(read);
    const { learning_rate: rate, iteration: k } = model.get("state");
    view.fresh({ learning_rate: rate, iteration: k });
  };
  on["change:state"] = () => {
    const { learning_rate: rate, iteration: k } = model.get("state");
    view.move({ learning_rate: rate, iteration: k });
  };
  on["change:turn"] = () => view.show();
  on["change:locked"] = () => view.lock();
  for (const [event, action] of Object.entries(on)) model.on(event, action);
  return () => {
    for (const [event, action] of Object.entries(on)) model.off(event, action);
    view.end();
  };
}

// ---- without one: in a page, in the place of the picture before the script

async function revive(here, { scene, state, tracks }) {
  const root = document.createElement("div");
  here.parentNode.insertBefore(root, here);  // at once: some viewers remove a script that has run
  const known = new Map();
  for (const text of tracks) {
    const track = await unpack(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
    known.set(track.rate, track);
  }
  for (let node = root.previousElementSibling; node && /^(IMG|P|STYLE|SCRIPT)$/.test(node.tagName); node = node.previousElementSibling) {
    if (/^(IMG|P)$/.test(node.tagName)) node.style.display = "none";
    if (node.tagName === "IMG") break;
  }
  const nobody = () => null;
  build(root, { live: false, scene, track: (rate) => known.get(rate), exact: nobody, status: nobody, failed: nobody, locked: nobody, rest: nobody }, state);
}

// the last three are what a test reads a track with
export default { render, revive, unpack, iterate, gap };
