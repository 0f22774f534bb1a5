// The same in workerd: `/CONTESTANT/CASE/PORT/COUNT` performs COUNT requests in one request event, one after the other.

import { CONTESTANTS } from "./contestants.ts";

export default {
  async fetch(event: Request): Promise<Response> {
    const [contestant = "", name = "", port = "", count = ""] = new URL(event.url).pathname.slice(1).split("/");
    const ask = CONTESTANTS[contestant]?.[name]?.(1);
    if (!ask) return new Response("no such contestant", { status: 404 });
    for (let i = 0; i < Number(count); i++) await ask(`http://127.0.0.1:${port}/`);
    return new Response("done");
  },
};
