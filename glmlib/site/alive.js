// A lab is its stored picture until it comes near the view. Then a script tag brings its
// table, which `fetch` could not do on a page opened from a file, and the lab takes its place.

const here = document.currentScript.src;
const places = (name) => document.querySelectorAll(`[data-lab="${name}"]`);

window.glmLab = (name, ...stored) => {
  for (const place of places(name)) {
    const root = document.createElement("div");
    place.replaceChildren(root);
    revive(root, ...stored);
  }
};

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const { lab } = target.dataset;
    if (!isIntersecting || document.getElementById(lab)) continue;
    const script = document.createElement("script");
    script.id = lab;
    script.src = new URL(`${lab}.js`, here);
    document.head.append(script);
  }
}, { rootMargin: "400px" });

const watch = () => document.querySelectorAll("[data-lab]").forEach((place) => near.observe(place));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
else watch();
