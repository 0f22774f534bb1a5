// npm run bench:parser: the parser of httpcore/protocol and others on the same octets, without any socket.
//
// Each measurement has a fresh process; contenders take turns, every other round in reverse order, and ratios are taken
// within a round. The figures go to bench/results.json and docs/benchmarks.md.

import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { build } from "esbuild";
import { codecForEsbuild } from "../../scripts/codec-plugin.mjs";
import { writeDocs } from "../docs.ts";
import { median, spread } from "../measurement.ts";
import { Child, PATIENCE } from "../processes.ts";
import { keepParsers } from "../record.ts";
import { makeNative } from "./native.ts";
import { formatTask, type ParserRecord, type ParserResult } from "./results.ts";
import { ALONE, CONTENDERS, REFERENCE, TASKS, type Task } from "./tasks.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BUILD = here(".build");
const FULL = { rounds: 5, warmUp: 250, duration: 500 };
const QUICK = { rounds: 1, warmUp: 250, duration: 200 };
const STARTS = 10;

const HELP = `Usage: npm run bench:parser -- [options]

  --quick           one round, short: a look, not a result; nothing is kept
  --rounds N        rounds (${FULL.rounds}, with --quick ${QUICK.rounds})
  --task NAME,...   only these; nothing is kept then: ${TASKS.map(({ name }) => name).join(", ")}
  --help            this text

The native parser is taken from the folder in PICOHTTPPARSER, or from its repository.
`;

interface Times {
  readonly warmUp: number;
  readonly duration: number;
}

