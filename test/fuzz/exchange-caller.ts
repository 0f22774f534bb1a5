// The caller's part of a script: one call on a pool, what becomes of its promises, and whether what it was given is its
// own. A call notes what is wrong and never throws.

import { getEventListeners } from "node:events";
import { type ConnectionPool, HTTPCoreError, type RequestOptions, type Response } from "httpcore";
import type { Call } from "./exchange-script.ts";
import type { World } from "./world.ts";

/** What a source of content, or a callback of the caller's, throws. */
class CallersError extends Error {}

interface Tracked {
  readonly what: string;
  state: "pending" | "settled";
}

export class RunningCall {
  readonly complaints: string[] = [];
  hasBegun = false;
  readonly #call: Call;
  readonly #target: string;
  readonly #world: World;
  readonly #pool: ConnectionPool;
  readonly #abort = new AbortController();
  readonly #promises: Tracked[] = [];
  #response: Response | null = null;

  constructor(call: Call, index: number, world: World, pool: ConnectionPool) {
    this.#call = call;
    this.#target = `/call-${index}`;
    this.#world = world;
    this.#pool = pool;
    world.after(call.at, () => void this.#run());
  }

  /** Promises that are not settled, by name. */
  get pending(): string[] {
    if (!this.hasBegun) return [`${this.#target} has not begun`];
    return this.#promises.filter(({ state }) => state === "pending").map(({ what }) => `${this.#target}: ${what}`);
  }

  /** Must all promises be settled without anybody's help? A limit on all of it, or an abort, sees to that. */
  get isBounded(): boolean {
    return this.#call.timeout.total !== undefined || this.#abort.signal.aborted;
  }

  /** Is the response left as it is, so that its connection cannot be used? */
  get isLeft(): boolean {
    return this.#call.ending === "leave" && this.#response !== null;
  }

  /** Closes what was left. */
  leave(): void {
    if (this.#response) this.#track("close", this.#response.close());
  }

  get listenerCount(): number {
    return getEventListeners(this.#abort.signal, "abort").length;
  }

  async #run(): Promise<void> {
    this.hasBegun = true;
    const { how, method, host, abort } = this.#call;
    if (abort === "before") this.#abort.abort(new CallersError("aborted"));
    else if (typeof abort === "number") this.#world.after(abort, () => this.#abort.abort(new CallersError("aborted")));
    else if (abort !== null && typeof abort === "object") void this.#abortAfter(abort.microtasks);
    const url = `${this.#world.origin(host)}${this.#target}`;
    const response = await this.#track(how, this.#pool[how](method, url, this.#options()));
    if (!response) return;
    this.#response = response;
    if (abort === "at head") this.#abort.abort(new CallersError("aborted"));
    this.#checkHead(response);
    if (how === "request") this.#checkContent(response, response.content);
    else await this.#use(response);
  }

  async #abortAfter(microtasks: number): Promise<void> {
    for (let i = 0; i < microtasks; i++) await null;
    this.#abort.abort(new CallersError("aborted"));
  }

  #options(): RequestOptions {
    const { timeout, informational, maxContentSize, abort, expects } = this.#call;
    const content = this.#content();
    const hasContent = content !== null && !(content instanceof Uint8Array && content.length === 0);
    return {
      ...(expects === "continue" && hasContent ? { headers: { Expect: "100-continue" } } : {}),
      ...(content === null ? {} : { content }),
      ...(abort === null ? {} : { signal: this.#abort.signal }),
      extensions: {
        timeout: { continue: 5, ...timeout },
        ...(maxContentSize === null ? {} : { maxContentSize }),
        ...(informational === "unheard" ? {} : { informational: () => this.#hear() }),
      },
    };
  }

  #hear(): void {
    if (this.#call.informational === "throws") throw new CallersError("heard");
  }

  #content(): Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null {
    const { content, sizes } = this.#call;
    const sum = sizes.reduce((total, size) => total + size, 0);
    if (content === "none") return null;
    if (content === "octets") return new Uint8Array(sum).fill(0x61);
    if (content === "pieces") return sizes.map((size) => new Uint8Array(size).fill(0x62));
    return this.#source(content, sizes);
  }

  async *#source(kind: "slow pieces" | "failing" | "stuck", sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    for (const size of sizes) {
      await this.#world.sleep(1);
      yield new Uint8Array(size).fill(0x63);
    }
    if (kind === "failing") throw new CallersError("no more content");
    if (kind === "stuck") await new Promise(() => {});
  }

  async #use(response: Response): Promise<void> {
    const { ending } = this.#call;
    switch (ending) {
      case "read":
      case "text":
        await this.#read(response, ending);
        break;
      case "twice":
        await Promise.all([this.#read(response, "read"), this.#read(response, "read")]);
        break;
      case "read and close": {
        const reading = this.#read(response, "read");
        this.#track("close", response.close());
        await reading;
        break;
      }
      case "iterate":
      case "break":
        await this.#track(ending, this.#iterate(response));
        break;
      case "body":
      case "cancel body":
        await this.#readBody(response);
        break;
      case "close":
        await this.#track("close", response.close());
        break;
      case "leave":
        break;
    }
  }

  async #read(response: Response, how: "read" | "text"): Promise<void> {
    if (this.#call.abort === "at content") this.#abort.abort(new CallersError("aborted"));
    const content = await this.#track<Uint8Array | string>(how, how === "read" ? response.read() : response.text());
    if (content !== undefined) this.#checkContent(response, content);
  }

  async #iterate(response: Response): Promise<void> {
    let size = 0;
    for await (const piece of response.iterStream()) {
      size += piece.length;
      if (this.#call.abort === "at content") this.#abort.abort(new CallersError("aborted"));
      if (this.#call.ending === "break") return;
      // A slow reader: content has to wait for it.
      if (size > 60_000) await this.#world.sleep(1);
    }
    this.#checkSize(response, size);
  }

  async #readBody(response: Response): Promise<void> {
    const reader = response.body.getReader();
    this.#track("closed", reader.closed);
    let size = 0;
    while (true) {
      const read = await this.#track("read of body", reader.read());
      if (!read) return;
      if (read.done) break;
      size += read.value.length;
      if (this.#call.abort === "at content") this.#abort.abort(new CallersError("aborted"));
      if (this.#call.ending === "cancel body") {
        await this.#track("cancel", reader.cancel());
        return;
      }
    }
    this.#checkSize(response, size);
  }

  /** The value of `promise`, or undefined when it is rejected, which must be for a reason that there is. */
  async #track<T>(what: string, promise: Promise<T>): Promise<T | undefined> {
    const tracked: Tracked = { what, state: "pending" };
    this.#promises.push(tracked);
    try {
      return await promise;
    } catch (error) {
      this.#checkError(what, error);
      return undefined;
    } finally {
      tracked.state = "settled";
    }
  }

  #checkError(what: string, error: unknown): void {
    const isOurs = error instanceof HTTPCoreError && /^ERR_[A-Z_]+$/.test(error.code);
    if (!isOurs && !(error instanceof CallersError)) this.#complain(`${what} is rejected with ${String(error)}`);
  }

  // The response must answer this request, and not come from octets that nobody asked for.
  #checkHead(response: Response): void {
    const echo = response.headers.get("x-echo");
    if (echo !== null && echo !== this.#target) this.#complain(`got the response for ${echo}`);
  }

  #checkContent(response: Response, content: Uint8Array | string): void {
    const isRight = typeof content === "string" ? /^c*$/.test(content) : content.every((octet) => octet === 0x63);
    if (response.headers.has("x-size") && !isRight) this.#complain("the content is not what was sent");
    this.#checkSize(response, content.length);
  }

  #checkSize(response: Response, size: number): void {
    const announced = response.headers.get("x-size");
    if (announced === null || this.#call.method === "HEAD") return;
    if (Number(announced) !== size) this.#complain(`got ${size} octets of ${announced}`);
  }

  #complain(complaint: string): void {
    this.complaints.push(`${this.#target} ${complaint}`);
  }
}
