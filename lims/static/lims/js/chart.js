// Draws each <figure data-chart>: the spec lies in the page as JSON, the library is loaded only where there is a chart.
// Strict CSP: the spec is interpreted (ast), not compiled, and no style element is written.

const figures = [...document.querySelectorAll("figure[data-chart]")];
const hood = matchMedia("(max-width: 960px)");
const dark = matchMedia("(prefers-color-scheme: dark)");

function lookName() {
  return document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
}

async function draw(place, spec, embed, config) {
  await embed(place, spec, {
    ast: true,
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config,
  });
  const svg = place.querySelector("svg");
  svg.setAttribute("aria-hidden", "true"); // the figure's own words speak for it
  svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
}

async function drawFigure(figure, embed, looks) {
  const { wide, narrow } = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const name = lookName();
  await draw(figure.querySelector("[data-drawing]"), hood.matches && narrow ? narrow : wide, embed, looks[name]);
  figure.dataset.drawn = name;
}

// Paper gets its own drawing, in grey: printing does not wait for one.
function drawForPaper(figure, embed, looks) {
  const { wide } = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  return draw(figure.querySelector("[data-paper]"), wide, embed, looks.grey);
}

async function start() {
  const { bundle, looks: looksUrl } = figures[0].dataset;
  const [{ default: embed }, looks] = await Promise.all([import(bundle), fetch(looksUrl).then((answer) => answer.json())]);
  const drawAll = () => Promise.all(figures.map((figure) => drawFigure(figure, embed, looks)));
  await drawAll();
  document.addEventListener("look", drawAll);
  hood.addEventListener("change", drawAll);
  for (const figure of figures) await drawForPaper(figure, embed, looks);
}

if (figures.length) start();
