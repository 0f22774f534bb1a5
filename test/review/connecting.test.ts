// What is left of connecting when its exchange is over: nothing, at once.

import { expect, test } from "vitest";
import { Connecting, type Waiting } from "../../src/pool/connecting.ts";
import type { DialSettings } from "../../src/pool/dial.ts";
import { Relay } from "../../src/pool/relay.ts";
import { routeTo } from "../../src/pool/route.ts";
import { toParsedURL } from "../../src/url.ts";
import { rejection } from "../support/outcomes.ts";

const refusing = {
  runtime: "refusing",
  connectTcp: async () => {
    throw new Error("refused");
  },
};
const receiver = { received() {}, drained() {}, ended() {}, failed() {} };

// The pause ran on, half a second or a minute, and kept the process alive as long.
test("an abort while the tracer hears of a retry leaves no pause", async () => {
  const paused: unknown[] = [];
  const exchange: Waiting = {
    held: null,
    enter: () => true,
    stopClock() {},
    started(step, info) {
      if (step === "connection.retry" && "delay" in info && info.delay === 500) connecting.abort();
    },
    complete(step, info) {
      if (step === "connection.retry") paused.push(info);
    },
    failed() {},
  };
  const connecting = new Connecting(exchange, 5);
  const route = routeTo(toParsedURL("http://x.example/").authority, null, null);
  const settings = { backend: refusing, uds: null, socket: {}, tls: {} } as unknown as DialSettings;
  await rejection(connecting.run(route, settings, new Relay(receiver)));
  expect(paused).toEqual([{ delay: 0 }]);
});
