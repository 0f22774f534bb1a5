// The program that node-http-client.ts runs in.

import { nodeHttpClient } from "./node-http-client.ts";
import { runJobs } from "./run-jobs.ts";

await runJobs(nodeHttpClient);
