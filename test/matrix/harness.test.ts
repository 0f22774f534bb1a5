// The matrix's own machinery, end to end: a client that does everything wrong must be caught. It reads what it likes,
// keeps what is left over for the next response, and never gives a connection up.

import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { octets, present, text } from "../octets.ts";
import type { Anomaly } from "./anomaly.ts";
import { type Client, play, shown } from "./client/play.ts";
import { type Exchanges, judge } from "./judge.ts";
import { AnomalyServer } from "./server.ts";
import { ANOMALIES } from "./table.ts";

const PATIENCE = 1000;

function naiveClient(): Client {
  let socket: net.Socket | null = null;
  let received = "";
  let hasEnded = false;
  let wake = (): void => {};
  const open = (port: number): net.Socket => {
    const opened = net.connect(port, "127.0.0.1");
    const leave = (): void => {
      hasEnded = true;
      wake();
    };
    opened.on("end", leave).on("close", leave);
    opened.on("error", () => {});
    opened.on("data", (data: Buffer) => {
      received += text(data);
      wake();
    });
    return opened;
  };
  const more = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  return {
    async send(method, url) {
      const { port, pathname } = new URL(url);
      if (socket === null || hasEnded) {
        hasEnded = false;
        socket = open(Number(port));
      }
      socket.write(`${method} ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      let end = received.search(/\r?\n\r?\n/);
      for (; end < 0 && !hasEnded; end = received.search(/\r?\n\r?\n/)) await more();
      const [line = "", ...lines] = received.slice(0, end).split(/\r?\n|\r/);
      received = received.slice(end).replace(/^\r?\n\r?\n/, "");
      const headers = lines.map((one): [string, string] => [one.replace(/:.*/, ""), one.replace(/^[^:]*:\s*/, "")]);
      const length = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
      const size = length === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(length, 10);
      while (received.length < size && !hasEnded) await more();
      const content = received.slice(0, size);
      received = received.slice(content.length);
      return { status: Number(line.split(" ")[1]), headers, content: shown(octets(content)), trailers: null };
    },
    close: () => void socket?.destroy(),
  };
}

async function judged(id: string, open: () => Client): Promise<string> {
  const anomaly: Anomaly = present(ANOMALIES.find((one) => one.id === id));
  const server = await AnomalyServer.start([anomaly]);
  onTestFinished(() => server.close());
  const { first, next } = await play(present(server.jobs(PATIENCE)[0]), open);
  const exchanges: Exchanges = { first, next, isReused: server.isReused(id) };
  const { verdict, word } = judge(anomaly, exchanges);
  return `${verdict}: ${word}`;
}

test.each([
  ["behind-response", "dangerous: next poisoned"],
  ["behind-half", "dangerous: next poisoned"],
  ["idle-response", "dangerous: next poisoned"],
  ["idle-half", "dangerous: next poisoned"],
  ["close-left-open", "lenient: reuses"],
  ["cr-in-value", "dangerous: injected field"],
  ["lf-all", "lenient: accepts"],
  ["both-length-first", "dangerous: length decides"],
  ["coding-unknown", "dangerous: raw framing"],
  ["cut-content", "dangerous: cut content"],
  ["101-unasked", "dangerous: hangs"],
  ["value-empty", "right: accepted"],
])("%s, read by a client that does everything wrong, is %s", async (id, expected) => {
  expect(await judged(id, naiveClient)).toBe(expected);
});

test("a client that refuses everything is too strict, and in no danger", async () => {
  const refusing = (): Client => ({ send: () => Promise.reject(new Error("no")), close: () => {} });
  expect(await judged("value-empty", refusing)).toBe("wrong: too strict");
  // Its second request fails as well, which no expectation allows.
  expect(await judged("lf-all", refusing)).toBe("wrong: next fails");
});
