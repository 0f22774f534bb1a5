// One measurement as a contestant sees it: what to ask for, whether to go on, and where each response is reported.
//
// A contestant keeps `connections` loops going until `isStopping`, and calls `begin` before and `done` behind every
// request. Content is checked, so that nobody is fast by leaving something out. Nothing of a runtime is used here.

/** Header fields that all contestants send, besides what they add by themselves. */
export const HEADERS = { accept: "*/*", "user-agent": "bench" };

/** Latencies that are kept; the newest. */
const SAMPLES = 65_536;

/**
 * What a client process is told.
 * @typedef {object} Settings
 * @property {string} contestant
 * @property {"load" | "whole" | "cold"} kind
 * @property {number} port
 * @property {number} connections
 * @property {number} origins
 * @property {boolean} isTls
 * @property {boolean} readsHeaders
 * @property {boolean} readsPieces
 * @property {number} contentSize what each response must contain
 * @property {number} responseSize octets of a response, head included
 * @property {number} headerOctets of the names and values of a response
 * @property {{ framing: "content-length" | "chunked", size: number, pieceSize: number } | null} content of each request
 * @property {number} requests when to stop; 0 for never
 * @property {number} sampleEvery the latency of each so many-th request is taken
 * @property {number} warmUp milliseconds, at least
 * @property {number} mostWarmUp milliseconds, at most
 * @property {number} warmResponses the least that have to come before it is over
 * @property {number} duration milliseconds
 * @property {number} patience milliseconds until the process ends itself
 */

export class Run {
  responses = 0;
  isStopping = false;
  /** Milliseconds; the first `sampleCount` of them, or all. */
  samples = new Float64Array(SAMPLES);
  sampleCount = 0;
  #begun = 0;
  #startedAt;
  #urls;
  #urlIndex = 0;

  /** @param {Settings} settings */
  constructor(settings) {
    this.settings = settings;
    const { connections, content, isTls, port, origins, contentSize, readsHeaders } = settings;
    this.connections = connections;
    this.contentSize = contentSize;
    this.readsHeaders = readsHeaders;
    this.scheme = isTls ? "https" : "http";
    this.port = port;
    this.origin = `${this.scheme}://127.0.0.1:${port}`;
    const hosts = Array.from({ length: origins }, (_, i) => `127.1.${i >> 8}.${i & 255}`);
    this.#urls = origins > 1 ? hosts.map((host) => `http://${host}:${port}/`) : [`${this.origin}/`];
    this.method = content ? "POST" : "GET";
    this.#startedAt = new Float64Array(connections);
    const octets = content ? new Uint8Array(content.pieceSize).fill(0x78) : null;
    /** Request content that goes out whole. */
    this.octets = content?.framing === "content-length" ? octets : null;
    /** Request content that goes out piece by piece: a piece, and how often. */
    this.piece = content?.framing === "chunked" ? octets : null;
    this.pieceCount = content ? content.size / content.pieceSize : 0;
  }

  /** The URL of the next request; there is more than one only with more than one origin. */
  nextUrl() {
    if (this.#urlIndex === this.#urls.length) this.#urlIndex = 0;
    return /** @type {string} */ (this.#urls[this.#urlIndex++]);
  }

  /** Content for one request, or undefined: octets, or pieces as they come to a program that has to wait for them. */
  makeContent() {
    return this.piece ? this.#pieces(this.piece) : (this.octets ?? undefined);
  }

  /** @param {Uint8Array} piece */
  async *#pieces(piece) {
    for (let i = 0; i < this.pieceCount; i++) yield piece;
  }

  /** Loop `index` is about to send a request. @param {number} index */
  begin(index) {
    const { sampleEvery } = this.settings;
    this.#startedAt[index] = this.#begun++ % sampleEvery === 0 ? performance.now() : 0;
  }

  /** Loop `index` has got a response with `size` octets of content. @param {number} index @param {number} size */
  done(index, size) {
    if (size !== this.contentSize) throw new Error(`${size} octets of content came instead of ${this.contentSize}`);
    const startedAt = /** @type {number} */ (this.#startedAt[index]);
    if (startedAt > 0) this.samples[this.sampleCount++ % SAMPLES] = performance.now() - startedAt;
    this.responses++;
    if (this.responses === this.settings.requests) this.isStopping = true;
  }

  /** Forgets the latencies of the warm-up. */
  startMeasuring() {
    this.sampleCount = 0;
  }

  /** The latency below which a part of all samples lies; null without samples. @param {number} part 0 to 1 */
  percentile(part) {
    const sorted = this.samples.slice(0, Math.min(this.sampleCount, SAMPLES)).sort();
    return sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * part) - 1];
  }

  /** @param {number} octets of all names and values of a response */
  checkHeaders(octets) {
    const { headerOctets } = this.settings;
    if (octets !== headerOctets) throw new Error(`${octets} octets of headers came instead of ${headerOctets}`);
  }
}

/**
 * The loop of every contestant that has promises: ask, wait for the content, count, ask again.
 * @param {Run} run
 * @param {(index: number) => Promise<number>} perform one request on behalf of loop `index`; gives the content's size
 */
export async function keepAsking(run, perform) {
  await Promise.all(
    Array.from({ length: run.connections }, async (_, index) => {
      while (!run.isStopping) {
        run.begin(index);
        run.done(index, await perform(index));
      }
    }),
  );
}

/** Octets of all pairs, for checkHeaders. @param {Iterable<readonly [string, string]>} pairs */
export function octetsOfPairs(pairs) {
  let octets = 0;
  for (const [name, value] of pairs) octets += name.length + value.length;
  return octets;
}

/** The same of an object. @param {Readonly<Record<string, unknown>>} headers */
export function octetsOfObject(headers) {
  let octets = 0;
  for (const name in headers) octets += name.length + String(headers[name]).length;
  return octets;
}
