// A request that cannot be repeated, directly behind a response: what came with the response, or right behind it, is seen.

import { expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { OK, serve } from "../support/scripted-server.ts";
import { serveIndependently } from "./independent-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

test("S07 surplus in a segment of its own, while the event loop is blocked at the response", async () => {
  // The read that brings the response has been made; the forgery comes before the next one can be.
  const good = [{ until: "\r\n\r\n" }, { send: OK }] as const;
  const server = await serveIndependently([...good, { pause: 10 }, { send: FORGED }, "mark"], good);
  const pool = openPool();
  const response = await pool.stream("GET", server.url("/1"));
  server.blockUntil(1);
  expect(await response.text()).toBe("ok");
  expect(await (await pool.request("POST", server.url("/2"))).text()).toBe("ok");
  expect(await server.received()).toHaveLength(2);
});

test("S20 a POST directly behind a response whose FIN came with it does not fail", async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.end(OK);
  });
  const pool = openPool();
  for (let i = 0; i < 4; i++) expect(await (await pool.request("POST", server.url())).text()).toBe("ok");
});
