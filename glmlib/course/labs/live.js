// The screen of a live lab: the picture, the status sentence and the line that copies the
// state. It also gives the stock sliders and number boxes the names they come without.

function base64(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  let text = "";  // an older browser
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

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
  image.decoding = "sync";  // a frame waits for its picture, so that nothing flickers
  // The notebook would take Enter and the arrow keys for its own commands.
  el.addEventListener("keydown", (event) => event.stopPropagation());

  function draw() {
    const { buffer, byteOffset, byteLength } = model.get("png");
    // A data address, not a blob's: the browser then asks no other process for the bytes.
    image.src = `data:image/png;base64,${base64(new Uint8Array(buffer, byteOffset, byteLength))}`;
    image.alt = model.get("alt");
    image.setAttribute("aria-busy", model.get("busy"));
    image.dataset.turn = model.get("turn");
    status.textContent = model.get("status");
    status.classList.toggle("glm-error", model.get("failed"));
    code.textContent = model.get("code");
  }
  model.on("change:turn", draw);
  draw();
  if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) {
    model.set("local", true);
    model.save_changes();
  }

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
