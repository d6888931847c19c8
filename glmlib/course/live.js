// What asks and what is walked: a prediction, a question with choices, a derivation line by
// line, mixed lines. With a kernel these are anywidgets (render); a page without one holds
// the same numbers and sentences (revive), and only typed code needs Python there.

const PATIENCE = 2500; // ms without an answer of the kernel, until it is said
const SILENCE = "Python does not answer: it is busy, or it was restarted; then run this cell again.";

function add(parent, tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== "") node.textContent = text;
  return parent.appendChild(node);
}

function button(parent, label, action) {
  const node = add(parent, "button", { type: "button" }, label);
  node.addEventListener("click", action);
  return node;
}

const fill = (words, ...values) => values.reduce((text, value) => text.replace("{}", () => value), words);

// ---- words that are not to be read at a glance, see `live.py`

const hash = (text) => new TextEncoder().encode(text)
  .reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, 2166136261);

function unsealed(packed, key) {
  let state = hash(key);
  const bytes = Uint8Array.from(atob(packed), (c) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return c.charCodeAt(0) ^ (state >>> 24);
  });
  return new TextDecoder().decode(bytes).trimEnd();
}

// ---- kinds: a function (root, data, host) -> show(), which follows what `host` says

let serial = 0;

const KINDS = {
  gate(root, data, host) {
    root.replaceChildren();
    const question = add(root, "p", { id: `predict-${data.key}`, tabindex: "-1" });
    add(question, "strong", {}, "Predict, then move.");
    question.append(` ${data.question}`);
    const group = add(root, "div", { role: "radiogroup", "aria-labelledby": question.id });
    const name = `glm-${++serial}`;
    const radios = data.options.map((option) => {
      const label = add(group, "label");
      const radio = add(label, "input", { type: "radio", name });
      label.append(option);
      return radio;
    });
    const line = add(root, "label", { class: "line" }, "because");
    const because = add(line, "input", { type: "text", placeholder: "your reason in one line" });
    const row = add(root, "div", { class: "row" });
    const lock = button(row, "Lock in", () => {
      const chosen = radios.findIndex((radio) => radio.checked);
      if (chosen < 0) status.textContent = "Choose one of the options first, then lock it in. Or press Skip.";
      else act({ do: "lock in", chosen: data.options[chosen], because: because.value });
    });
    const skip = button(row, "Skip", () => act({ do: "skip" }));
    const again = button(row, "Ask again", () => act({ do: "ask again" }));
    const status = add(root, "p", { role: "status" });

    function act(message) {
      if (host.python) return host.tell(message);
      const { chosen = null, because: reason = because.value } = message;
      let said = message.do === "skip" ? data.skipped : "";
      if (chosen !== null) {
        said = unsealed(data.sealed[data.options.indexOf(chosen)], `${data.key} ${chosen}`);
        if (reason.trim()) said += ` ${fill(data.reason, reason.trim())}`;
      }
      host.now = { open: message.do !== "ask again", chosen, said, because: reason };
      show();
    }

    function show() {
      const { open, chosen, said, because: reason } = host.now;
      const focused = root.contains(document.activeElement) && again.disabled === open;
      radios.forEach((radio, i) => { radio.checked = data.options[i] === chosen; });
      because.value = reason;
      status.textContent = said;
      for (const node of [...radios, because, lock, skip]) node.disabled = open;
      again.disabled = !open;
      if (focused) (open ? again : question).focus({ preventScroll: true });
      root.toggleAttribute("data-open", open);
      document.dispatchEvent(new Event("glm-gate"));
    }
    return show;
  },

  choices(root, data) {
    const said = root.textContent.trim();
    root.replaceChildren();
    const picked = data.asked.map(() => null);
    const row = add(root, "div", { class: "row", role: "group", "aria-label": "Your answer" });
    data.asked.forEach(({ name, options }, i) => {
      if (!name) {
        const nodes = options.map((option, j) => button(row, option, () => {
          picked[i] = j;
          nodes.forEach((node, k) => node.setAttribute("aria-pressed", k === j));
          judge();
        }));
        return;
      }
      const line = add(row, "label", { class: "line" }, name);
      const select = add(line, "select");
      ["…", ...options].forEach((option) => add(select, "option", {}, option));
      select.addEventListener("change", () => { picked[i] = select.selectedIndex ? select.selectedIndex - 1 : null; });
    });
    if (data.asked[0].name) button(root, "Check", judge);
    const status = add(root, "p", { role: "status" }, said);

    function judge() { // the first that is wrong is told why
      let words = "";
      for (const [i, { missing, sealed }] of data.asked.entries()) {
        words = picked[i] === null ? missing : unsealed(sealed[picked[i]], `${data.key} ${i} ${picked[i]}`);
        if (!words.startsWith("PASS")) break;
      }
      status.textContent = words.startsWith("PASS") && data.praise ? data.praise : words;
    }
    return () => {};
  },

  steps(root, data, host) {
    const table = root.querySelector("table");
    const rows = [...table.rows].slice(1);
    rows.forEach((row, i) => [...row.cells].slice(1).forEach((cell) => {
      const inner = document.createElement("span");
      inner.append(...cell.childNodes);
      cell.append(inner);
      if (cell.cellIndex === 1 && data.lines[i].plain) { // without the marks of what is new
        inner.className = "new";
        add(cell, "span", { class: "plain" }, data.lines[i].plain);
      }
      add(cell, "em", {}, "hidden: say it first");
    }));
    const move = table.tBodies[0].insertRow();
    move.innerHTML = `<th scope="row">the move</th>${"<td></td>".repeat(3)}`;

    const top = document.createElement("div");
    top.className = "row";
    root.prepend(top);
    const go = (change) => host.move({ ...host.state, ...change });
    const back = button(top, "Back", () => go({ line: host.state.line - 1 }));
    const next = button(top, "Next", () => go({ line: host.state.line + 1 }));
    const label = add(top, "label", {}, "line");
    const number = add(label, "input", { type: "number", min: 1, max: rows.length });
    number.addEventListener("change", () => {
      go({ line: Math.min(Math.max(Math.round(Number(number.value)) || host.state.line, 1), rows.length) });
      number.value = host.state.line;
    });
    const group = add(top, "div", { class: "row", role: "group", "aria-label": "What is hidden" });
    const hides = data.hides.map((name) => button(group, `hide ${name}`, () => go({ hide: name })));
    const tick = add(top, "label");
    const check = add(tick, "input", { type: "checkbox" });
    tick.append("check with numbers");
    check.addEventListener("change", () => go({ check: check.checked }));

    const blank = add(root, "div", { class: "row" });
    let code = null;
    let reveal = null;
    if (host.python) {
      const line = add(blank, "label", { class: "line" }, "NumPy");
      code = add(line, "input", { type: "text", spellcheck: "false" });
      code.addEventListener("change", () => code.value.trim() && host.tell({ do: "answer", code: code.value }));
      reveal = button(blank, "Show the line", () => host.tell({ do: "reveal" }));
    } else add(blank, "p", { role: "note" }, data.typed);
    const status = add(root, "p", { role: "status" });
    let shown = 0;

    return function show() {
      const { line, hide, check: checked } = host.state;
      const { own, verdicts } = host.now;
      const now = data.lines[line - 1];
      rows.forEach((row, i) => {
        row.classList.toggle("away", i !== line - 1 && i !== line - 2);
        row.classList.toggle("before", i === line - 2);
        [...row.cells].slice(1).forEach((cell, k) => cell.classList.toggle("veiled", i === line - 1 && data.hides[k + 1] === hide));
      });
      for (const [filled, words] of Object.entries(own)) {
        const cell = rows[filled - 1].cells[3].firstChild;
        cell.querySelector("code").textContent = words;
        cell.querySelector("em")?.remove();
      }
      move.hidden = !checked || !now.move;
      if (now.move) [move.cells[2].innerHTML, move.cells[3].innerHTML] = now.move;
      rows[line - 1].after(move);
      status.textContent = [fill(data.says, line, rows.length, now.reason), verdicts[line], checked && data.checks[now.checked]].filter(Boolean).join(" ");
      number.value = line;
      check.checked = checked;
      hides.forEach((node, i) => node.setAttribute("aria-pressed", data.hides[i] === hide));
      const locked = host.locked();
      for (const node of root.querySelectorAll("button, input")) node.disabled = locked;
      back.disabled ||= line === 1;
      next.disabled ||= line === rows.length;
      blank.hidden = !now.blank;
      if (reveal) reveal.disabled ||= !verdicts[line];
      if (code && shown !== line) [code.value, code.placeholder] = [own[line] ?? "", now.blank];
      shown = line;
    };
  },

  order(root, data, host) {
    const table = root.querySelector("table");
    const rows = Object.fromEntries([...table.rows].slice(1).map((row, i) => [data.letters[i], row]));
    const letters = [...data.letters].sort();
    const row = add(root, "div", { class: "row" });
    const group = add(row, "div", { class: "row", role: "group", "aria-label": "The line that moves" });
    const picks = letters.map((letter) => button(group, `line ${letter}`, () => host.move({ ...host.state, chosen: letter })));
    const go = (by) => {
      const { order, chosen } = host.state;
      const rest = order.replace(chosen, "");
      const place = Math.max(order.indexOf(chosen) + by, 0);
      put(rest.slice(0, place) + chosen + rest.slice(place));
    };
    const put = (order) => {
      if (!host.python && order !== host.state.order) host.now = { said: "" };
      host.move({ ...host.state, order });
    };
    button(row, "Up", () => go(-1));
    button(row, "Down", () => go(1));
    button(row, "Check the order", () => {
      if (host.python) return host.tell({ do: "check" });
      const names = [...host.state.order].map((_, i) => `${data.key} ${host.state.order.slice(0, i + 1)}`);
      const wrong = names.find((name) => data.sealed?.[hash(name)]);
      const words = wrong ? unsealed(data.sealed[hash(wrong)], wrong) : data.praise;
      host.now = { said: words ?? data.many };
      show();
    });
    button(row, "Mix again", () => put(letters.join("")));
    const status = add(root, "p", { role: "status" });

    function show() {
      const { order, chosen } = host.state;
      for (const letter of order) {
        table.tBodies[0].append(rows[letter]);
        rows[letter].cells[0].textContent = (letter === chosen ? "▶ " : "") + letter;
      }
      picks.forEach((node, i) => node.setAttribute("aria-pressed", letters[i] === chosen));
      status.textContent = host.now.said || fill(data.place, chosen, order.indexOf(chosen) + 1, order.length);
      for (const node of root.querySelectorAll("button")) node.disabled = host.locked();
    }
    return show;
  },
};

