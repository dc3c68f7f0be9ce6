// Arrow keys walk the family: left to the parent, right to the daughter, up and down to the nearest mark of another row.
// Enter follows the link. Tab enters at the current culture and leaves again.

const region = document.querySelector("[data-lineage]");
const marks = [...region.querySelectorAll("a.kin")];
const start = marks.find((mark) => mark.id === location.hash.slice(1)) || marks.find((mark) => mark.ariaCurrent) || marks[0];

function nearest(from, direction) {
  const row = Number(from.dataset.row);
  const x = Number(from.dataset.x);
  const beyond = marks.filter((mark) => Math.sign(Number(mark.dataset.row) - row) === direction);
  const distance = (mark) => Math.abs(Number(mark.dataset.row) - row) * 10_000 + Math.abs(Number(mark.dataset.x) - x);
  return beyond.reduce((best, mark) => (!best || distance(mark) < distance(best) ? mark : best), null);
}

const steps = {
  ArrowLeft: (mark) => document.getElementById(mark.dataset.left),
  ArrowRight: (mark) => document.getElementById(mark.dataset.right),
  ArrowUp: (mark) => nearest(mark, -1),
  ArrowDown: (mark) => nearest(mark, 1),
};

function centre(mark) {
  const box = mark.getBoundingClientRect();
  const around = region.getBoundingClientRect();
  region.scrollBy({ left: box.x + box.width / 2 - around.x - around.width / 2 });
}

function enterAt(mark) {
  for (const other of marks) other.tabIndex = other === mark ? 0 : -1;
}

region.addEventListener("keydown", (event) => {
  const mark = event.target.closest("a.kin");
  const next = mark && !event.altKey && !event.ctrlKey && !event.metaKey && steps[event.key]?.(mark);
  if (!next) return;
  event.preventDefault();
  enterAt(next);
  next.focus({ preventScroll: true });
  centre(next);
  next.scrollIntoView({ block: "nearest" });
});

enterAt(start);
centre(start);
