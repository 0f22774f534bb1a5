// Colours of what goes to standard output: only where that is a terminal, and never where NO_COLOR is set
// (https://no-color.org) or the terminal has none.

import process from "node:process";
import picocolors from "picocolors";

export const colours = picocolors.createColors(process.stdout.isTTY === true && mayHaveColours());

// Deno shows variables only where it may: what cannot be asked is not done.
function mayHaveColours(): boolean {
  try {
    return !process.env.NO_COLOR && process.env.TERM !== "dumb";
  } catch {
    return false;
  }
}