function build(root, data, host) {
  root.classList.add(`glm-${data.kind}`);
  root.dataset.lmSuppressShortcuts = "true"; // or the notebook takes the keys
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const show = KINDS[data.kind](root, data, host);
  const note = document.createElement("div");
  note.className = "note";
  root.prepend(note);
  return () => {
    const waits = host.locked() ? host.waits : "";
    if (note.innerHTML !== waits) note.innerHTML = waits;
    show();
  };
}

// ---- with a kernel: an anywidget

function render({ model, el }) {
  const root = add(el, "div", { class: "glm-live" });
  const data = model.get("data");
  root.innerHTML = model.get("table");
  let silence = 0;
  const host = {
    python: true,
    get state() { return model.get("state"); },
    get now() { return model.get("now"); },
    get waits() { return model.get("waits"); },
    locked: () => model.get("locked"),
    move(state) {
      model.set("state", state);
      model.save_changes();
    },
    async tell(message) {
      clearTimeout(silence);
      silence = setTimeout(() => { root.querySelector("[role=status]").textContent = SILENCE; }, PATIENCE);
      try {
        await model.send(message);
      } catch { /* the kernel is gone: it is said in a moment */ }
    },
  };
  const show = build(root, data, host);
  const heard = () => {
    clearTimeout(silence);
    show();
  };
  model.on("change:now change:locked change:waits", heard);
  model.on("change:state", show);
  show();
  const look = new IntersectionObserver(() => { // it is on the page now
    if (!root.isConnected) return;
    for (const kept of document.querySelectorAll(`.glm-kept [data-key="${data.key}"]`)) kept.remove();
    const typesetter = model.widget_manager?._rendermime?.latexTypesetter;
    if (data.kind !== "gate" && !root.dataset.set) typesetter?.typeset(root);
    root.dataset.set = "";
  });
  look.observe(root);
  return () => {
    model.off("change:now change:locked change:waits", heard);
    model.off("change:state", show);
    look.disconnect();
    clearTimeout(silence);
  };
}

