// What was read, predicted and answered on these pages. The browser remembers it, nothing
// leaves it, and one button on the start page forgets it.

function rememberProgress() {
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href).pathname;
  const KEY = `glmlib progress ${root}`; // another site of the same host has its own
  const nameOf = (place) => place.pathname.slice(root.length) || "index.html";
  const here = nameOf(location);
  const article = document.querySelector("article") ?? document.body;
  const links = [...document.querySelectorAll(".sidebar-tree a, nav.bd-links a, .toctree-wrapper a")]
    .filter((link) => !link.hash); // pages, and not their sections
  const title = document.querySelector("h1");
  let kept = { pages: {} }; // pages: { name: { read, of, done: [keys] } }, last: { href, words }

  function load() {
    try {
      kept = JSON.parse(localStorage.getItem(KEY)) ?? { pages: {} };
    } catch { /* refused or damaged: what this page knows is all */ }
  }

  function update(change) { // after what other pages have written
    load();
    change(kept.pages[here] ??= { done: [] });
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch { /* refused: it is remembered until the page is left */ }
    show();
  }

  // ---- done: a prediction locked in, a right answer, a derivation walked to its last line

  const passed = (part) => part.querySelector("[role=status]").textContent.startsWith("PASS");
  const DONE = {
    "glm-gate": (part) => part.hasAttribute("data-open") && part.querySelector(":checked"),
    "glm-choices": passed,
    "glm-order": passed,
    "glm-steps": (part) => [...part.querySelectorAll("[type=number]")].some(({ value, max }) => value === max),
  };
  const parts = () => [...document.querySelectorAll(".glm-live[data-key]")];

  function look() {
    const all = new Set(parts().map((part) => part.dataset.key));
    const now = parts().filter((part) => Object.keys(DONE).some((kind) => part.classList.contains(kind) && DONE[kind](part)));
    update((page) => {
      const done = [...page.done, ...now.map((part) => part.dataset.key)];
      Object.assign(page, { of: all.size, done: [...new Set(done)].filter((key) => all.has(key)) });
    });
  }

  function leave() {
    const seen = [...article.querySelectorAll("h1, h2, h3")].filter((heading) =>
      heading.getClientRects().length && heading.getBoundingClientRect().top < innerHeight / 2);
    const heading = seen.at(-1) ?? title;
    const words = [...new Set([title, heading])].map((node) => node.firstChild.textContent).join(": ");
    update(() => { kept.last = { href: here + (heading === title ? "" : `#${heading.closest("[id]").id}`), words }; });
  }

  // ---- what is shown: marks in the contents and at the questions, the way back on the start page

  function show() {
    for (const link of links) {
      link.querySelector(".glm-mark")?.remove();
      const { read, of = 0, done = [] } = kept.pages[nameOf(link)] ?? {};
      const said = [read && ["✓", "read"], done.length && [`${done.length}/${of}`, `${done.length} of ${of} answered`]].filter(Boolean);
      if (!said.length) continue;
      const mark = document.createElement("span");
      mark.className = "glm-mark";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", said.map(([, words]) => words).join(", "));
      mark.textContent = said.map(([sign]) => sign).join(" ");
      link.append(mark);
    }
    for (const part of parts()) part.toggleAttribute("data-done", Boolean(kept.pages[here]?.done.includes(part.dataset.key)));
  }

  function greet() {
    if (here !== "index.html" || !Object.keys(kept.pages).length) return;
    const line = document.createElement("p");
    line.className = "glm-progress";
    line.tabIndex = -1;
    if (kept.last) {
      const way = document.createElement("a");
      way.href = root + kept.last.href;
      way.textContent = `Continue where you stopped: ${kept.last.words}`;
      line.append(way, " ");
    }
    const forget = document.createElement("button");
    forget.type = "button";
    forget.textContent = "Forget what I have read and answered";
    forget.addEventListener("click", () => {
      kept = { pages: {} };
      try {
        localStorage.removeItem(KEY);
      } catch { /* refused: there was nothing */ }
      line.textContent = "Forgotten. Nothing is kept in this browser.";
      line.focus();
      show();
    });
    line.append(forget);
    title.after(line);
  }

  load();
  greet();
  show();
  addEventListener("pageshow", ({ persisted }) => { if (persisted) { load(); show(); } });
  addEventListener("storage", ({ key }) => { if (key === KEY) { load(); show(); } });
  if (here !== "index.html" && title && links.some((link) => nameOf(link) === here)) {
    for (const kind of ["click", "change"]) document.addEventListener(kind, () => setTimeout(look), true);
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
    const end = article.appendChild(document.createElement("div"));
    new IntersectionObserver(([{ isIntersecting }]) => {
      if (isIntersecting && !kept.pages[here]?.read) update((page) => { page.read = true; });
    }, { rootMargin: "100px" }).observe(end);
  }
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", rememberProgress);
else rememberProgress();
