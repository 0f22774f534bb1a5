// A request as it stood on the wire, taken apart: start line, field lines, content. What is no request gives empty parts.

export interface SentRequest {
  readonly startLine: string;
  /** Names in lower case. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** The content, chunks taken off. */
  readonly content: string;
}

export function takeApart(wire: string): SentRequest {
  const blank = wire.indexOf("\r\n\r\n");
  const [startLine = "", ...lines] = wire.slice(0, blank < 0 ? wire.length : blank).split("\r\n");
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
  });
  const body = blank < 0 ? "" : wire.slice(blank + 4);
  const isChunked = pairs.some(([name, value]) => name === "transfer-encoding" && /\bchunked$/i.test(value));
  return { startLine, lines: pairs, content: isChunked ? unchunked(body) : body };
}

/** All values of `name`, given in lower case. */
export function valuesOf({ lines }: SentRequest, name: string): string[] {
  return lines.filter(([other]) => other === name).map(([, value]) => value);
}

// Chunk by chunk as far as they go: what is cut or malformed ends it, and is then missed by whoever compares.
function unchunked(body: string): string {
  let content = "";
  for (let at = 0; ; ) {
    const [line, digits] = /^([0-9A-Fa-f]+)\r\n/.exec(body.slice(at)) ?? [];
    if (line === undefined || digits === undefined) return content;
    const size = Number.parseInt(digits, 16);
    const start = at + line.length;
    if (size === 0 || body.slice(start + size, start + size + 2) !== "\r\n") return content;
    content += body.slice(start, start + size);
    at = start + size + 2;
  }
}
