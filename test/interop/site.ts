// The files that web servers serve here, and TLS for them.
//
// In: nothing. Out: files for a plan, what is in them, and a certificate of the test authority.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { certificateAuthority, leafFor } from "../support/certificates.ts";

export const HELLO = "hello, world\n";
/** Text that a server may compress. */
export const TEXT = Array.from({ length: 20_000 }, (_, line) => `line ${line} of a text\n`).join("");
export const ZIPPED = new Uint8Array(gzipSync(TEXT));
/** Octets that look like nothing, 8 MiB. */
export const LARGE = noise(8 * 1024 * 1024);

export const SITE = {
  "site/hello.txt": HELLO,
  "site/text.txt": TEXT,
  "site/zipped.txt": TEXT,
  "site/zipped.txt.gz": ZIPPED,
  "site/large.bin": LARGE,
};

export interface TLSFiles {
  readonly files: Readonly<Record<string, string>>;
  /** The authority, for a client. */
  readonly ca: string;
}

/** Key and certificate for 127.0.0.1 and localhost in `tls/`, also both in one file. */
export async function tlsFiles(): Promise<TLSFiles> {
  const { key, cert } = await leafFor("127.0.0.1", "localhost");
  return {
    files: { "tls/key.pem": key, "tls/cert.pem": cert, "tls/both.pem": `${cert}\n${key}` },
    ca: (await certificateAuthority()).cert,
  };
}

export function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

/** The same octets each time: a linear congruential generator. */
function noise(size: number): Uint8Array {
  const octets = new Uint8Array(size);
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    octets[i] = state >>> 24;
  }
  return octets;
}
