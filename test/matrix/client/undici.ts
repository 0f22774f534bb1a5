// The program that undici-client.ts runs in.

import { runJobs } from "./run-jobs.ts";
import { undiciClient } from "./undici-client.ts";

await runJobs(undiciClient);
