// One measurement of one parser, in a process of its own: `node client.mjs SETTINGS`, SETTINGS as JSON. It prints one line
// of JSON: nanoseconds for each message, or for each octet of content.

import process from "node:process";
import { chunkedMessage } from "./chunks.mjs";
import { messagesNamed } from "./heads.mjs";
import { reportTimeOf } from "./time.mjs";

/**
 * @typedef {object} ParserSettings
 * @property {string} contender a file of contenders/
 * @property {"all" | "lookups" | "chunks"} task
 * @property {string} [set] of heads
 * @property {number} [chunkSize]
 * @property {number} warmUp milliseconds of CPU time
 * @property {number} duration milliseconds of CPU time
 */

/** @type {ParserSettings} */
const settings = JSON.parse(process.argv[2] ?? "");
/** @type {{ contender: import("./contender.mjs").Contender }} */
const { contender } = await import(`./contenders/${settings.contender}.mjs`);
const { task } = settings;

/** What was made last, so that nothing can be left out as unused. @type {{ latest?: unknown }} */
const kept = /** @type {object} */ (globalThis);

const [step, unit] = task === "chunks" ? chunkStep(settings.chunkSize ?? 0) : headStep(task, settings.set ?? "");
reportTimeOf(step, unit, settings);

/** A step parses all messages of the set. @type {(mode: import("./contender.mjs").Mode, set: string) => [() => void, number]} */
function headStep(mode, set) {
  const messages = messagesNamed(set);
  const parse = contender.heads(mode);
  for (const message of messages) check(mode, parse(message.octets), message);
  // A set of one head is parsed many times in a step, so that looking at the clock costs nothing.
  const times = Math.ceil(512 / messages.length);
  const all = Array.from({ length: times }, () => messages.map(({ octets }) => octets)).flat();
  const oneByOne = () => {
    for (const octets of all) kept.latest = parse(octets);
  };
  return [oneByOne, all.length];
}

/** A step decodes one message. @type {(chunkSize: number) => [() => void, number]} */
function chunkStep(chunkSize) {
  const message = chunkedMessage(chunkSize);
  const decode = contender.chunks();
  const size = decode(message);
  if (size !== message.contentSize) throw new Error(`${size} octets of content instead of ${message.contentSize}`);
  const decodeAll = () => {
    kept.latest = decode(message);
  };
  return [decodeAll, message.contentSize];
}

/** @type {(mode: string, strings: string[], message: import("./heads.mjs").Message) => void} */
function check(mode, strings, { lines, headerOctets }) {
  const octets = strings.join("").length;
  const isRight =
    mode === "all"
      ? strings.length === 2 * lines && octets === headerOctets
      : strings.length === 2 && strings.every((text) => text !== "");
  if (!isRight) throw new Error(`${settings.contender} gave ${strings.length} strings with ${octets} octets`);
}
