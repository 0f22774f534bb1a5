// The server's part of a script, on whatever network: one connection, step by step.

import { type Answer, type ConnectionScript, type Step, TARGET } from "./exchange-script.ts";
import { split } from "./octet-arbitraries.ts";

/** One connection, seen from the server. */
export interface ServerSide {
  readonly hasGone: boolean;
  /** The octets of the next request, once it is complete. Rejects with ClientHasGone. */
  request(): Promise<string>;
  /** Resolves when some of a request has come. */
  begun(): Promise<void>;
  send(octets: string): void;
  end(): void;
  reset(): void;
  /** Takes no octets any more, and takes them again. */
  clog(): void;
  unclog(): void;
}

/** Plays `script`, to its end or until the client has gone. */
export async function playServer(
  side: ServerSide,
  script: ConnectionScript,
  sleep: (time: number) => Promise<void>,
): Promise<void> {
  // The target of the request that is to be answered, as long as nothing but whole answers has been sent: octets behind
  // an answer may be taken for the next, or its beginning, which nothing can tell apart.
  let asked: string | null = null;
  let isTainted = false;
  let isSpoilt = false;
  let isHead = false;
  const waits = script.steps.some((step) => step.do === "request");
  do {
    for (const step of script.steps) {
      if (side.hasGone) return;
      if (step.do === "request") {
        const request = await side.request();
        asked = targetOf(request);
        isHead = request.startsWith("HEAD ");
        if (isSpoilt) throw new Error(`the connection is used for ${asked}, although octets had come behind an answer`);
      } else if (step.do === "begun") await side.begun();
      else if (step.do === "pause") await sleep(step.time);
      else if (step.do === "send") {
        isTainted ||= asked === null || step.upTo !== null || step.answer.kind === "octets";
        await sendAnswer(side, step, isTainted ? null : asked, sleep);
        // Large answers may come in several reads, between which another request has its turn; as it may have between head
        // and content, where there should not be any.
        const isInOneRead = step.answer.size < 10_000 && !isHead;
        isSpoilt ||= !isTainted && isInOneRead && step.answer.surplus.trim() !== "";
        asked = null;
      } else if (step.do === "fin") side.end();
      else side[step.do]();
    }
  } while (waits && script.repeats === "forever");
}

async function sendAnswer(
  side: ServerSide,
  { answer, upTo, cuts, gap }: Extract<Step, { do: "send" }>,
  asked: string | null,
  sleep: (time: number) => Promise<void>,
): Promise<void> {
  const whole = octetsOf(answer, asked);
  const octets = upTo === null ? whole : whole.slice(0, upTo);
  const pieces = split(octets, cuts);
  if (asked !== null) pieces.push((pieces.pop() ?? "") + answer.surplus);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && gap > 0) await sleep(gap);
    if (side.hasGone) return;
    if (piece !== "") side.send(piece);
  }
}

function octetsOf({ kind, status, framing, size, extra, octets }: Answer, asked: string | null): string {
  if (kind === "octets") return octets;
  // Nothing is claimed of an answer that nobody asked for.
  const claims = asked === null ? "" : `X-Echo: ${TARGET}\r\nX-Size: ${size}\r\n`.replace(TARGET, asked);
  const head = `HTTP/1.1 ${status} X\r\n${claims}${extra}`;
  const content = "c".repeat(size);
  if (framing === "content-length") return `${head}Content-Length: ${size}\r\n\r\n${content}`;
  if (framing === "close") return `${head.replace(/X-Size.*\r\n/, "")}\r\n${content}`;
  const half = size >> 1;
  const chunks = [half, size - half].map((part) =>
    part === 0 ? "" : `${part.toString(16)}\r\n${"c".repeat(part)}\r\n`,
  );
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks.join("")}0\r\nX-Trailer: t\r\n\r\n`;
}

function targetOf(request: string): string {
  return request.slice(0, request.indexOf("\r\n")).split(" ")[1] ?? "";
}
