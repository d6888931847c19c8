// What is wider than the paper becomes smaller. A table is laid out anew then: it is asked again.

Promise.all([...document.fonts].map((font) => font.load())).then(() => {
  const edge = document.body.getBoundingClientRect().right;
  for (const node of document.querySelectorAll(".katex-display, table, p .katex")) {
    for (let tries = 0; tries < 9; tries++) {
      const all = [node, ...node.querySelectorAll("td, code, .katex-base")];
      const right = Math.max(...all.map((one) => one.getBoundingClientRect().right));
      if (right <= edge + 0.5) break;
      const { left } = node.getBoundingClientRect();
      node.style.zoom = (node.style.zoom || 1) * (edge - left) / (right - left);
    }
  }
  document.documentElement.dataset.ready = "";
});
