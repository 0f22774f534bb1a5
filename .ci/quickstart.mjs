// The quickstart as a new user would type it, against a server in the same process. Every statement is checked.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { ConnectionPool, request, stream } from "httpcore";
import { MockBackend } from "httpcore/mock";
import { parseResponseHead } from "httpcore/protocol";

const server = createServer(async (incoming, outgoing) => {
  const pieces = [];
  for await (const piece of incoming) pieces.push(piece);
  const headers = Object.fromEntries(
    incoming.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : [[name, all[i + 1]]])),
  );
  if (incoming.url === "/download") outgoing.end(Buffer.alloc(3_000_000, "x"));
  else outgoing.end(JSON.stringify({ headers, data: Buffer.concat(pieces).toString() }));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const base = `http://127.0.0.1:${server.address().port}`;

let response = await request("GET", `${base}/`);
assert.equal(String(response), "<Response [200]>");
assert.equal(response.status, 200);
assert.ok([...response.headers].some(([name]) => name === "Content-Length"));
assert.ok(response.content.length > 0);

response = await request("GET", `${base}/headers`, { headers: { "User-Agent": "httpcore" } });
assert.deepEqual((await response.json()).headers, { Host: base.slice(7), "User-Agent": "httpcore" });

response = await request("POST", `${base}/post`, { content: new TextEncoder().encode("Hello, world") });
assert.equal((await response.json()).headers["Content-Length"], "12");

writeFileSync("hello-world.txt", "Hello, world");
response = await request("POST", `${base}/post`, { content: createReadStream("hello-world.txt") });
const echoed = await response.json();
assert.equal(echoed.data, "Hello, world");
assert.equal(echoed.headers["Transfer-Encoding"], "chunked");

response = await stream("GET", `${base}/download`);
const output = createWriteStream("download.bin");
for await (const chunk of response.iterStream()) output.write(chunk);
output.end();
await once(output, "finish");
assert.equal(readFileSync("download.bin").length, 3_000_000);

response = await stream("GET", `${base}/download`);
if (Number(response.headers.get("content-length")) > 100_000_000) throw new Error("Response too large.");
assert.equal((await response.read()).length, 3_000_000);

const pool = new ConnectionPool({ networkBackend: new MockBackend(["HTTP/1.1 204 No Content\r\n\r\n"]) });
assert.equal((await pool.request("GET", "https://www.example.com/")).status, 204);
const head = parseResponseHead(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
assert.equal(head.framing, "content-length");

server.close();
console.log("the quickstart holds from the packed tarball");
