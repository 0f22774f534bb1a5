// Servers for jobs in workerd: one that waits for the test, one that counts. They end with their test.

import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { onTestFinished } from "vitest";
import { type ScriptedServer, serve } from "../support/scripted-server.ts";

/** A response with `content`. */
export const response = (content: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

/** A server of its own, for the runtime's own client in a job: it answers when the test lets it. */
export async function gate(passed: () => Promise<unknown>): Promise<string> {
  const server = http.createServer(async (_message, answer) => {
    await passed();
    answer.end("go on");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
}

/** A server that answers the n-th request of all with n. */
export async function counting(): Promise<ScriptedServer> {
  let count = 0;
  return serve(async (peer) => {
    for (;;) {
      await peer.request();
      peer.send(response(String(++count)));
    }
  });
}
