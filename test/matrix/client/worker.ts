// workerd's fetch as a contestant: a worker that takes one job in each request and answers with what became of it.

import { fetchClient } from "./fetch-client.ts";
import { type Job, play } from "./play.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const job: Job = await request.json();
    return Response.json(await play(job, fetchClient));
  },
};
