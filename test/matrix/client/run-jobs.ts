// The main program of a contestant in a process of its own (Node, Bun, Deno): jobs come as JSON in the last argument,
// each of them is reported in one line as soon as it is done.

import { type Client, type Job, play } from "./play.ts";

/** Marks a line of ours among what a runtime may print. */
export const MARK = "@@PLAYED ";

/** Hanging requests wait side by side. */
const AT_ONCE = 6;

export async function runJobs(open: () => Client): Promise<void> {
  const jobs: Job[] = JSON.parse(process.argv.at(-1) ?? "[]");
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      process.stdout.write(`${MARK}${JSON.stringify(await play(job, open))}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  process.exit(0);
}
