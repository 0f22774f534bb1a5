// One measurement on Deno or Bun, as main.mjs is on Node.

import { measure } from "./measure.mjs";
import { PORTABLE } from "./portable.mjs";

await measure(PORTABLE);
