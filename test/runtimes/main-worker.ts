// The suite as a worker, for workerd: a request event for each case, its number in the path and the context in the body.

import type { Context } from "./suite/harness.ts";
import { runCase } from "./suite/harness.ts";
import { SUITE } from "./suite.ts";

const unhandled: string[] = [];
globalThis.addEventListener("unhandledrejection", (event) => {
  unhandled.push(String((event as Event & { reason: unknown }).reason));
});

export default {
  async fetch(event: Request): Promise<Response> {
    const one = SUITE[Number(new URL(event.url).pathname.slice(1))];
    if (!one) return new Response("no such case", { status: 404 });
    const outcome = await runCase(one, (await event.json()) as Context);
    const error = unhandled.length > 0 ? `unhandled: ${unhandled.splice(0).join("; ")}` : null;
    return Response.json({ ...outcome, error: outcome.error ?? error });
  },
};
