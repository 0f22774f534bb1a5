// From a case of the request corpus to what the API takes: headers, content, options.

import { Readable } from "node:stream";
import type { Content, HeadersInput, HeaderText } from "httpcore";
import { octets } from "../octets.ts";
import { fromBase64 } from "./corpus-files.ts";
import type { CaseContent, CaseInput, CaseText } from "./request-case.ts";

/** `text` as a caller gives it: a string as it is, octets as octets, an object that turns into a string as that. */
function toGiven(text: CaseText): HeaderText {
  if (typeof text === "string") return text;
  if ("latin1" in text) return octets(text.latin1);
  const { object_whose_toString_returns: answer } = text;
  return { toString: () => answer } as unknown as string;
}

export function toTarget(text: CaseText): string | Uint8Array {
  return toGiven(text);
}

/** The headers of a case as pairs. Who wants the connection closed says so in a header, as nobody else adds one. */
export function toHeaders({ headers, close_after }: CaseInput): [HeaderText, HeaderText][] {
  const pairs = headers.map(([name, value]): [HeaderText, HeaderText] => [toGiven(name), toGiven(value)]);
  if (close_after) pairs.push(["Connection", "close"]);
  return pairs;
}

export function toTrailers({ trailers }: CaseInput): (() => HeadersInput) | undefined {
  return trailers && (() => trailers);
}

/** The pieces of a case's content. */
export function chunksOf(content: CaseContent): Uint8Array[] {
  if (content.text !== undefined) return [new TextEncoder().encode(content.text)];
  return (content.chunks ?? [content.data ?? ""]).map(fromBase64);
}

/** Is the length of such content known beforehand? */
export function isSource({ kind }: CaseContent): boolean {
  return kind === "stream" || kind === "iterable" || kind === "file";
}

export function toContent(content: CaseContent | null): Content | null {
  if (content === null) return null;
  const chunks = chunksOf(content);
  switch (content.kind) {
    case "bytes":
      return chunks[0] ?? new Uint8Array();
    case "text":
      return content.text ?? "";
    case "blob":
      return new Blob(chunks as BlobPart[], { type: content.type ?? "" });
    case "stream":
      return webStream(chunks);
    case "iterable":
      return chunks;
    case "file":
      // What createReadStream gives, without a file.
      return Readable.from(chunks);
    default:
      return content.kind satisfies never;
  }
}

function webStream(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** What a case asks for that the API has no option for, under the name of the case's own. */
export function foreignOptions({ options, version, referrer }: CaseInput): Record<string, unknown> {
  const foreign: Record<string, unknown> = {};
  // The other options of clients ask for what is always done here: the case of names is kept, folded values are read.
  if (options?.set_host !== undefined) foreign.set_host = options.set_host;
  if (version !== undefined && version !== null) foreign.version = version;
  if (referrer !== undefined) foreign.referrer = referrer;
  return foreign;
}
