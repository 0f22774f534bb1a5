// Time in proportion to size: what a peer can make long, at one size and at double that, must not take more than double
// the time, and a little.
//
// Only the ratio counts, and each time is the least of several, taken in turns: whatever else a machine does makes times
// longer, never shorter. Where that was not enough the pair is measured anew. Heads of up to 256 KiB, the most that a
// limit can be set to, are measured over several doublings, of which the mean counts: the pages that the system gives
// for a large buffer cost more than all that is done with it, and come in steps.

import { ChunkDecoder, ClientConnection, type ClientConnectionOptions } from "httpcore/protocol";
import { octets } from "../octets.ts";

export interface Measurement {
  readonly name: string;
  /** The time for double the size, in times of that for the size. */
  readonly ratio: number;
  readonly isLinear: boolean;
}

/** What takes quadratic time takes four times as long. */
const MAX_RATIO = 2.3;
const REPETITIONS = 5;
const ATTEMPTS = 6;
/** Below this, milliseconds, a time is more about the clock than about what it measures. */
const LEAST_TIME = 4;

interface Subject {
  readonly name: string;
  readonly size: number;
  /** How often the size is doubled. */
  readonly doublings: number;
  /** What is to be done for `size`, made ready; it can be done again and again. */
  prepare(size: number): () => void;
}

const HEAD = "HTTP/1.1 200 OK\r\n";
const KIB = 1024;
/** As large as limits can be set. */
const OPEN: ClientConnectionOptions = {
  limits: {
    maxHeaderSize: 256 * KIB,
    maxTrailerSize: 256 * KIB,
    maxHeaderLines: 4096,
    maxChunkExtensionSize: 2 ** 31 - 1,
    maxInformational: Infinity,
  },
};

/** Receives `whole` in reads of `readSize`; ends with the message or with an error that `isRefused` expects. */
function receive(whole: Uint8Array, readSize: number, end: "accepted" | "refused"): void {
  const connection = new ClientConnection({ ...OPEN, content: "borrowed" });
  connection.send({ type: "request", method: "GET", target: "/", headers: { Host: "a" } });
  connection.send({ type: "end" });
  let last = "";
  try {
    for (let at = 0; at < whole.length; at += readSize) {
      connection.receive(whole.subarray(at, at + readSize));
      for (last = ""; last !== "need-data" && last !== "paused"; ) {
        const event = connection.nextEvent();
        last = event.type;
        if (event.type === "response")
          for (const [, value] of event.headers) if (value === "never") throw new Error(value);
      }
    }
  } catch (error) {
    last = error instanceof Error && "reason" in error ? "refused" : String(error);
  }
  const expected = end === "refused" ? "refused" : "paused";
  if (last !== expected) throw new Error(`the end is ${last}, not ${expected}`);
}

/** Receives the message that `make` gives for a size. */
function receiving(
  name: string,
  size: number,
  readSize: number,
  make: (size: number) => string,
  end: "accepted" | "refused" = "accepted",
  doublings = 1,
): Subject {
  return {
    name,
    size,
    doublings,
    prepare(given) {
      const whole = octets(make(given));
      return () => receive(whole, readSize, end);
    },
  };
}

function upTo256KB(name: string, readSize: number, make: (size: number) => string): Subject {
  return receiving(`up to 256 KB of ${name}`, 7800, readSize, make, "accepted", 5);
}

const END = "Content-Length: 0\r\n\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const spaces = (size: number): string => " ".repeat(size);

