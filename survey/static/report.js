// Draws the figures of a report when they come near the screen: the wide or the narrow one, in the
// inks of a light or a dark page. Each figure carries the configuration that it is drawn with, and its
// inks for a dark page. Without this script the numbers stand in the tables. Nothing is loaded or sent.
"use strict";
(() => {
  const charts = [...document.querySelectorAll(".chart")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const WIDE = 760, WIDEST = 820, NARROWEST = 280, NARROW = 480, PAPER = 820;
  const drawn = new Map();
  let printing = false;

  function figureOf(chart) {
    const room = printing ? PAPER : chart.clientWidth;
    const wide = room >= WIDE;
    const source = document.getElementById(wide ? chart.dataset.wide : chart.dataset.narrow);
    const figure = JSON.parse(source.textContent);
    if (dark.matches && !printing) figure.layout = inked(figure.layout, figure.dark);
    if (dark.matches && !printing) figure.data = inked(figure.data, figure.dark);
    figure.layout.width = Math.min(Math.max(room, NARROWEST), wide ? WIDEST : NARROW);
    return figure;
  }

  function inked(part, inks) {
    return JSON.parse(JSON.stringify(part), (_, value) =>
      typeof value === "string" && Object.hasOwn(inks, value) ? inks[value] : value);
  }

  function draw(chart) {
    const figure = figureOf(chart);
    drawn.set(chart, chart.clientWidth);
    chart.style.minHeight = printing ? "" : `${figure.layout.height}px`;
    return Plotly.react(chart, figure.data, figure.layout, figure.config);
  }

  function again() {
    for (const chart of drawn.keys()) draw(chart);
  }

  function start() {
    if (typeof Plotly === "undefined") return;
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries.filter((e) => e.isIntersecting)) {
        near.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "800px" });
    charts.forEach((chart) => near.observe(chart));
    dark.addEventListener("change", again);
    addEventListener("resize", () => requestAnimationFrame(() => {
      for (const [chart, room] of drawn) if (chart.clientWidth !== room) draw(chart);
    }));
    addEventListener("beforeprint", () => { printing = true; charts.forEach(draw); });
    addEventListener("afterprint", () => { printing = false; again(); });
  }

  document.documentElement.classList.add("js");
  // Keep the room of each figure free, and fold away the numbers that it shows.
  for (const chart of charts) chart.style.minHeight = `${figureOf(chart).layout.height}px`;
  for (const numbers of document.querySelectorAll("details.numbers")) numbers.open = false;
  document.addEventListener("DOMContentLoaded", start);
})();
