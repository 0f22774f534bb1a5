// An idle connection is as old as its response, however late that is read: what has come since then is seen first.

import { expect, test } from "vitest";
import { openPool } from "../support/outcomes.ts";
import { OK } from "../support/scripted-server.ts";
import { serveIndependently } from "./independent-server.ts";

const FORGED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";

test("S07 surplus that came while the event loop was blocked does not answer a GET on a connection just given back", async () => {
  const good = [{ until: "\r\n\r\n" }, { send: OK }] as const;
  const server = await serveIndependently([...good, { pause: 10 }, { send: FORGED }, "mark"], good);
  const pool = openPool();
  const response = await pool.stream("GET", server.url("/1"));
  server.blockUntil(1);
  expect(await response.text()).toBe("ok");
  expect(await (await pool.request("GET", server.url("/2"))).text()).toBe("ok");
});