const SUBJECTS: readonly Subject[] = [
  receiving(
    "a million chunks of one octet",
    500_000,
    65_536,
    (size) => `${CHUNKED}${"1\r\na\r\n".repeat(size)}0\r\n\r\n`,
  ),
  {
    name: "a million chunks of one octet, decoded alone",
    size: 500_000,
    doublings: 1,
    prepare(size) {
      const whole = octets(`${"1\r\na\r\n".repeat(size)}0\r\n\r\n`);
      return () => {
        const decoder = new ChunkDecoder();
        decoder.decode(whole);
        if (!decoder.done) throw new Error("the message has not ended");
      };
    },
  },
  receiving(
    "a head of 60 KB and one line, octet by octet",
    30_000,
    1,
    (size) => `${HEAD}A: ${"x".repeat(size)}\r\n${END}`,
  ),
  receiving(
    "a head of 60 KB and many lines, octet by octet",
    1500,
    1,
    (size) => `${HEAD}${"Abc: defghijklmnop\r\n".repeat(size)}${END}`,
  ),
  receiving("60 KB of spaces in a value", 30_000, 1460, (size) => `${HEAD}A: x${spaces(size)}y\r\n${END}`),
  receiving("60 KB of spaces in a reason phrase", 30_000, 1460, (size) => `HTTP/1.1 200 ${spaces(size)}\r\n${END}`),
  receiving(
    "a trailer section of 60 KB, octet by octet",
    30_000,
    1,
    (size) => `${CHUNKED}0\r\nA: ${"x".repeat(size)}\r\n\r\n`,
  ),
  upTo256KB("spaces in a value", 1460, (size) => `${HEAD}A: x${spaces(size)}y\r\n${END}`),
  upTo256KB("spaces in front of a value", 1460, (size) => `${HEAD}A:${spaces(size)}y\r\n${END}`),
  upTo256KB("spaces behind a value", 1460, (size) => `${HEAD}A: y${spaces(size)}\r\n${END}`),
  upTo256KB("folds in a value", 1460, (size) => `${HEAD}A: x${"\r\n ".repeat(size / 3)}y\r\n${END}`),
  upTo256KB("spaces in a reason phrase", 1460, (size) => `HTTP/1.1 200 ${spaces(size)}\r\n${END}`),
  upTo256KB("Content-Length: 0,0,0", 65_536, (size) => `${HEAD}Content-Length: 0${",0".repeat(size / 2)}\r\n\r\n`),
  upTo256KB("Connection: a,a,a", 65_536, (size) => `${HEAD}Connection: a${",a".repeat(size / 2)}\r\n${END}`),
  receiving(
    "a million spaces in a chunk extension",
    500_000,
    1460,
    (size) => `${CHUNKED}1${spaces(size)};a\r\na\r\n0\r\n\r\n`,
  ),
  receiving(
    "a chunk extension of a million octets",
    500_000,
    1460,
    (size) => `${CHUNKED}1;a="${"x".repeat(size)}"\r\na\r\n0\r\n\r\n`,
  ),
  receiving("8,000 interim responses", 4000, 1460, (size) => `${"HTTP/1.1 102 \r\n\r\n".repeat(size)}${HEAD}${END}`),
  receiving("a million spaces in a value, refused", 500_000, 1460, (size) => `${HEAD}A: x${spaces(size)}`, "refused"),
  receiving(
    "a million spaces in a reason phrase, refused",
    500_000,
    1460,
    (size) => `HTTP/1.1 200 ${spaces(size)}`,
    "refused",
  ),
];

export function* measurements(): Generator<Measurement> {
  for (const subject of SUBJECTS) yield measure(subject);
}

export const SUBJECT_NAMES: readonly string[] = SUBJECTS.map(({ name }) => name);

export function measureNamed(name: string): Measurement {
  const subject = SUBJECTS.find((one) => one.name === name);
  if (!subject) throw new Error(`there is nothing named '${name}'`);
  return measure(subject);
}

function measure({ name, size, doublings, prepare }: Subject): Measurement {
  const factor = 2 ** doublings;
  const [small, large] = [prepare(size), prepare(factor * size)];
  // As much work on both sides, so that both times are long enough. The compiler's work is done before anything counts.
  const rounds = Math.max(1, Math.ceil(LEAST_TIME / timeOf(large, 1)));
  timeOf(small, factor * rounds);
  let ratio = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && ratio > MAX_RATIO; attempt++) {
    let [leastSmall, leastLarge] = [Infinity, Infinity];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      leastSmall = Math.min(leastSmall, timeOf(small, factor * rounds) / factor);
      leastLarge = Math.min(leastLarge, timeOf(large, rounds));
    }
    ratio = (leastLarge / leastSmall) ** (1 / doublings);
  }
  return { name, ratio, isLinear: ratio <= MAX_RATIO };
}

function timeOf(work: () => void, rounds: number): number {
  const start = performance.now();
  for (let round = 0; round < rounds; round++) work();
  return performance.now() - start;
}
