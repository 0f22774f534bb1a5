// Pictures for docs/: drawn by Observable Plot into a document of linkedom's, as SVG that stands alone.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const WIDTH = 900;
const LABELS = 310;
const ROW = 26;
/** Pixels of one entry of the legend, and where it stands above the frame. */
const LEGEND_STEP = 165;
const LEGEND_AT = -24;

/** Told apart by colour and by form, for those who see no difference in the one. */
export interface Kind {
  readonly name: string;
  readonly colour: string;
  readonly symbol: Plot.SymbolType;
}

export interface Point {
  readonly row: string;
  readonly kind: string;
  readonly value: number;
}

export interface Picture {
  readonly label: string;
  readonly rows: readonly string[];
  readonly kinds: readonly Kind[];
  readonly points: readonly Point[];
}

/** A row for each thing compared, a mark for each who was; on a logarithmic scale, with a line at 1. */
export function drawPoints({ label, rows, kinds, points }: Picture): string {
  const marks = kinds.flatMap(({ name, colour, symbol }) => {
    const own = points.filter(({ kind }) => kind === name);
    return [Plot.dot(own, { x: "value", y: "row", fill: colour, symbol, r: 5 })];
  });
  const legend = kinds.flatMap(({ name, colour, symbol }, i) => [
    Plot.dot([name], {
      frameAnchor: "top-left",
      dx: i * LEGEND_STEP + 20 - LABELS,
      dy: LEGEND_AT,
      fill: colour,
      symbol,
      r: 5,
    }),
    Plot.text([name], {
      ...{ frameAnchor: "top-left", textAnchor: "start", lineAnchor: "middle" },
      ...{ dx: i * LEGEND_STEP + 30 - LABELS, dy: LEGEND_AT },
    }),
  ]);
  return draw(rows, label, [Plot.gridX(), Plot.ruleY(rows, { stroke: "#eee" }), ...marks, ...legend], "log");
}

/** A bar for each row, with its value at its end. */
export function drawBars(label: string, bars: readonly { row: string; value: number; colour: string }[]): string {
  return draw(
    bars.map(({ row }) => row),
    label,
    [
      Plot.barX(bars, { x: "value", y: "row", fill: "colour" }),
      Plot.text(bars, { x: "value", y: "row", text: ({ value }) => value.toFixed(2), dx: 4, textAnchor: "start" }),
    ],
    "linear",
  );
}

function draw(rows: readonly string[], label: string, marks: Plot.Markish[], type: "log" | "linear"): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as unknown as Document,
    ariaLabel: label,
    width: WIDTH,
    height: rows.length * ROW + 96,
    ...{
      marginLeft: LABELS,
      marginTop: 44,
      marginRight: 50,
      marginBottom: 46,
      insetLeft: type === "log" ? 12 : 0,
      insetRight: 12,
    },
    style: { background: "white", color: "#222", fontSize: "12px" },
    x: {
      type,
      label,
      labelAnchor: "center",
      ...(type === "log" ? { tickFormat: (value: number) => String(value) } : {}),
    },
    y: { domain: [...rows], label: null, type: "band" },
    color: { type: "identity" },
    symbol: { type: "identity" },
    marks: [...marks, Plot.ruleX([1], { stroke: "#222" })],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
