// What a page of the site needs beyond its theme: formulas that fit, boxes that the keyboard
// reaches, links that open the fold they lead into.

const LEAST = 0.7; // of its size: a formula that would be smaller breaks first
const WIDE = "pre, .katex-display, .table-wrapper, .cell_output > *, .glm-live";

function fit(nodes) {
  const formulas = nodes.filter((node) => node.matches(".katex-display"));
  for (const node of formulas) {
    node.style.fontSize = "";
    node.classList.remove("breaks");
  }
  const shares = formulas.map((node) => node.clientWidth / node.scrollWidth); // NaN in a closed fold
  formulas.forEach((node, i) => node.classList.toggle("breaks", shares[i] < LEAST));
  const smaller = formulas.map((node) => node.clientWidth / node.scrollWidth);
  formulas.forEach((node, i) => { if (smaller[i] < 1) node.style.fontSize = `${0.97 * smaller[i]}em`; });
  for (const node of nodes.filter((node) => node.scrollWidth > node.clientWidth)) {
    node.tabIndex = 0;
    if (node.matches("pre, div, span") && !node.hasAttribute("aria-label")) {
      node.setAttribute("role", "group");
      node.setAttribute("aria-label", "Wider than the page: the arrow keys move it");
    }
  }
}

const all = () => [...document.querySelectorAll(WIDE)];

// What is far away or in a closed fold is not measured: it would have to be laid out for that.
const near = new IntersectionObserver((entries) => {
  const nodes = entries.filter((one) => one.isIntersecting).map((one) => one.target);
  nodes.forEach((node) => near.unobserve(node));
  fit(nodes);
}, { rootMargin: "800px" });

const watch = () => all().forEach((node) => near.observe(node));

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const folds = [...target.querySelectorAll(":scope > details.deeper")];
  for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) folds.push(at);
  for (const fold of folds) fold.open = true;
  if (folds.length) target.scrollIntoView();
}

document.fonts.ready.then(watch);
addEventListener("resize", () => { near.disconnect(); watch(); });
addEventListener("beforeprint", () => fit(all()));
addEventListener("hashchange", unfold);
unfold();
