// A slide that is too tall is broken between its parts; a part too large for one is scaled.

const [TOP, WIDE, HIGH] = [36, 1152, 640]; // the margin above, what fits between the margins
const SMALLEST = 0.7; // before that, what is too tall is broken

function parts(slide) {
  return [...slide.children].filter((node) => node.tagName === "DIV");
}

function bottom(slide, part) {
  return part.getBoundingClientRect().bottom - slide.getBoundingClientRect().top - TOP;
}

function fit(slide) {
  if (!slide.offsetHeight) return; // not on the screen
  const all = parts(slide);
  for (const part of all) part.style.zoom = 1;
  const [last] = all.slice(-1);
  const above = all[0].getBoundingClientRect().top - slide.getBoundingClientRect().top - TOP;
  const zoom = (HIGH - above) / (bottom(slide, last) - above);
  for (const part of all) {
    const wide = [part, ...part.querySelectorAll(".glm-live")].map((node) => node.scrollWidth);
    part.style.zoom = Math.min(1, zoom, WIDE / Math.max(...wide));
  }
}

function paginate(slide) {
  const all = parts(slide);
  let over = all.findIndex((part, i) => i > 0 && bottom(slide, part) > HIGH);
  while (over > 1 && all[over - 1].matches(".lead")) over -= 1;
  if (over > 0 && bottom(slide, all.at(-1)) > HIGH / SMALLEST) {
    const rest = slide.cloneNode(false);
    rest.append(slide.querySelector("header").cloneNode(true), ...all.slice(over));
    parts(rest)[0].classList.remove("fragment");
    slide.after(rest);
    paginate(rest);
  }
  fit(slide);
}

window.glmLive?.();
// What is measured stands in its letters.
Promise.all([...document.fonts].map((font) => font.load())).then(() => {
  document.querySelectorAll(".slides > section").forEach(paginate);
  const grown = new ResizeObserver((all) => all.forEach(({ target }) => fit(target)));
  document.querySelectorAll(".slides > .moves").forEach((slide) => grown.observe(slide));
  Reveal.initialize({
    width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false,
    hash: true, slideNumber: true, controls: false, transition: "none", plugins: [RevealNotes],
  });
});
