// The planner of the passage screen: pure arithmetic, the same as cultures/passaging/forms/planning.py. No DOM here.

const POWER = /\s*[×x*·]\s*10\^?(?=[+-]?\d)/i;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const PLAIN = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

/** A number as people write it, in its field's unit; null while it cannot be read. A power of ten is taken as it stands. */
export function readNumber(text, scale = 1) {
  const digits = text.trim().replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => SUPERSCRIPTS.indexOf(sign)).replace("⁻", "-");
  const plain = digits.replace(POWER, "e");
  if (!PLAIN.test(plain)) return null;
  const number = Number(plain);
  if (!Number.isFinite(number)) return null;
  return /e/i.test(plain) ? number : number * scale;
}

/** Live cells in percent of all; null without a dead count. */
export function viability(live, dead) {
  return live === null || dead === null || live + dead <= 0 ? null : (100 * live) / (live + dead);
}

function cellsOf(row, by, inHand, harvestedArea) {
  if (row.amount === null || !row.area) return null;
  if (by === "cells") return Math.floor(row.amount);
  if (by === "density") return Math.round(row.amount * row.area);
  return inHand === null || !row.amount ? null : Math.floor((inHand * row.area) / (row.amount * harvestedArea));
}

function pour(row, cells, livePerMl, drugs) {
  const totalMl = row.totalMl ?? row.volume;
  const taken = cells === null || !livePerMl ? null : Math.round((cells / livePerMl) * 1000) / 1000;
  return {
    cells,
    suspensionMl: taken,
    mediumMl: taken === null ? null : Math.max(totalMl - taken, 0),
    perCm2: cells === null ? null : cells / row.area,
    stockUl: row.inDrug ? drugs.map((drug) => (drug.share === null ? null : drug.share * totalMl * 1000)) : [],
  };
}

/**
 * What the form comes to.
 * count {live, dead, dilution} per mL; volumeMl; by cells | density | ratio; area of the harvested vessels in cm²;
 * rows [{amount, area, volume, totalMl, inDrug}]; drugs [{share}] the part of the medium that is stock
 */
export function plan({ count, volumeMl, by, area, rows, drugs }) {
  const livePerMl = count.live === null ? null : count.live * (count.dilution ?? 1);
  const inHand = livePerMl === null || volumeMl === null ? null : Math.round(livePerMl * volumeMl);
  const poured = rows.map((row) => pour(row, cellsOf(row, by, inHand, area), livePerMl, drugs));
  const allocated = poured.reduce((sum, row) => sum + (row.cells ?? 0), 0);
  return {
    viability: viability(count.live, count.dead),
    inHand,
    rows: poured,
    allocated,
    left: inHand === null ? null : Math.max(inHand - allocated, 0),
    tooMany: inHand === null ? 0 : Math.max(allocated - inHand, 0),
  };
}

const GAP = 0.4;

/** The parts of the allocation bar: [{x, width, css}] in percent of its width. */
export function bars({ inHand, rows, allocated, left, tooMany }, css) {
  const whole = Math.max(inHand ?? 0, allocated);
  if (!whole) return [];
  let used = 0;
  const parts = rows.map((row) => {
    const cells = row.cells ?? 0;
    const fits = Math.max(Math.min(cells, (inHand ?? 0) - used), 0);
    used += cells;
    return [fits, css];
  });
  parts.push([left ?? 0, "f-e soft"], [tooMany, "f-r"]);
  let x = 0;
  return parts.filter(([cells]) => cells).map(([cells, name]) => {
    const width = (100 * cells) / whole;
    const part = { x: x.toFixed(2), width: Math.max(width - GAP, GAP).toFixed(2), css: name };
    x += width;
    return part;
  });
}

/** The number that says the same in another way: cells as a density, a ratio as cells. Three figures; null if unknown. */
export function resaid(row, cells, by, inHand, area) {
  if (cells === null || !row.area) return null;
  if (by === "cells") return cells;
  if (by === "density") return cells / row.area;
  return inHand ? (inHand * row.area) / (cells * area) : null;
}

// --- how numbers are shown -------------------------------------------------------------------------------------------
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

/** [mantissa, power]: 1.5 and 6; below ten thousand the plain number and no power. */
export function shortCells(number) {
  if (Math.abs(number) < 10_000) return [grouped(String(Math.round(number))), null];
  let power = Math.floor(Math.log10(Math.abs(number)));
  let mantissa = Number((number / 10 ** power).toFixed(2));
  if (mantissa >= 10) [mantissa, power] = [mantissa / 10, power + 1];
  return [Number.isInteger(mantissa) ? mantissa.toFixed(1) : String(mantissa), power];
}

export const shortMl = (ml, places) => (ml > 0 && ml < 0.1 ? ml.toFixed(3) : ml.toFixed(places));
export const shortUl = (ul) => (ul < 1 ? ul.toFixed(2) : ul.toFixed(1));
export const figures = (number, count) => String(Number(number.toPrecision(count)));
