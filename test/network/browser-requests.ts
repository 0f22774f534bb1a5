// Requests that a page and Node send alike. The function is also run in a page, so it uses nothing from around it.

import type { ConnectionPool } from "httpcore";

/** Sends requests of every kind to `origin`, one after the other; gives what came of each. */
export async function sendRequests(
  pool: Pick<ConnectionPool, "request" | "stream">,
  origin: string,
): Promise<string[]> {
  const octets = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i % 251);
  const results: string[] = [];
  const send = async (...parameters: Parameters<ConnectionPool["request"]>): Promise<void> => {
    const response = await pool.request(...parameters);
    results.push(`${response.status} ${await response.text()}`);
  };
  async function* pieces(): AsyncGenerator<Uint8Array | string> {
    for (const size of [1, 0, 70_000]) yield octets(size);
    yield "Zoë";
  }
  await send("GET", `${origin}/plain?a=b&c=%20#fragment`);
  const headers: [string, string | Uint8Array][] = [
    ["X-UPPER", "1"],
    ["x-lower", new Uint8Array([0x5a, 0x6f, 0xeb])],
    ["X-UPPER", ""],
  ];
  await send("DELETE", `${origin}/headers`, { headers });
  await send("POST", `${origin}/text`, { content: "Zoë" });
  await send("PUT", `${origin}/octets`, { content: octets(300_000) });
  await send("POST", `${origin}/blob`, { content: new Blob(["a", "b"], { type: "text/plain" }) });
  await send("POST", `${origin}/iterable`, { content: pieces(), extensions: { trailers: () => ({ "X-End": "yes" }) } });
  await send("POST", `${origin}/stream`, { content: new Blob([octets(5000) as BlobPart]).stream() });
  await send("POST", `${origin}/chunked`, { content: "once", headers: { "Transfer-Encoding": "chunked" } });
  await send("OPTIONS", `${origin}/`, { extensions: { target: "*" } });
  const response = await pool.stream("PATCH", `${origin}/streamed`);
  let text = "";
  for await (const chunk of response.iterStream()) text += String.fromCharCode(...chunk);
  results.push(`${response.status} ${text}`);
  return results;
}
