// What is measured, and the command line that chooses from it.

import { parseArgs } from "node:util";

/** What the server answers, and how many connections are kept busy. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly response: "small" | "large" | "chunked";
  readonly connections: number;
}

export interface Contestant {
  readonly name: string;
  readonly title: string;
}

export interface Options {
  readonly cases: readonly Case[];
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  /** Milliseconds. */
  readonly warmUp: number;
  readonly duration: number;
}

/** A command line that cannot be obeyed. */
export class UsageError extends Error {}

const CASES: readonly Case[] = [
  { name: "small", title: "200 B responses, 50 connections", response: "small", connections: 50 },
  { name: "small-1", title: "200 B responses, 1 connection", response: "small", connections: 1 },
  { name: "large", title: "64 KiB with Content-Length, 50 connections", response: "large", connections: 50 },
  { name: "chunked", title: "64 KiB in chunks of 16 KiB, 50 connections", response: "chunked", connections: 50 },
];

/** Names are those of client/main.mjs. */
const CONTESTANTS: readonly Contestant[] = [
  { name: "httpcore", title: "httpcore request, read timeout and signal" },
  { name: "httpcore-plain", title: "httpcore request" },
  { name: "httpcore-paths", title: "httpcore request, another path each time" },
  { name: "undici", title: "undici request, arrayBuffer()" },
  { name: "undici-dump", title: "undici request, dump()" },
  { name: "undici-signal", title: "undici request, signal, arrayBuffer()" },
  { name: "node-http", title: "node:http with Agent" },
  { name: "bare", title: "bare socket, no parser" },
];

/** The contestants that others are compared with. */
export const REFERENCES = ["undici", "undici-dump", "bare"] as const;

const FULL = { rounds: 5, warmUp: 1000, duration: 3000 };
const QUICK = { rounds: 1, warmUp: 300, duration: 1000 };

export const HELP = `Usage: npm run bench -- [options]

Compares httpcore with other clients on the loopback interface. Build first: npm run build.

  --quick           one round of ${QUICK.duration / 1000} s each: a look, not a result
  --rounds N        rounds (${FULL.rounds}, with --quick ${QUICK.rounds})
  --case NAME,...   only these cases: ${CASES.map(({ name }) => name).join(", ")}
  --only NAME,...   only these contestants:
${CONTESTANTS.map(({ name, title }) => `                    ${name.padEnd(15)} ${title}`).join("\n")}
  --help            this text

The table goes to the standard output, every figure to bench/results.json.
`;

/** "help", or what to measure. @throws UsageError */
export function readOptions(args: readonly string[]): Options | "help" {
  const given = parse(args);
  if (given.help) return "help";
  const base = given.quick ? QUICK : FULL;
  return {
    ...base,
    rounds: given.rounds === undefined ? base.rounds : toRounds(given.rounds),
    cases: chosen("--case", given.case, CASES),
    contestants: chosen("--only", given.only, CONTESTANTS),
  };
}

function parse(args: readonly string[]): {
  quick?: boolean;
  help?: boolean;
  rounds?: string;
  case?: string;
  only?: string;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        help: { type: "boolean" },
        rounds: { type: "string" },
        case: { type: "string" },
        only: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toRounds(text: string): number {
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1 || rounds > 1000) {
    throw new UsageError(`--rounds takes a number from 1 to 1000, not '${text}'`);
  }
  return rounds;
}

function chosen<T extends { readonly name: string }>(option: string, list: string | undefined, all: readonly T[]): T[] {
  if (list === undefined) return [...all];
  const names = list.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!all.some((item) => item.name === name)) {
      const known = all.map((item) => item.name).join(", ");
      throw new UsageError(`${option} cannot be '${name}'; known are ${known}`);
    }
  }
  return all.filter(({ name }) => names.includes(name));
}
