// Trailer sections (RFC 9112 section 7.1.2): field lines behind the last chunk, kept apart from the header section.

import { INCOMPLETE } from "../../assembly/abi.ts";
import { decodeLatin1 } from "../octets.ts";
import { codec, place } from "../wasm/codec.ts";
import { type HeaderList, takeHeaderList } from "./header-list.ts";
import type { Limits } from "./limits.ts";
import { passed, remoteError } from "./reasons.ts";

/** A trailer section and the octets that it took. */
export interface TrailerSection {
  readonly trailers: HeaderList;
  readonly size: number;
}

/**
 * The trailer section at `start` of `octets`, or null when more octets than up to `end` are needed; `before` octets of
 * the message came before it.
 * @throws RemoteProtocolError when it is malformed or passes a limit
 */
export function readTrailerSection(
  octets: Uint8Array,
  start: number,
  end: number,
  limits: Pick<Limits, "maxTrailerSize" | "maxTrailerLines">,
  before: number,
): TrailerSection | null {
  const size = Math.min(end - start, limits.maxTrailerSize + 1);
  const address = place(octets, start, start + size);
  const answer = codec.parseTrailerSection(address, size, limits.maxTrailerLines);
  if (answer < INCOMPLETE) {
    const error = remoteError(answer, "malformed trailer section", octets, start, start + size, before);
    if (error.reason === "max-header-lines") throw passed("max-trailer-lines", limits.maxTrailerLines);
    throw error;
  }
  if (answer > limits.maxTrailerSize || (answer === INCOMPLETE && size > limits.maxTrailerSize)) {
    throw passed("max-trailer-size", limits.maxTrailerSize);
  }
  if (answer === INCOMPLETE) return null;
  return { trailers: takeHeaderList(decodeLatin1(codec.octets, address, address + answer)), size: answer };
}
