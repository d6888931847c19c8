// The screen of every lab: controls, a picture from a description, the sentence.
// Numbers come from a kernel (render) or from the table of a saved page (revive). Places are
// ten-thousandths of an axis: `panels.py` has dealt with its scale, its limits and its ticks.

const SVG = "http://www.w3.org/2000/svg";
const UNITS = 10000;
const STEP = 4; // a table has places of so many units
const REST = 250; // ms after the last move, until the kernel is told where the hand rests
const PATIENCE = 2500; // ms without an answer, until it is said
const SILENCE = "Python does not answer: it is busy, or it was restarted; then run this cell again. "
  + "What the lab knows already still moves.";
const AHEAD = 200; // states that are asked for at once, of which the kernel takes some
const MOST = 3000; // frames that are held without having been visited

function add(parent, tag, attributes = {}, text = "") {
  const drawn = ["svg", "g", "path", "line", "rect", "text", "tspan"].includes(tag);
  const node = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== "") node.textContent = text;
  return parent.appendChild(node);
}

const round = (v) => Math.round(10 * v) / 10;
const inside = (u) => Math.min(Math.max(u, 0), UNITS);

// ---- marks: a function node, mark -> (frame, points) that moves it

const SHAPES = {
  o: (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  s: (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  D: (x, y, r) => `M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}z`,
  ".": (x, y, r) => SHAPES.o(x, y, r / 2),
  X: (x, y, r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}m${-2 * r} 0l${2 * r} ${-2 * r}`,
  _: (x, y, r) => `M${x - r} ${y}h${2 * r}`,
  ">": (x, y, r) => `M${x + r} ${y}l${-1.8 * r} ${-r}v${2 * r}z`,
  "<": (x, y, r) => `M${x - r} ${y}l${1.8 * r} ${-r}v${2 * r}z`,
  "^": (x, y, r) => `M${x} ${y - r}l${r} ${1.8 * r}h${-2 * r}z`,
  v: (x, y, r) => `M${x} ${y + r}l${r} ${-1.8 * r}h${-2 * r}z`,
  "": () => "",
};
const OF_ROLE = { truth: "D", estimate: "o", now: "s", plain: ".", quiet: "o" };
const CLOUD = 500; // dots and more: 3,000 circles take 60 ms to paint, the dots of a round pen 10
const DASHES = { "-": "none", "--": "8 4", ":": "2 4", "-.": "9 3 2 3" };

function stroke(node, mark) {
  const path = add(node, "path", { class: "stroke" });
  path.style.strokeWidth = mark.width ?? 3;
  if (mark.dash) path.style.strokeDasharray = DASHES[mark.dash];
  return path;
}

function trace(path, d) { // what stays is not painted again
  if (path.getAttribute("d") !== d) path.setAttribute("d", d);
}

const KINDS = {
  line(node, mark) {
    const path = mark.dash === "" ? null : stroke(node, mark);
    const dots = mark.marker ? KINDS.dots(node, mark) : null;
    return (at, places) => {
      let [d, pen] = ["", "M"];
      const [xs, ys, [end] = [places[0].length]] = places;
      for (let i = 0; i < end; i++) {
        const gap = xs[i] === null || ys[i] === null;
        if (!gap) d += `${pen}${round(at.X(xs[i]))} ${round(at.Y(ys[i]))}`;
        pen = gap ? "M" : "L";
      }
      if (path) trace(path, d);
      dots?.(at, places);
    };
  },

  dots(node, mark) { // one outside the axes is an arrow at the edge, never left out
    const path = add(node, "path", { class: mark.hollow ? "shape hollow" : "shape" });
    const own = SHAPES[mark.marker ?? OF_ROLE[mark.role]];
    return (at, [xs, ys, areas]) => {
      // on a small screen a cloud would cover its panel
      const r = Math.min((mark.size ?? 10) / 2, 0.25 * Math.sqrt(at.area / xs.length));
      const pen = xs.length > CLOUD && own === SHAPES.o && !mark.hollow && !areas;
      path.classList.toggle("pen", pen);
      path.style.strokeWidth = pen ? 2 * r + 0.5 : "";
      let d = "";
      for (let i = 0; i < xs.length; i++) {
        const [u, v] = [xs[i], ys[i]];
        if (u === null || v === null) continue;
        const [x, y] = [round(at.X(inside(u))), round(at.Y(inside(v)))];
        const beyond = u > UNITS + 1 ? ">" : u < -1 ? "<" : v < -1 ? "v" : v > UNITS + 1 ? "^" : "";
        if (beyond) d += SHAPES[beyond](x, y, Math.max(1.35 * r, 5));
        else if (pen) d += `M${x} ${y}h0`;
        else d += areas ? SHAPES.o(x, y, round(Math.sqrt(areas[i]) / 2)) : own(x, y, r);
      }
      trace(path, d);
    };
  },

  band(node, mark) {
    const path = add(node, "path", { class: mark.hatch ? "area hatch" : "area" });
    return (at, [[x0, x1], [y0, y1]]) => {
      trace(path, `M${at.X(x0)} ${at.Y(y0)}H${at.X(x1)}V${at.Y(y1)}H${at.X(x0)}z`);
    };
  },

  text(node, mark) {
    const words = add(node, "text", { "text-anchor": mark.anchor ?? "middle", class: mark.plate ? "plate" : "" });
    return (at, [[x, end = x], [y], [said] = [mark.label]]) => {
      const room = end === x || at.long(said) < at.X(end) - at.X(x);
      lines(words, room ? said : "", (at.X(x) + at.X(end)) / 2, at.Y(y) + 0.35 * at.letter);
    };
  },
};

/** Words of one line or more at a place. */
function lines(node, words, x, y) {
  node.replaceChildren();
  words.split("\n").forEach((line, i) => add(node, "tspan", { x: round(x), y: round(y), dy: `${1.15 * i}em` }, line));
}

// ---- panels

/** A mark as the pinned run has it. */
const behind = (mark) => ({ ...mark, role: "quiet", hollow: true, label: `${mark.label}, pinned` });

/** What stands still in one panel; returns (frame, that of a pinned run) -> what moves. */
function panel(svg, { width, height }, spec, letter, pinned) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const [across, up] = [spec.ticks.x, spec.ticks.y];
  const long = (words) => 0.56 * letter * Math.max(0, ...words.split("\n").map((w) => w.length));
  const rows = Math.max(0, ...across.map(([, words]) => words.split("\n").length));
  const before = Math.max(long(across[0]?.[1] ?? "") / 2 + 3,
    7 + Math.max(0, ...up.map(([, words]) => long(words))) + (spec.y ? 1.35 * letter : 0));
  const at = {
    letter,
    long,
    left: before,
    right: width - 8 - (across.length ? long(across.at(-1)[1]) / 2 : 0),
    top: 0.6 * letter,
    bottom: height - 6 - 1.2 * letter * rows - (spec.x ? 1.25 * letter : 0),
  };
  const spare = at.right - at.left - (at.bottom - at.top);
  if (spec.square && spare > 0) [at.left, at.right] = [at.left + spare / 2, at.right - spare / 2];
  at.X = (u) => at.left + (u / UNITS) * (at.right - at.left);
  at.Y = (u) => at.bottom + (u / UNITS) * (at.top - at.bottom);
  svg.dataset.box = [at.left, at.top, at.right, at.bottom].join(" ");
  const [wide, high] = [at.right - at.left, at.bottom - at.top];
  at.area = wide * high;
  if (wide < 20 || high < 20) return () => {};
  const rule = (ends) => spec.bare || add(svg, "line", { class: "grid", ...ends });
  const words = (anchor, x, y, what, more) =>
    lines(add(svg, "text", { "text-anchor": anchor, ...more }), what, x, y);
  let [free, taken] = [-Infinity, []]; // words that would run into each other are left out
  for (const [u, what] of across) {
    const [x, half] = [at.X(u), long(what) / 2];
    rule({ x1: x, x2: x, y1: at.top, y2: at.bottom });
    if (x - half < free) continue;
    free = x + half + 5;
    words("middle", x, at.bottom + 1.15 * letter, what);
  }
  for (const [u, what] of up) {
    const y = at.Y(u);
    rule({ x1: at.left, x2: at.right, y1: y, y2: y });
    if (taken.some((other) => Math.abs(other - y) < 1.05 * letter)) continue;
    taken = [...taken, y];
    words("end", at.left - 5, y + 0.35 * letter, what);
  }
  if (!spec.bare) add(svg, "rect", { class: "edge", x: at.left, y: at.top, width: wide, height: high });
  words("middle", at.left + wide / 2, height - 5, spec.x);
  const transform = `translate(${at.left - before + letter} ${at.top + high / 2}) rotate(-90)`;
  words("middle", 0, 0, spec.y, { transform });
  const put = (mark, name) => {
    // an inner svg cuts off what lies outside the axes
    const inner = { x: at.left, y: at.top, width: wide, height: high, viewBox: `${at.left} ${at.top} ${wide} ${high}` };
    const cut = mark.kind === "line" || mark.kind === "band" ? inner : { overflow: "visible" };
    const node = add(svg, "svg", { ...cut, class: `mark ${mark.role}${mark.faint ? " faint" : ""}`, "data-name": name });
    return KINDS[mark.kind](node, mark);
  };
  const moves = spec.marks.map((mark) => {
    const then = pinned(mark) ? put(behind(mark), `pinned ${mark.name}`) : () => {};
    const move = put(mark, mark.name);
    if (mark.at) move(at, mark.at);
    const third = mark.kind === "text" ? "words" : "more"; // a table has numbers as letters
    const places = (frame) => ["x", "y", third].map((part) => frame[`${part} ${mark.name}`]);
    return mark.at ? () => {} : (frame, other) => {
      if (other) then(at, places(other));
      move(at, places(frame));
    };
  });
  return (frame, other) => moves.forEach((move) => move(frame, other));
}

/** A mark and its words. */
function key(legend, mark) {
  const item = add(legend, "span", { class: "key" });
  const svg = add(item, "svg", { viewBox: "0 0 28 16", class: `mark ${mark.role}`, "aria-hidden": "true" });
  const at = { X: (u) => u, Y: (u) => u, area: Infinity };
  const where = { line: [[1, 27], [8, 8]], dots: [[14], [8]], band: [[2, 26], [2, 14]] };
  KINDS[mark.kind](svg, mark.kind === "line" ? { ...mark, marker: "" } : mark)(at, where[mark.kind]);
  if (mark.kind === "line" && mark.marker) KINDS.dots(svg, mark)(at, where.dots);
  add(item, "span", {}, mark.label);
}

/** A view of the picture into its element; returns, for each size, what moves as `panel` does. */
function picture(figure, legend, { tree, legend: kind }, view, pins) {
  figure.replaceChildren();
  legend.replaceChildren();
  const panels = [];
  const seen = (spec) => (spec.row ?? spec.column)?.some(seen) ?? ["", view].includes(spec.view);
  const pinned = (mark) => pins && mark.role === "now" && !mark.at;
  const part = (parent, spec) => {
    const parts = (spec.row ?? spec.column)?.filter(seen);
    const node = add(parent, "div", { class: spec.row ? "across" : spec.column ? "above" : "panel" });
    node.style.setProperty("--tall", spec.tall);
    node.style.setProperty("--wide", spec.wide);
    if (spec.row) node.style.gridTemplateColumns = parts.map((each) => `minmax(0, ${each.wide}fr)`).join(" ");
    if (parts) return parts.forEach((each) => part(node, each));
    add(node, "div", { class: "title" }, spec.title);
    const own = add(node, "div", { class: "legend" });
    for (const mark of spec.marks.filter((each) => each.key)) {
      key(kind === "one" ? legend : own, mark);
      if (pinned(mark)) key(kind === "one" ? legend : own, behind(mark));
    }
    panels.push([add(node, "svg"), spec]);
  };
  part(figure, tree);
  return (letter) => {
    const boxes = panels.map(([svg]) => svg.getBoundingClientRect()); // before any is drawn
    const moves = panels.map(([svg, spec], i) => panel(svg, boxes[i], spec, letter, pinned));
    return (...frames) => moves.forEach((move) => move(...frames));
  };
}

// ---- controls: each returns what shows the present value

const nearest = (values, value) => typeof value !== "number" ? values.indexOf(value)
  : values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);

const CONTROLS = {
  number(line, c, id, value, change, live) {
    const last = c.values.length - 1;
    add(line, "label", { for: id }, c.label);
    const slider = add(line, "input", { type: "range", id, min: 0, max: last, step: 1 });
    const bounds = { min: c.values[0], max: c.values[last], step: "any" };
    const box = add(line, "input", { type: "number", "aria-label": `${c.label}, number`, ...bounds });
    const digits = (v) => Number(v.toPrecision(7)); // more would be cut
    box.style.width = `${2.5 + 0.6 * Math.max(...c.values.map((v) => String(digits(v)).length))}em`;
    let writing = false; // a picture that comes meanwhile leaves what is half typed
    slider.addEventListener("input", () => change(c.values[slider.value]));
    box.addEventListener("input", () => { writing = true; });
    box.addEventListener("blur", () => { writing = false; });
    box.addEventListener("change", () => {
      writing = false;
      const typed = ["", String(digits(value()))].includes(box.value) ? value() : Number(box.value);
      const bounded = Math.min(Math.max(typed, c.values[0]), c.values[last]);
      const whole = c.kind === "integer" ? Math.round(bounded) : bounded;
      const stop = c.values[nearest(c.values, whole)];
      if (live || stop === whole) change(whole);
      else change(stop, `Without Python there are the stops of the slider only: ${stop} is the nearest to ${whole}.`);
      box.value = digits(value());
    });
    box.addEventListener("keydown", (event) => { // to the next stop, not one more
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      writing = false;
      const beyond = c.values.filter((v) => (v - value()) * by > 0);
      if (beyond.length) change(by > 0 ? beyond[0] : beyond.at(-1));
    });
    return () => {
      const place = nearest(c.values, value());
      slider.value = place;
      const words = c.values[place] === value() ? c.words[place] : String(value());
      slider.setAttribute("aria-valuetext", words);
      const same = box.value !== "" && Number(box.value) === digits(value());
      if (!same && !writing) box.value = digits(value());
    };
  },

  choice(line, c, id, value, change) {
    add(line, "span", { id, class: "label" }, c.label);
    const group = add(line, "div", { role: "group", "aria-labelledby": id, class: "options" });
    const options = c.values.map((option) => {
      const node = add(group, "button", { type: "button" }, String(option));
      node.addEventListener("click", () => change(option));
      return node;
    });
    return () => options.forEach((node, i) => node.setAttribute("aria-pressed", c.values[i] === value()));
  },

  toggle(line, c, id, value, change) {
    const box = add(line, "input", { type: "checkbox", id });
    add(line, "label", { for: id }, c.label);
    box.addEventListener("change", () => change(box.checked));
    return () => { box.checked = value(); };
  },
};
CONTROLS.integer = CONTROLS.number;
CONTROLS.view = CONTROLS.choice;

/** The numbers of a frame as a table with header cells. */
function fill(table, { head, ...frame }) {
  table.replaceChildren();
  const line = add(table, "tr");
  head.forEach((name) => add(line, "th", { scope: "col" }, name));
  (frame["column 0"] ?? []).forEach((_, row) => {
    const cells = add(table, "tr");
    head.forEach((_, i) => add(cells, i ? "td" : "th", i ? {} : { scope: "row" }, frame[`column ${i}`][row]));
  });
}

/** The height in which a lab can be seen at once: that of the page, or of the notebook in it. */
function visible(node) {
  if (document.fullscreenElement === node) return innerHeight - 16;
  return (node.closest(".jp-WindowedPanel-outer, .jp-Notebook, .slides")?.clientHeight || innerHeight) - 30;
}

// ---- the instrument

let serial = 0;

function build(root, lab) {
  const { scene } = lab;
  const { controls } = scene;
  const id = `glm-instrument-${++serial}`;
  const follows = []; // what shows the state
  const view = controls.find((c) => c.kind === "view")?.name;
  let [state, pinned] = [lab.state(), lab.pinned()];
  let [layout, draw, move] = [null, null, null]; // the panels that are seen, what draws them, what moves
  let [turn, resting, playing, size, hand] = [0, 0, 0, "", ""];

  root.className = "glm-instrument";
  root.role = "group";
  root.ariaLabel = `Lab: ${scene.title}`;
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const button = (parent, label, action) => {
    const node = add(parent, "button", { type: "button" }, label);
    node.addEventListener("click", action);
    return node;
  };

  add(root, "p", { class: "question" }, scene.question);
  const waits = add(root, "div");
  const top = add(root, "div", { class: "controls" });
  for (const control of controls) {
    const line = add(top, "div", { class: `control ${control.kind}` });
    const value = () => state[control.name];
    const change = (next, words) => {
      if (control.name === scene.play) stop();
      go({ [control.name]: next }, words);
    };
    follows.push(CONTROLS[control.kind](line, control, `${id}-${control.name}`, value, change, lab.live));
  }
  const presets = add(root, "div", { class: "buttons" });
  for (const [label, change] of Object.entries(scene.presets)) button(presets, label, () => go(change));
  button(presets, "Reset", () => go(Object.fromEntries(controls.map((c) => [c.name, c.default]))));
  const film = scene.play && button(presets, "Play", play);
  const held = () => Object.keys(pinned).length > 0;
  const pin = scene.pin.length && button(presets, "Pin", () => {
    hold(Object.fromEntries(held() ? [] : scene.pin.map((name) => [name, state[name]])));
    lab.pin(pinned);
  });
  const legend = add(root, "div", { class: "legend" });
  const figure = add(root, "div", { class: "figure", role: "img" });
  const status = add(root, "p", { class: "status", role: "status", "aria-live": "polite" });
  const then = add(root, "p", { class: "then" });
  const hint = add(root, "p", { class: "hint", role: "note" });
  const last = add(root, "div", { class: "buttons quiet" });
  const data = button(last, "Show data", () => { table.hidden = !table.hidden; show(); });
  const copy = button(last, "Copy state", copyState);
  const alone = button(last, "Full screen", () => {
    if (document.fullscreenElement === root) document.exitFullscreen();
    else root.requestFullscreen?.();
  });
  const code = add(last, "code");
  const table = add(root, "table", { hidden: "" });
  if (lab.live && scene.settings.length) {
    const fold = add(root, "details");
    fold.open = lab.unfolded; // also when the lab is built again, with these data
    fold.addEventListener("toggle", () => { lab.unfolded = fold.open; });
    add(fold, "summary", {}, "Other data");
    for (const c of scene.settings) {
      const line = add(fold, "div", { class: `control ${c.kind}` });
      const change = (value) => { say("Computing …"); lab.choose({ [c.name]: value }); };
      follows.push(CONTROLS[c.kind](line, c, `${id}-${c.name}`, () => c.default, change, true));
    }
  }
  const parts = root.querySelectorAll("button, input");
  for (const node of parts) node.dataset.lmSuppressShortcuts = ""; // or the notebook takes the arrow keys

  // ---- showing

  function fresh() { // a new size or other panels: all that stands still
    if (!draw || !root.clientWidth) return; // nothing to draw, or not on the page yet
    const narrow = root.clientWidth < 36 * parseFloat(getComputedStyle(root).fontSize);
    root.classList.toggle("narrow", narrow);
    figure.style.height = "";
    if (!narrow) {
      const others = [...root.children].filter((node) => node !== figure && node !== table);
      const room = others.reduce((left, node) => left - node.offsetHeight - 4, visible(root));
      figure.style.height = `${Math.max(Math.min(figure.clientWidth / scene.aspect, room), 170)}px`;
    }
    move = draw(parseFloat(getComputedStyle(figure).fontSize));
  }

  function show() {
    follows.forEach((follow) => follow());
    const value = (v) => (v === true ? "True" : v === false ? "False" : JSON.stringify(v));
    const call = (what, at) => `.${what}(${Object.keys(at).map((name) => `${name}=${value(at[name])}`).join(", ")})`;
    code.textContent = scene.code + (held() ? call("pin", pinned) : "") + call("set", state);
    if (pin) pin.setAttribute("aria-pressed", held());
    const frame = lab.frame(state);
    figure.setAttribute("aria-busy", String(!frame));
    if (!frame) return lab.ask(state);
    status.classList.toggle("error", "error" in frame);
    const words = frame.error ?? frame.say;
    if (status.textContent !== words) status.textContent = words;
    figure.setAttribute("aria-label", `${scene.describe} ${words}`);
    const other = held() ? lab.frame({ ...state, ...pinned }) : null;
    if (other === undefined) lab.want({ ...state, ...pinned });
    else then.textContent = other?.say ? `Pinned: ${other.say}` : "";
    if (!frame.error) {
      const looks = JSON.stringify([frame.panels.number, state[view], held()]);
      if (layout !== looks) {
        layout = looks;
        [draw, move] = [picture(figure, legend, frame.panels, state[view], held()), null];
        fresh();
      }
      move?.(frame, other?.panels?.number === frame.panels.number ? other : null); // on these axes
      data.setAttribute("aria-pressed", String(!table.hidden));
      data.hidden = !frame.head;
      if (!table.hidden) fill(table, frame);
    }
    root.dataset.turn = ++turn;
  }

  const say = (words) => { hint.textContent = words; };

  function go(change, words = "") {
    if (lab.locked()) return;
    state = { ...state, ...change };
    [hand] = Object.keys(change);
    say(words);
    show();
    clearTimeout(resting);
    resting = setTimeout(() => lab.rest(state), REST);
  }

  function hold(values) { pinned = values; show(); }

  /** Along the stops of a slider, or in few large steps where motion is unwelcome. */
  function play() {
    if (playing) return stop();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { name, values } = controls.find((c) => c.name === scene.play);
    if (state[name] >= values.at(-1)) go({ [name]: values[0] });
    film.textContent = "Stop";
    status.setAttribute("aria-live", "off"); // not twenty sentences a second
    playing = setInterval(() => {
      if (!lab.frame(state)) return; // it waits for the kernel
      go({ [name]: values.filter((v) => v > state[name])[calm ? 4 : 0] ?? values.at(-1) });
      if (state[name] === values.at(-1)) stop();
    }, calm ? 1000 : 60);
  }

  function stop() {
    if (!playing) return;
    playing = clearInterval(playing);
    film.textContent = "Play";
    status.setAttribute("aria-live", "polite");
  }

  function copyState() {
    getSelection().selectAllChildren(code);
    document.execCommand("copy"); // where the clipboard's own interface needs a permission
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy state"; }, 1500);
  }

  const resized = new ResizeObserver(() => {
    const now = `${root.clientWidth} ${visible(root)} ${getComputedStyle(root).fontSize}`;
    if (now === size || !root.clientWidth) return;
    size = now;
    fresh();
    show();
  });
  resized.observe(root);
  return {
    show,
    say,
    hold,
    note: () => hint.textContent,
    state: () => state,
    hand: () => hand,
    move(next) { stop(); state = next; show(); },
    lock() {
      stop();
      for (const node of parts) node.disabled = lab.locked();
      waits.innerHTML = lab.locked() ? lab.waits() : "";
      for (const node of [data, copy, alone]) node.disabled = false;
    },
    end() { stop(); resized.disconnect(); clearTimeout(resting); },
  };
}

// ---- where frames come from

/** The numbers that `packed` of table.py has made letters. */
function numbers([order, ...letters], step = 1) {
  const sums = [0, 0];
  return letters.map((letter) => {
    const code = letter.codePointAt(0);
    const n = (code > 0xdfff ? code - 0x800 : code) - 36;
    if (n < 0) return null;
    let value = n % 2 ? (n + 1) / 2 : -n / 2;
    for (let k = +order - 1; k >= 0; k--) value = sums[k] += value;
    return step * value;
  });
}

/** A table of frames, and their number, to row -> frame. */
function unpack(table) {
  const parts = Object.entries(table).map(([name, column]) => {
    const [rows, ...values] = typeof column === "string" ? table[column] : column;
    const step = { x: STEP, y: STEP, more: 1 }[name.split(" ")[0]];
    const found = values.map((value) => (step ? null : value));
    const part = (i) => found[i] ??= numbers(values[i], step);
    const which = numbers(rows);
    return (row) => (which[row] == null ? [] : [[name, part(which[row])]]);
  });
  return (row) => Object.fromEntries(parts.flatMap((part) => part(row)));
}

const text = (state) => JSON.stringify(Object.values(state));
/** The values of a state that numbers depend on: all but those of views. */
const numeric = (controls, values) => JSON.stringify(values.filter((_, i) => controls[i].kind !== "view"));

/** All states, nearest first: those where one control moves, then where two do. The control
 * that a hand holds goes on, more often than not: its states are nearer. */
function around(controls, state, hand) {
  let all = [{ values: [], far: 0, moved: 0 }];
  for (const { name, kind, values: stops } of controls) {
    const values = kind === "view" ? [state[name]] : stops;
    const here = nearest(values, state[name]);
    const steps = values.map((value, i) => ({ value, far: Math.abs(i - here) / (name === hand ? 8 : 1) }));
    all = all.flatMap((one) => steps.map(({ value, far }) => (
      { values: [...one.values, value], far: one.far + far, moved: one.moved + (far > 0) })));
    all = all.sort((a, b) => a.moved - b.moved || a.far - b.far).slice(0, 3 * MOST);
  }
  return all.map(({ values }) => values);
}

/** With a kernel: an anywidget. */
function render({ model, el }) {
  const names = model.get("scene").controls.map((c) => c.name);
  const frames = new Map();
  const sent = new Set(); // states that this view has told the kernel
  let [root, view] = [add(el, "div"), null];
  let [queue, asked, turn, seen, telling, silence, awaited] = [null, false, 0, true, false, 0, false];
  const traits = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));

  function expect() { // an answer, sooner or later
    clearTimeout(silence);
    silence = setTimeout(() => view.say(SILENCE), PATIENCE);
  }
  function heard() {
    clearTimeout(silence);
    if (view.note() === SILENCE) view.say("");
  }
  function tell(state) {
    if (text(state) === text(traits())) return;
    sent.add(text(state));
    telling = true;
    for (const name of names) model.set(name, state[name]);
    telling = false;
    model.save_changes();
    expect();
  }
  function ahead() {
    if (asked && queue) return; // they are on the way
    const { partial } = model.get("shown"); // then there is more to come
    if (!partial && (!seen || document.hidden || frames.size > MOST || model.get("locked"))) return;
    queue ??= around(lab.scene.controls, view.state(), view.hand()).filter((values) => !frames.has(key(values)));
    if (queue.length || partial) want(queue.slice(0, AHEAD));
  }
  function want(states) {
    asked = true;
    turn = Math.random(); // another view of this lab has other wishes
    model.send({ want: states, turn });
    expect();
  }
  function known({ turn: of, tried, more, known: states, table }) {
    heard();
    const frame = unpack(table);
    states.forEach((values, row) => frames.set(key(values), () => frame(row)));
    queue = of === turn ? queue?.slice(tried) ?? null : null;
    asked = more;
    root.dataset.known = frames.size;
    const waits = awaited;
    awaited = false;
    if (waits) view.show();
    if (more) expect();
    else setTimeout(ahead, 30);
  }
  function shown() {
    heard();
    const { at, ...frame } = model.get("shown");
    const [now, mine] = [JSON.stringify(at), sent.has(JSON.stringify(at))];
    frames.set(key(at), frame);
    if (now === text(traits())) sent.clear(); // older answers are not waited for
    if (!mine) view.move(Object.fromEntries(names.map((name, i) => [name, at[i]])));
    else if (now === text(view.state())) view.show();
    queue = null;
    setTimeout(ahead, 30);
  }
  function driven() { // by another widget of the page, without the kernel
    const now = text(traits());
    if (!telling && now !== text(view.state()) && !sent.has(now) && now !== JSON.stringify(model.get("shown").at)) {
      sent.add(now); // an answer to it may come after the next move of a hand
      view.move(traits());
    }
  }
  const key = (values) => numeric(lab.scene.controls, values);
  function found(state) { // a frame is opened when it is needed, not when a hand may be moving
    const at = key(Object.values(state));
    let frame = frames.get(at);
    if (frame instanceof Function) frames.set(at, frame = frame());
    return frame;
  }
  const lab = {
    live: true,
    unfolded: false,
    state: traits,
    frame: found,
    locked: () => model.get("locked"),
    pinned: () => model.get("pinned"),
    pin(values) { model.set("pinned", values); model.save_changes(); },
    choose: (change) => model.send({ choose: change }),
    waits: () => model.get("waits"),
    ask: tell,
    want(state) { awaited = true; queue = null; want([Object.values(state)]); },
    rest(state) { tell(state); queue = null; ahead(); },
  };
  function begin() { // with these data, and again with others
    view?.end();
    frames.clear();
    lab.scene = model.get("scene");
    frames.set(key(model.get("shown").at), model.get("shown"));
    const [before, parts] = [root, "button, input, summary"];
    const focus = [...before.querySelectorAll(parts)].indexOf(document.activeElement);
    before.replaceWith(root = document.createElement("div"));
    view = build(root, lab);
    view.show();
    view.lock();
    root.querySelectorAll(parts)[focus]?.focus();
  }
  begin();
  const look = new IntersectionObserver((entries) => {
    const stored = el.closest(".jp-OutputArea-child")?.previousElementSibling;
    if (stored?.querySelector(".glm-stored")) stored.style.display = "none";
    seen = entries.at(-1).isIntersecting;
    ahead();
  });
  look.observe(el);
  const lock = () => { view.lock(); ahead(); };
  const on = {
    "change:scene": begin, "change:shown": shown, "msg:custom": known,
    "change:locked": lock, "change:waits": lock,
    "change:pinned": () => view.hold(model.get("pinned")),
  };
  for (const name of names) on[`change:${name}`] = driven;
  for (const [event, action] of Object.entries(on)) model.on(event, action);
  return () => {
    for (const [event, action] of Object.entries(on)) model.off(event, action);
    look.disconnect();
    clearTimeout(silence);
    view.end();
  };
}

/** Without one: a saved page that carries all states of the stops. */
function revive(root, { scene, state, shown, pinned, waits }, table) {
  const key = (values) => numeric(scene.controls, values);
  let frame = (at) => (key(shown.at) === key(Object.values(at)) ? shown : undefined);
  let wanted = false;
  async function load() {
    if (wanted) return;
    wanted = true;
    const packed = new Blob([Uint8Array.from(atob(table), (c) => c.charCodeAt(0))]).stream();
    const opened = packed.pipeThrough(new DecompressionStream("deflate"));
    const found = unpack(JSON.parse(await new Response(opened).text()));
    const numeric = scene.controls.filter((c) => c.kind !== "view");
    const place = (at) => numeric
      .reduce((sum, c) => sum * c.values.length + c.values.indexOf(at[c.name]), 0);
    frame = (at) => found(place(at));
    root.dataset.known = numeric.reduce((product, c) => product * c.values.length, 1);
    view.show();
  }
  const lab = {
    live: false, scene, state: () => state, pinned: () => pinned,
    // by a question of the same page, see `live.js`
    locked: () => document.getElementById(waits.match(/#([\w-]+)/)?.[1])?.parentElement.hasAttribute("data-open") === false,
    waits: () => waits,
    frame: (at) => frame(at),
    ask: load, want: load, rest() {}, pin() {},
  };
  const view = build(root, lab);
  view.show();
  view.lock();
  document.addEventListener("glm-gate", view.lock);
  new IntersectionObserver((entries) => entries.at(-1).isIntersecting && load()).observe(root);
}

export default { render, revive };
