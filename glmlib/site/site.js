// What a page of the site needs beyond its theme: formulas that fit, boxes that the keyboard
// reaches, links that open the fold they lead into.

const LEAST = 0.7; // of its size: a formula that would be smaller breaks first
const WIDE = "pre, .katex-display, .table-wrapper, .cell_output > *, .glm-live";

const later = window.requestIdleCallback ?? setTimeout;
let turn = 0;

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
  for (const node of nodes.filter((node) => node.scrollWidth > node.clientWidth)) node.tabIndex = 0;
}

function fitAll() { // from the top, a few at a time, so that the page answers meanwhile
  const [mine, wide, nodes] = [++turn, innerWidth, [...document.querySelectorAll(WIDE)]];
  (function some() {
    if (mine !== turn) return;
    fit(nodes.splice(0, 12));
    if (nodes.length) later(some);
    else document.body.dataset.fits = wide;
  })();
}

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const folds = [...target.querySelectorAll(":scope > details.deeper")];
  for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) folds.push(at);
  for (const fold of folds) fold.open = true;
  if (folds.length) target.scrollIntoView();
}

document.fonts.ready.then(fitAll);
addEventListener("resize", fitAll);
document.addEventListener("toggle", (event) => fit([...event.target.querySelectorAll(WIDE)]), true);
addEventListener("hashchange", unfold);
unfold();