// ---- without one: all that is on the page and not yet alive

function revive() {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", fold, { once: true });
  for (const root of document.querySelectorAll(".glm-live")) {
    const script = root.querySelector("script[type='application/json']");
    if (!script) continue;
    script.remove();
    const data = JSON.parse(script.textContent);
    const asked = () => document.getElementById(data.waits.match(/#([\w-]+)/)?.[1])?.parentElement;
    const host = {
      python: false,
      state: data.state,
      now: data.now,
      waits: data.waits,
      locked: () => asked()?.hasAttribute("data-open") === false,
      move(state) {
        host.state = state;
        show();
      },
    };
    const show = build(root, data, host);
    show();
    if (data.waits) document.addEventListener("glm-gate", show);
  }
}

// A page of nbconvert shows all code. What answers something is folded there, as in JupyterLab;
// a folded cell shows its first line.
function fold() {
  const answers = ".celltag_solution, .celltag_deeper, .jp-CodeCell:has(.glm-gate)";
  for (const cell of document.querySelectorAll(`body.jp-Notebook :is(${answers})`)) {
    const input = cell.querySelector(".jp-InputArea-editor");
    if (!input) continue;
    const details = document.createElement("details");
    add(details, "summary", {}, input.textContent.trim().split("\n")[0]);
    input.replaceWith(details);
    details.append(input);
  }
}

export default { render, revive };
