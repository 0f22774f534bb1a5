// The progress of a download: a bar on a terminal, a line for every quarter where the output goes elsewhere.
//
// In: the size in all, if it is known, and the octets as they come. Out: text on stdout.

import cliProgress from "cli-progress";

const STEPS = 4;

/** Told of octets as they come. */
export interface Progress {
  advance(octets: number): void;
  end(): void;
}

/** Starts to show progress. `total` is null when nobody knows how much there is to come. */
export function showProgress(total: number | null): Progress {
  return total !== null && process.stdout.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const single = new cliProgress.SingleBar(
    { format: "  [{bar}] {percentage} %  {value} of {total} octets", stream: process.stdout, barsize: 50 },
    cliProgress.Presets.shades_classic,
  );
  single.start(total, 0);
  return {
    advance: (octets) => single.increment(octets),
    end: () => {
      single.stop();
      console.log();
    },
  };
}

function lines(total: number | null): Progress {
  let received = 0;
  let step = 0;
  return {
    advance: (octets) => {
      received += octets;
      if (total === null || received < (total * (step + 1)) / STEPS) return;
      step = Math.floor((received * STEPS) / total);
      console.log(`  ${String((step * 100) / STEPS).padStart(3)} %  ${received} of ${total} octets`);
    },
    end: () => {
      if (total === null) console.log(`  ${received} octets`);
      console.log();
    },
  };
}
