// The program that undici-client.ts runs in.

import { undiciClient } from "./undici-client.ts";
import { runJobs } from "./run-jobs.ts";

await runJobs(undiciClient);
