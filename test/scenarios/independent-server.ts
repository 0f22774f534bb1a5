// A server in a thread of its own: it goes on while the event loop of the client is blocked, and closes at moments that
// a server in the same thread cannot choose.
//
// In: for each connection a list of steps. Out: what came, and a mark that the client can wait for without giving its
// event loop a turn. Connections beyond the lists do what the last list says.

import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

export type Step =
  /** Waits until this text has come, behind what earlier steps have waited for. */
  | { readonly until: string }
  /** Sends octets, one character for each, and waits until they have left. */
  | { readonly send: string }
  | { readonly pause: number }
  /** Lets the client know, though its event loop may be blocked. */
  | "mark"
  /** Reads no more. */
  | "stop reading"
  /** A FIN; reading goes on. */
  | "end"
  /** A FIN, and a RST for octets that have not been read or come later. */
  | "close"
  /** A RST. */
  | "reset";

export interface IndependentServer {
  url(target?: string): string;
  /** The begin of what every connection has sent, in order. */
  received(): Promise<string[]>;
  /** Blocks the event loop until the server has made `count` marks in all. */
  blockUntil(count: number): void;
}

/** How long a mark may take: far more than it needs. */
const PATIENCE = 5000;

// Runs in the other thread. Sockets are half-open, so that a FIN of the client closes nothing by itself.
const CODE = `
const { parentPort, workerData } = require("node:worker_threads");
const { scripts, marks } = workerData;
const peers = [];
const server = require("node:net").createServer({ allowHalfOpen: true, noDelay: true }, async (socket) => {
  const peer = { received: "", at: 0, wake: () => {} };
  const steps = scripts[Math.min(peers.push(peer), scripts.length) - 1];
  socket.on("error", () => {});
  socket.on("close", () => peer.wake());
  socket.on("data", (octets) => {
    if (peer.received.length < 100_000) peer.received += octets.toString("latin1");
    peer.wake();
  });
  for (const step of steps) {
    if (step.until !== undefined) {
      while (peer.received.indexOf(step.until, peer.at) < 0 && !socket.destroyed) await new Promise((resolve) => { peer.wake = resolve; });
      peer.at = peer.received.indexOf(step.until, peer.at) + step.until.length;
    } else if (step.send !== undefined) await new Promise((resolve) => socket.write(Buffer.from(step.send, "latin1"), resolve));
    else if (step.pause !== undefined) await new Promise((resolve) => setTimeout(resolve, step.pause));
    else if (step === "end") await new Promise((resolve) => socket.end(resolve));
    else if (step === "close") socket.end(() => socket.destroy());
    else if (step === "reset") socket.resetAndDestroy();
    else if (step === "stop reading") socket.pause();
    else if (step === "mark") {
      // The steps before have reached the socket once it has been closed, or in the next turn.
      await new Promise((resolve) => setTimeout(resolve, 5));
      Atomics.add(marks, 0, 1);
      Atomics.notify(marks, 0);
    }
  }
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
parentPort.on("message", () => parentPort.postMessage(peers.map(({ received }) => received)));
`;

/** A server on 127.0.0.1 that ends with the test. */
export async function serveIndependently(...scripts: (readonly Step[])[]): Promise<IndependentServer> {
  const marks = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(CODE, { eval: true, workerData: { scripts, marks } });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const answer = <Answer>(): Promise<Answer> =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const port = await answer<number>();
  return {
    url: (target = "/") => `http://127.0.0.1:${port}${target}`,
    received() {
      const received = answer<string[]>();
      worker.postMessage("received?");
      return received;
    },
    blockUntil(count) {
      const end = performance.now() + PATIENCE;
      for (let marked = Atomics.load(marks, 0); marked < count; marked = Atomics.load(marks, 0)) {
        if (performance.now() > end) throw new Error(`the server has made ${marked} of ${count} marks`);
        Atomics.wait(marks, 0, marked, 100);
      }
    },
  };
}
