// The chunked coding put on (RFC 9112 section 7.1): one chunk for each piece, no extensions.

import { HEAD } from "../../assembly/abi.ts";
import { allocate, checkOctets, concat, encodeLatin1, NO_OCTETS } from "../octets.ts";
import { codec } from "../wasm/codec.ts";
import type { HeadersInput } from "./field-lines.ts";
import { encodeTrailerSection } from "./request-head.ts";

const CR = 0x0d;
const LF = 0x0a;
// As what is written is, so that nobody has to make a Buffer of it for each chunk.
const CRLF = allocate(2);
CRLF[0] = CR;
CRLF[1] = LF;
const LAST_CHUNK = encodeLatin1("0\r\n");

/** Up to here a chunk is copied together with its framing: one small write is cheaper than three pieces. */
const JOINED_SIZE = 2048;

/**
 * The octets of one chunk, as pieces to be written one behind the other; none for no octets (that would end it all).
 * `make` gives the octets that framing is put in.
 */
export function chunkPieces(octets: Uint8Array, make: (size: number) => Uint8Array = newOctets): Uint8Array[] {
  if (octets.length === 0) return [];
  const lineSize = codec.encodeChunkSize(octets.length);
  if (octets.length > JOINED_SIZE) return [framed(lineSize, make(lineSize)), octets, CRLF];
  const chunk = framed(lineSize, make(lineSize + octets.length + 2));
  chunk.set(octets, lineSize);
  chunk[chunk.length - 2] = CR;
  chunk[chunk.length - 1] = LF;
  return [chunk];
}

// The size line that was encoded last, in front of `octets`; so short that a loop is cheaper than a view.
function framed(lineSize: number, octets: Uint8Array): Uint8Array {
  for (let i = 0; i < lineSize; i++) octets[i] = codec.octets[HEAD + i] as number;
  return octets;
}

function newOctets(size: number): Uint8Array {
  return new Uint8Array(size);
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
