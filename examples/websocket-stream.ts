// WebSocket messages (RFC 6455 sections 5 to 7), for a client, on the octets of an upgraded connection.
//
// In: a network stream on which HTTP is over. Out: messages both ways until the closing handshake; pings are answered on
// the way. It knows no extensions, sends each message as one frame, and has no time limit of its own: the `signal` of the
// request that made the connection ends all that waits.

import { randomBytes } from "node:crypto";
import type { NetworkStream } from "httpcore";

/** Octets of a message that comes: more than this is a peer that wants to fill the memory. */
const MAX_MESSAGE_SIZE = 16 * 1024 * 1024;
const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** What the peer is told when it breaks a rule that has no code of its own (section 7.4.1). */
const PROTOCOL_ERROR = 1002;

interface Frame {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A connection on which both sides send messages. */
export class WebSocketStream {
  /** The code and reason that the peer closed with; 1005 when it gave none, null until then. */
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #stream: NetworkStream;
  /** Octets that have come behind the last frame that was read. */
  #rest: Buffer = Buffer.alloc(0);
  #hasSentClose = false;
  /** Calls of `receive` take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stream: NetworkStream) {
    this.#stream = stream;
  }

  /** Sends a message, a string as text. Resolves when the network has taken it. */
  async send(message: string | Uint8Array): Promise<void> {
    if (this.#hasSentClose) throw new Error("the WebSocket is closing");
    const isText = typeof message === "string";
    await this.#write(isText ? OPCODES.text : OPCODES.binary, isText ? Buffer.from(message) : message);
  }

  /** The next message; null when the peer has closed. Pings are answered while this waits. */
  receive(): Promise<string | Uint8Array | null> {
    const message = this.#turn.then(() => this.#receive());
    this.#turn = message.catch(() => {});
    return message;
  }

  /** The closing handshake: messages that come before the peer's answer are dropped. */
  async close(code = 1000, reason = ""): Promise<void> {
    await this.#sendClose(code, reason);
    while ((await this.receive()) !== null);
  }

  async #receive(): Promise<string | Uint8Array | null> {
    const fragments: Buffer[] = [];
    let type: number | null = null;
    let size = 0;
    while (!this.closed) {
      const { isFinal, opcode, payload } = await this.#readFrame(MAX_MESSAGE_SIZE - size);
      if (opcode === OPCODES.close) await this.#answerClose(payload);
      else if (opcode === OPCODES.ping && !this.#hasSentClose) await this.#write(OPCODES.pong, payload);
      if (opcode >= OPCODES.close) continue;
      if ((opcode === OPCODES.continuation) !== (type !== null)) await this.#fail("fragments are out of order");
      type ??= opcode;
      size += payload.length;
      fragments.push(payload);
      if (!isFinal) continue;
      const whole = fragments.length === 1 ? payload : Buffer.concat(fragments);
      return type === OPCODES.text ? this.#decode(whole) : whole;
    }
    return null;
  }

  //  FIN RSV1-3 opcode | MASK length(7) | length(16 or 64, when the 7 bits are 126 or 127) | payload     (section 5.2)
  async #readFrame(maxSize: number): Promise<Frame> {
    const head = await this.#take(2);
    const [first, second] = [head.readUInt8(0), head.readUInt8(1)];
    const [isFinal, opcode] = [first >= 0x80, first & 0x0f];
    const isControl = opcode >= OPCODES.close;
    if ((first & 0x70) !== 0) await this.#fail("a reserved bit is set");
    if (!Object.values<number>(OPCODES).includes(opcode)) await this.#fail(`the opcode ${opcode} is reserved`);
    if (second >= 0x80) await this.#fail("a server must not mask");
    if (isControl && (!isFinal || second > 125)) await this.#fail("a control frame is too long, or a fragment");
    let size = BigInt(second);
    if (second === 126) size = BigInt((await this.#take(2)).readUInt16BE());
    if (second === 127) size = (await this.#take(8)).readBigUInt64BE();
    if ((second === 126 && size < 126n) || (second === 127 && size < 0x10000n))
      await this.#fail("a length is longer than it need be");
    if (!isControl && size > maxSize) await this.#fail(`a message is over ${MAX_MESSAGE_SIZE} octets`, 1009);
    return { isFinal, opcode, payload: await this.#take(Number(size)) };
  }

  // Exactly `size` octets, however the network has cut them.
  async #take(size: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [this.#rest];
    for (let total = this.#rest.length; total < size; ) {
      const piece = await this.#stream.read();
      if (!piece) throw await this.#broken("the connection ended without a closing handshake");
      pieces.push(piece);
      total += piece.length;
    }
    const all = pieces.length === 1 ? this.#rest : Buffer.concat(pieces);
    this.#rest = all.subarray(size);
    return all.subarray(0, size);
  }

  // Every frame of a client is masked with octets that nobody can foresee (section 5.3).
  #write(opcode: number, payload: Uint8Array): Promise<void> {
    const { length } = payload;
    const head = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
    head.writeUInt8(0x80 | opcode, 0);
    head.writeUInt8(0x80 | (head.length === 2 ? length : head.length === 4 ? 126 : 127), 1);
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    const mask = randomBytes(4);
    const masked = payload.map((octet, at) => octet ^ (mask[at & 3] as number));
    return this.#stream.write(Buffer.concat([head, mask, masked]));
  }

  async #sendClose(code: number, reason = ""): Promise<void> {
    if (this.#hasSentClose) return;
    const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
    if (!isCloseCode(code) || payload.length > 125) throw new RangeError("no code and reason that can be sent");
    this.#hasSentClose = true;
    await this.#write(OPCODES.close, payload);
  }

  // The server, when it has the answer, is the first to end the connection (section 7.1.1).
  async #answerClose(payload: Buffer): Promise<void> {
    const code = payload.length === 0 ? 1005 : payload.length === 1 ? 0 : payload.readUInt16BE();
    if (payload.length > 0 && !isCloseCode(code)) await this.#fail("a close frame has no valid code");
    const reason = await this.#decode(payload.subarray(2));
    await this.#sendClose(payload.length === 0 ? 1000 : code);
    this.closed = { code, reason };
    while (await this.#stream.read());
    await this.#stream.close();
  }

  async #decode(octets: Uint8Array): Promise<string> {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      return this.#fail("text is not UTF-8", 1007);
    }
  }

  // The peer is told why, and the connection is closed (section 7.1.7).
  async #fail(sentence: string, code = PROTOCOL_ERROR): Promise<never> {
    await this.#sendClose(code);
    throw await this.#broken(sentence);
  }

  async #broken(sentence: string): Promise<Error> {
    await this.#stream.close();
    return new Error(`the WebSocket failed: ${sentence}`);
  }
}

// Codes that a close frame may hold (section 7.4).
function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}
