// The command line of `npm run matrix`.

import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import type { Anomaly } from "./anomaly.ts";
import { CONTESTANTS, type Contestant, VARIABLES } from "./contestants.ts";
import { ANOMALIES } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface Options {
  readonly contestants: readonly Contestant[];
  readonly anomalies: readonly Anomaly[];
  /** Null: the standard output. */
  readonly out: string | null;
}

const DEFAULT_OUT = "docs/matrix.md";

export const HELP = `Usage: npm run matrix -- [options]

Plays ${ANOMALIES.length} anomalies of HTTP responses to several clients and compares what they make of them.
Build first: npm run build.

  --only NAME,...   only these clients:
${CONTESTANTS.map(({ name, title }) => `                    ${name.padEnd(10)} ${title}`).join("\n")}
  --case ID,...     only these anomalies, with their octets and every outcome in full
  --out FILE        where the table goes. Unless given: ${DEFAULT_OUT} when everything is played,
                    the standard output when --only or --case choose a part
  --help            this text

Bun, Deno and workerd are looked for on the PATH; the environment variables
${Object.values(VARIABLES).join(", ")} name other binaries. What is not installed is left out.
`;

/** "help", or what to play. @throws UsageError */
export function readOptions(args: readonly string[]): Options | "help" {
  const { help, only, case: chosenCases, out } = parse(args);
  if (help) return "help";
  if (out !== undefined) checkFolderOf(out);
  const isPart = only !== undefined || chosenCases !== undefined;
  return {
    contestants: chosen("--only", only, CONTESTANTS, ({ name }) => name),
    anomalies: chosen("--case", chosenCases, ANOMALIES, ({ id }) => id),
    out: out ?? (isPart ? null : DEFAULT_OUT),
  };
}

/** Found out before everything is played, not after it. */
function checkFolderOf(out: string): void {
  if (out === "") throw new UsageError("--out takes the name of a file");
  try {
    accessSync(dirname(out), constants.W_OK);
  } catch {
    throw new UsageError(`--out: there is no folder '${dirname(out)}' to write to`);
  }
}

function parse(args: readonly string[]): { help?: boolean; only?: string; case?: string; out?: string } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean" },
        only: { type: "string" },
        case: { type: "string" },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chosen<T>(option: string, list: string | undefined, all: readonly T[], nameOf: (item: T) => string): T[] {
  if (list === undefined) return [...all];
  const names = list.split(",").map((name) => name.trim());
  const known = all.map(nameOf);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`${option} cannot be '${unknown}'; known are ${known.join(", ")}`);
  }
  return all.filter((item) => names.includes(nameOf(item)));
}
