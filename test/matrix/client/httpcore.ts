// The built httpcore, as users get it.

import { httpcoreClient } from "./httpcore-client.ts";
import { runJobs } from "./run-jobs.ts";

const BUILT = new URL("../../../dist/index.js", import.meta.url).href;
const httpcore: typeof import("httpcore") = await import(BUILT);

await runJobs(() => httpcoreClient(httpcore));
