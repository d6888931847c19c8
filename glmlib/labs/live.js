// The screen of a live lab: the picture, the status sentence and the line that copies the
// state. It also gives the stock sliders and number boxes the names they come without.

function render({ model, el }) {
  const make = (tag, name) => el.appendChild(Object.assign(document.createElement(tag), { className: name }));
  const image = make("img", "glm-picture");
  const status = make("p", "glm-status");
  const copy = make("button", "glm-copy jupyter-button");
  const code = make("code", "glm-code");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  copy.textContent = "Copy state";
  [image.width, image.height] = model.get("size");
  // The notebook would take Enter and the arrow keys for its own commands.
  el.addEventListener("keydown", (event) => event.stopPropagation());

  let newest = 0;
  async function draw() {
    const turn = ++newest;
    image.dataset.newest = model.get("turn");
    status.textContent = model.get("status");
    status.classList.toggle("glm-error", model.get("failed"));
    code.textContent = model.get("code");
    const next = new Image();
    next.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    await new Promise((done) => { next.onload = next.onerror = done; });
    if (turn === newest) {  // a newer picture may be on its way: then this one is not shown
      const old = image.src;
      image.src = next.src;
      image.alt = model.get("alt");
      image.setAttribute("aria-busy", model.get("busy"));
      image.dataset.turn = model.get("turn");
      if (old) URL.revokeObjectURL(old);
    } else {
      URL.revokeObjectURL(next.src);
    }
  }
  model.on("change:turn", draw);
  draw();

  copy.addEventListener("click", async () => {
    getSelection().selectAllChildren(code);
    try { await navigator.clipboard.writeText(code.textContent); } catch { document.execCommand("copy"); }
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy state"; }, 1500);
  });

  // Names: [control, label, spoken value]. Sliders announce a position, learners need a value.
  function set(node, attribute, value) {
    if (node.getAttribute(attribute) !== value) node.setAttribute(attribute, value);
  }
  let lab = null;
  function name() {
    for (const [control, label, spoken] of model.get("names")) {
      for (const node of lab.querySelectorAll(`.glm-${control} [role=slider]`)) {
        set(node, "aria-label", label);
        set(node, "aria-valuetext", spoken);
      }
      for (const node of lab.querySelectorAll(`.glm-${control} input[type=number]`)) set(node, "aria-label", `${label}, number`);
      for (const node of lab.querySelectorAll(`.glm-${control}.widget-toggle-buttons`)) {
        set(node, "role", "group");
        set(node, "aria-label", label);
      }
    }
  }
  const watch = new MutationObserver(name);
  function start() {
    lab = el.closest(".glm-lab");
    if (!lab) return requestAnimationFrame(start);
    name();
    watch.observe(lab, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label", "aria-valuetext"] });
    // In a box on a log grid an arrow key means the next value of the grid, not one more.
    lab.addEventListener("keydown", grid, true);
  }
  function grid(event) {
    const box = event.target.closest?.("[class*=glm-grid-]");
    const move = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!box || !move || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    event.stopPropagation();
    const control = [...box.classList].find((c) => c.startsWith("glm-grid-")).slice(9);
    model.send({ control, move });
  }
  model.on("change:names", () => lab && name());
  start();

  return () => { watch.disconnect(); lab?.removeEventListener("keydown", grid, true); model.off("change:turn", draw); };
}

export default { render };
