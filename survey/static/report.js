// Figures of a report. A picture of each stands in the page already, where the server could make one;
// without a picture the figure is drawn when it comes near the screen: the wide or the narrow one, in
// the inks of a light or a dark page. "Explore" draws it so that each mark tells its row of the table
// below: the printed words and nothing else. What draws is loaded from this site, only when it is needed.
"use strict";
(() => {
  const source = document.currentScript.dataset;
  const charts = [...document.querySelectorAll(".chart")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const WIDE = 760, WIDEST = 820, NARROWEST = 280, NARROW = 480, PAPER = 820;
  const drawn = new Map(), explored = new Set();
  let printing = false, loading;

  function figureOf(chart) {
    const room = printing ? PAPER : chart.clientWidth;
    const wide = room >= WIDE;
    const source = document.getElementById(wide ? chart.dataset.wide : chart.dataset.narrow);
    const figure = JSON.parse(source.textContent);
    if (dark.matches && !printing) figure.layout = inked(figure.layout, figure.dark);
    if (dark.matches && !printing) figure.data = inked(figure.data, figure.dark);
    figure.layout.width = Math.min(Math.max(room, NARROWEST), wide ? WIDEST : NARROW);
    if (explored.has(chart)) tell(figure, chart.closest(".drawn").querySelector("table"));
    return figure;
  }

  function inked(part, inks) {
    return JSON.parse(JSON.stringify(part), (_, value) =>
      typeof value === "string" && Object.hasOwn(inks, value) ? inks[value] : value);
  }

  function tell(figure, table) {
    figure.layout.hovermode = "closest";
    figure.layout.hoverdistance = 40;
    const look = { font: { ...figure.layout.font, size: 15, color: "#fff" }, bgcolor: "#14212b" };
    figure.layout.hoverlabel = { ...look, align: "left", bordercolor: "#fff" };
    for (const trace of figure.data) {
      trace.hoverinfo = trace.customdata ? "text" : "skip";
      if (trace.customdata) trace.hovertext = trace.customdata.map((at) => told(table, at));
    }
  }

  function told(table, [row, column]) {
    const cells = [...table.tBodies[0].rows[row].cells].map((cell) => cell.textContent.trim());
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const lines = cells.map((cell, at) => (at && cell ? `${heads[at]}: ${cell}` : cell));
    const shown = column === undefined ? lines.filter(Boolean) : [lines[0], lines[column]];
    return shown.join("\n").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "<br>");
  }

  function load() {
    if (typeof Plotly !== "undefined") return Promise.resolve();
    if (!source.plotly) return Promise.reject(new Error("no plotly"));
    // Plotly finds its rules by this id, and then puts none of its own into the page.
    loading ??= Promise.all([
      added("link", { id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: source.plotlyCss }),
      added("script", { src: source.plotly }),
    ]);
    return loading;
  }

  function added(name, about) {
    return new Promise((done, failed) => {
      const element = Object.assign(document.createElement(name), about);
      element.addEventListener("load", done);
      element.addEventListener("error", failed);
      document.head.append(element);
    });
  }

  function place(chart) {
    if (!chart.classList.contains("picture")) return chart;
    if (!chart.lastElementChild.matches(".live")) {
      chart.append(Object.assign(document.createElement("div"), { className: "live" }));
    }
    return chart.lastElementChild;
  }

  function draw(chart) {
    const figure = figureOf(chart), at = place(chart);
    drawn.set(chart, chart.clientWidth);
    at.style.minHeight = printing ? "" : `${figure.layout.height}px`;
    return Plotly.react(at, figure.data, figure.layout, figure.config);
  }

  function again() {
    for (const chart of drawn.keys()) draw(chart);
  }

  async function explore(chart, offer) {
    const button = offer.querySelector("button");
    button.disabled = true;
    try {
      await load();
      explored.add(chart);
      await draw(chart);
      chart.classList.add("explored");
      offer.className = "muted";
      offer.textContent = offer.dataset.hint;
    } catch {
      button.disabled = false;
    }
  }

  async function start() {
    const plain = charts.filter((chart) => !chart.classList.contains("picture"));
    for (const offer of document.querySelectorAll(".explore")) {
      const chart = offer.closest(".drawn").querySelector(".chart");
      offer.querySelector("button").addEventListener("click", () => explore(chart, offer));
    }
    dark.addEventListener("change", again);
    addEventListener("resize", () => requestAnimationFrame(() => {
      for (const [chart, room] of drawn) if (chart.clientWidth !== room) draw(chart);
    }));
    if (!plain.length) return;
    try {
      await load();
    } catch {
      return; // the numbers stand in the tables
    }
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries.filter((e) => e.isIntersecting)) {
        near.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "800px" });
    plain.forEach((chart) => near.observe(chart));
    addEventListener("beforeprint", () => { printing = true; plain.forEach(draw); });
    addEventListener("afterprint", () => { printing = false; again(); });
  }

  document.documentElement.classList.add("js");
  // Keep the room of each figure free, and fold away the numbers that it shows.
  for (const chart of charts.filter((one) => !one.classList.contains("picture"))) {
    chart.style.minHeight = `${figureOf(chart).layout.height}px`;
  }
  for (const numbers of document.querySelectorAll("details.numbers")) numbers.open = false;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
