// How the time of a run grows with its size, measured so that a busy machine does not matter.
//
// In: a run. Out: the time for twice the size by the time for the size. Both are taken alternately, and of each the
// shortest counts, as noise only ever adds. It ends as soon as the ratio is one that only a linear run can have, or when it
// has taken too long to be one.

/** Twice for what is linear, four times for what is quadratic; the rest is slack. */
export const LINEAR = 2.3;

const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 40;
/** Rounds that take longer than this altogether, in milliseconds, are those of a run that is not linear. */
const PATIENCE = 4000;

export async function ratioOfDouble(size: number, run: (size: number) => unknown): Promise<number> {
  await run(size);
  const end = performance.now() + PATIENCE;
  let single = Infinity;
  let double = Infinity;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    single = Math.min(single, await timeOf(() => run(size)));
    double = Math.min(double, await timeOf(() => run(2 * size)));
    if (round >= LEAST_ROUNDS && (double / single <= LINEAR || performance.now() > end)) break;
  }
  return double / single;
}

// Of the processor and not of the clock: the longer of two runs would be interrupted more often by other processes.
async function timeOf(run: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
