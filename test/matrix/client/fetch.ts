// The program that fetch-client.ts runs in.

import { fetchClient } from "./fetch-client.ts";
import { runJobs } from "./run-jobs.ts";

await runJobs(fetchClient);
