// The chunked coding put on (RFC 9112 section 7.1): one chunk for each piece, no extensions.

import { HEAD } from "../../assembly/abi.ts";
import { checkOctets, concat, copyOf, encodeLatin1, NO_OCTETS } from "../octets.ts";
import { codec } from "../wasm/codec.ts";
import type { HeadersInput } from "./field-lines.ts";
import { encodeTrailerSection } from "./request-head.ts";

const CRLF = encodeLatin1("\r\n");
const LAST_CHUNK = encodeLatin1("0\r\n");

/** Up to here a chunk is copied together with its framing: one small write is cheaper than three pieces. */
const JOINED_SIZE = 2048;

/** The octets of one chunk, as pieces to be written one behind the other; none for no octets (that would end it all). */
export function chunkPieces(octets: Uint8Array): Uint8Array[] {
  if (octets.length === 0) return [];
  const lineSize = codec.encodeChunkSize(octets.length);
  const line = codec.octets.subarray(HEAD, HEAD + lineSize);
  if (octets.length > JOINED_SIZE) return [copyOf(line), octets, CRLF];
  const chunk = new Uint8Array(lineSize + octets.length + 2);
  chunk.set(line);
  chunk.set(octets, lineSize);
  chunk.set(CRLF, lineSize + octets.length);
  return [chunk];
}

/** The last chunk and the trailer section. */
export function lastChunk(trailers?: HeadersInput): Uint8Array {
  return concat([LAST_CHUNK, encodeTrailerSection(trailers)]);
}

/** An encoder for one chunked message, to be used alone. */
export class ChunkEncoder {
  /** One chunk that holds `octets`; nothing for no octets, as an empty chunk would end the message. */
  encode(octets: Uint8Array): Uint8Array {
    checkOctets(octets);
    const pieces = chunkPieces(octets);
    return pieces.length === 0 ? NO_OCTETS : concat(pieces);
  }

  /**
   * The last chunk, with `trailers` behind it.
   * @throws LocalProtocolError when a trailer breaks the grammar
   */
  end(trailers?: HeadersInput): Uint8Array {
    return lastChunk(trailers);
  }
}
