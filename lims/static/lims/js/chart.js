// Draws each <figure data-chart>: the spec lies in the page as JSON, the library is loaded only where there is a chart.
// Strict CSP: the spec is interpreted (ast), not compiled, and no style element is written.

const figures = [...document.querySelectorAll("figure[data-chart]")];
const hood = matchMedia("(max-width: 960px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

function lookName() {
  if (matchMedia("print").matches) return "grey";
  const chosen = document.documentElement.dataset.theme;
  return chosen || (dark.matches ? "dark" : "light");
}

async function draw(figure, embed, looks) {
  const { wide, narrow } = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const place = figure.querySelector("[data-drawing]");
  await embed(place, hood.matches && narrow ? narrow : wide, {
    ast: true,
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: looks[lookName()],
  });
  const svg = place.querySelector("svg");
  svg.setAttribute("aria-hidden", "true"); // the figure's own words speak for it
  svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  figure.dataset.drawn = lookName();
}

async function start() {
  const { bundle, looks: looksUrl } = figures[0].dataset;
  const [{ default: embed }, looks] = await Promise.all([import(bundle), fetch(looksUrl).then((answer) => answer.json())]);
  const drawAll = () => Promise.all(figures.map((figure) => draw(figure, embed, looks)));
  await drawAll();
  document.addEventListener("look", drawAll);
  hood.addEventListener("change", drawAll);
}

if (figures.length) start();
