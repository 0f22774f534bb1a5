// How the demo looks: headings, a line of code, octets on the wire, and expressions with their values.
//
// In: what is to be shown. Out: lines on stdout, coloured only for a terminal whose user has not set NO_COLOR
// (no-color.org). Octets are shown so that nothing is hidden: CR and LF as \r\n, everything unprintable as \xNN.

import { inspect } from "node:util";
import type { Run, Tapping } from "./wire-tap.ts";

/** Content shown of one message: enough to recognise it. */
const SHOWN_OCTETS = 320;
const SHOWN_LINES = 6;
const WIDTH = 100;

const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;

const bold = style(1, 22);
const dim = style(2, 22);
const green = style(32, 39);
const blue = style(34, 39);
const cyan = style(36, 39);

/** The first line of all. */
export function printTitle(title: string): void {
  console.log(`\n${bold(title)}`);
}

export function printHeading(heading: string): void {
  console.log(`\n${bold(cyan(`── ${heading} ${"─".repeat(Math.max(0, WIDTH - heading.length - 4))}`))}\n`);
}

export function printCode(code: string): void {
  console.log(`  ${bold(code)}\n`);
}

/** The octets that went out and came in, each line with its direction. */
export function printWire({ sent, received, opened, closed }: Tapping): void {
  console.log(dim(`  on the wire (${opened > 0 ? "a new connection" : "the connection is used again"})`));
  printRun(sent, green("→"));
  console.log();
  printRun(received, blue("←"));
  if (closed > 0) console.log(dim("  the connection was closed"));
  console.log();
}

/** Expressions and their values, one below the other. */
export function printFacts(facts: readonly (readonly [expression: string, value: unknown])[]): void {
  const width = Math.max(...facts.map(([expression]) => expression.length));
  for (const [expression, value] of facts) {
    const shown =
      typeof value === "string" ? value : inspect(value, { colors: isColoured, breakLength: WIDTH - width });
    const lines = shown.split("\n").join(`\n${" ".repeat(width + 4)}`);
    console.log(`  ${cyan(expression.padEnd(width))}  ${lines}`);
  }
}

/** A line of explanation. */
export function printNote(note: string): void {
  console.log(dim(`  ${note}`));
}

/** Octets as text in quotes, shortened. */
export function quoted(octets: Uint8Array): string {
  const { text, isShortened } = visible(octets, SHOWN_OCTETS / 2);
  return `"${text}"${isShortened ? ` … ${count(octets.length)} in all` : ""}`;
}

/** `1,234 octets` */
export function count(octets: number): string {
  return `${octets.toLocaleString("en-US")} octet${octets === 1 ? "" : "s"}`;
}

function printRun(run: Run, arrow: string): void {
  const { octets } = run;
  const emptyLine = octets.indexOf("\r\n\r\n");
  const headEnd = emptyLine < 0 ? octets.length : emptyLine + 4;
  for (const line of split(visible(octets.subarray(0, headEnd)).text)) printLine(line, arrow);
  if (run.size === headEnd) return;
  const lines = split(visible(octets.subarray(headEnd), SHOWN_OCTETS).text);
  const shown = lines.slice(0, SHOWN_LINES);
  for (const line of shown) printLine(line, arrow);
  const isShortened = lines.length > shown.length || run.size - headEnd > SHOWN_OCTETS;
  if (isShortened) console.log(`  ${arrow} ${dim(`… ${count(run.size - headEnd)} behind the head`)}`);
}

// Line ends are dimmed, as they are not what one reads first.
function printLine(line: string, arrow: string): void {
  const [, text = "", end = ""] = /^(.*?)((?:\\r)?(?:\\n)?)$/.exec(line) ?? [];
  for (let at = 0; at === 0 || at < text.length; at += WIDTH) {
    const isLast = at + WIDTH >= text.length;
    console.log(`  ${arrow} ${text.slice(at, at + WIDTH)}${isLast ? dim(end) : ""}`);
  }
}

// After each line end, which is kept.
function split(text: string): string[] {
  return text.split(/(?<=\\n)/);
}

function visible(octets: Uint8Array, limit = Infinity): { text: string; isShortened: boolean } {
  let text = "";
  for (const octet of octets.subarray(0, limit)) {
    if (octet === 0x0d) text += "\\r";
    else if (octet === 0x0a) text += "\\n";
    else if (octet >= 0x20 && octet < 0x7f) text += String.fromCharCode(octet);
    else text += `\\x${octet.toString(16).padStart(2, "0")}`;
  }
  return { text, isShortened: octets.length > limit };
}

function style(on: number, off: number): (text: string) => string {
  return (text) => (isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
}