type Commands = Readonly<Record<string, (task: Task, times: Times) => readonly string[]>>;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") {
    const isHelp = options === HELP;
    (isHelp ? process.stdout : process.stderr).write(`${options}\n`);
    return isHelp ? 0 : 2;
  }
  const { tasks, rounds, times, isRecord } = options;
  const { commands, missing } = await makeCommands();
  const results = await measureAll(tasks, commands, rounds, times);
  const record: ParserRecord = { date: new Date().toISOString(), rounds, results, ...(await measureStart()) };
  for (const task of tasks) console.log(`\n${formatTask(task, results)}`);
  if (missing) console.log(`\nNo native parser to compare with: ${missing}.`);
  const { wasmSize, llhttpSize, importMilliseconds, firstUseMilliseconds } = record;
  console.log(`\nThe module has ${wasmSize} octets, undici's llhttp ${llhttpSize}.`);
  console.log(
    `Importing httpcore/protocol takes ${importMilliseconds.toFixed(1)} ms, a first parse ${firstUseMilliseconds.toFixed(1)} ms.`,
  );
  if (isRecord) {
    keepParsers(record);
    writeDocs();
  }
  return 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean" },
        help: { type: "boolean" },
        rounds: { type: "string" },
        task: { type: "string" },
      },
    });
    if (values.help) return HELP;
    const base = values.quick ? QUICK : FULL;
    const rounds = Number(values.rounds ?? base.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a number from 1 on, not '${values.rounds}'`;
    const names = values.task?.split(",") ?? TASKS.map(({ name }) => name);
    const unknown = names.find((name) => !TASKS.some((task) => task.name === name));
    if (unknown !== undefined) return `--task cannot be '${unknown}'; see --help`;
    const tasks = TASKS.filter(({ name }) => names.includes(name));
    return { tasks, rounds, times: base, isRecord: !values.quick && values.task === undefined };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** How each contender is started; `missing` says why the native parser is not among them. */
async function makeCommands(): Promise<{ commands: Commands; missing: string | null }> {
  if (!existsSync(here("../../dist/protocol.js"))) throw new Error("there is no dist/; run `npm run build` first");
  rmSync(BUILD, { recursive: true, force: true });
  mkdirSync(BUILD, { recursive: true });
  await build({
    entryPoints: [here("wasm.ts")],
    outfile: `${BUILD}/wasm.mjs`,
    bundle: true,
    format: "esm",
    platform: "node",
    plugins: [codecForEsbuild()],
    logLevel: "error",
  });
  const node = [process.execPath, "--no-warnings"];
  const commands: { [name: string]: Commands[string] } = {
    wasm: ({ set }, times) => [...node, `${BUILD}/wasm.mjs`, JSON.stringify({ set, ...times })],
  };
  for (const contender of Object.keys(CONTENDERS)) {
    const flags = contender === "node-native" ? ["--expose-internals"] : [];
    commands[contender] = ({ kind, set, chunkSize }, times) => {
      const settings = { contender, task: kind, set, chunkSize, ...times };
      return [...node, ...flags, here("client.mjs"), JSON.stringify(settings)];
    };
  }
  const native = makeNative(BUILD);
  if ("missing" in native) return { commands, missing: native.missing };
  commands.native = ({ set = "" }, { warmUp, duration }) => [...native.command(set), String(warmUp), String(duration)];
  return { commands, missing: null };
}

async function measureAll(
  tasks: readonly Task[],
  commands: Commands,
  rounds: number,
  times: Times,
): Promise<ParserResult[]> {
  const contendersOf = ({ kind }: Task): string[] =>
    Object.keys(kind === "alone" ? ALONE : CONTENDERS).filter((name) => commands[name]);
  const progress = new cliProgress.SingleBar({
    format: "{bar} {value}/{total} {what}, {eta_formatted} left",
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 30_000,
  });
  progress.start(tasks.reduce((sum, task) => sum + contendersOf(task).length, 0) * rounds, 0, { what: "" });
  const found = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const task of tasks) {
      const contenders = contendersOf(task);
      for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
        progress.update({ what: `${task.name}: ${contender}` });
        const nanoseconds = await measure(commands[contender]?.(task, times) ?? []);
        const key = `${task.name} ${contender}`;
        found.set(key, [...(found.get(key) ?? []), nanoseconds]);
        progress.increment();
      }
    }
  }
  progress.stop();
  return tasks.flatMap((task) =>
    contendersOf(task).map((contender): ParserResult => {
      const own = found.get(`${task.name} ${contender}`) ?? [];
      const against = (name: string, reference: string) =>
        spread((found.get(`${name} ${reference}`) ?? []).map((other, round) => other / (own[round] ?? Number.NaN)));
      const isLazy = task.kind === "lookups";
      return {
        task: task.name,
        contender,
        nanoseconds: spread(own) ?? { median: Number.NaN, min: Number.NaN, max: Number.NaN },
        ratio: against(task.name, task.kind === "alone" ? "native" : REFERENCE),
        ratioToAll: isLazy ? against(task.name.replace("lookups", "all"), REFERENCE) : null,
      };
    }),
  );
}

async function measure(command: readonly string[]): Promise<number> {
  const child = new Child(command.join(" "), command);
  const { nanoseconds } = await child.message<{ nanoseconds: number }>("result", 2 * PATIENCE);
  await child.ended(PATIENCE);
  return nanoseconds;
}

/** The sizes of the modules, and the time of importing: medians of fresh processes. */
async function measureStart(): Promise<
  Pick<ParserRecord, "wasmSize" | "llhttpSize" | "importMilliseconds" | "firstUseMilliseconds">
> {
  const found: { imported: number; used: number }[] = [];
  for (let i = 0; i < STARTS; i++) {
    const child = new Child("the import", [process.execPath, here("import.mjs")]);
    found.push(await child.message("result", PATIENCE));
    await child.ended(PATIENCE);
  }
  const require = createRequire(import.meta.url);
  return {
    wasmSize: statSync(here("../../dist/workerd/codec.wasm")).size,
    llhttpSize: (require("undici/lib/llhttp/llhttp_simd-wasm.js") as Buffer).length,
    importMilliseconds: median(found.map(({ imported }) => imported)),
    firstUseMilliseconds: median(found.map(({ used }) => used)),
  };
}
