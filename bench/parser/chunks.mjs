// Chunked content as reads of a socket bring it: one message, cut into reads of 64 KiB wherever that cuts it.

const READ_SIZE = 65_536;
const CONTENT_SIZE = 4 * 2 ** 20;

export const CHUNK_SIZES = [64, 1024, 16_384];

const buffer = Buffer.allocUnsafeSlow(READ_SIZE);

// As a socket: each read puts its octets, which are in the cache then, into a buffer. That takes its time for everybody.
/** @param {Buffer[]} reads */
function* read(reads) {
  for (const octets of reads) {
    octets.copy(buffer);
    yield buffer.subarray(0, octets.length);
  }
}

/** The head, and what follows it. @param {number} chunkSize @returns {{ head: Buffer, reads: Iterable<Buffer>, contentSize: number }} */
export function chunkedMessage(chunkSize) {
  const chunk = `${chunkSize.toString(16)}\r\n${"x".repeat(chunkSize)}\r\n`;
  const all = Buffer.from(`${chunk.repeat(CONTENT_SIZE / chunkSize)}0\r\n\r\n`, "latin1");
  /** @type {Buffer[]} */
  const reads = [];
  for (let at = 0; at < all.length; at += READ_SIZE) reads.push(all.subarray(at, at + READ_SIZE));
  return {
    head: Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    reads: { [Symbol.iterator]: () => read(reads) },
    contentSize: CONTENT_SIZE,
  };
}
