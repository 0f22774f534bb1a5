// Certificates for TLS servers: an authority of our own, and leaves signed by it. Made once for each test file.

import { generate } from "selfsigned";

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export type AltName = { type: 2; value: string } | { type: 7; ip: string };

let authority: Promise<Identity> | null = null;

/** The authority that signs all leaves. */
export function certificateAuthority(): Promise<Identity> {
  authority ??= make("httpcore test authority", {
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return authority;
}

/** A certificate for `names`, signed by the authority; an IPv4 address is one of its addresses. */
export async function leafFor(...names: string[]): Promise<Identity> {
  const altNames = names.map(
    (name): AltName => (/^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name }),
  );
  return leafWith(names[0] ?? "nobody", altNames);
}

/** A certificate signed by the authority whose common name and alternative names are as given; it may have none. */
export async function leafWith(commonName: string, altNames: AltName[]): Promise<Identity> {
  const { key, cert } = await certificateAuthority();
  const names = altNames.length > 0 ? [{ name: "subjectAltName" as const, altNames }] : [];
  return make(commonName, {
    ca: { key, cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      ...names,
    ],
  });
}

/** A certificate for `localhost`, signed by the authority, whose time is over. */
export async function expiredLeaf(): Promise<Identity> {
  const { key, cert } = await certificateAuthority();
  return make("localhost", {
    ca: { key, cert },
    notBeforeDate: new Date("2020-01-01"),
    notAfterDate: new Date("2020-12-31"),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
}

/** A certificate for `localhost` that nobody has signed but itself. */
export function selfSigned(): Promise<Identity> {
  return make("localhost", {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
}

async function make(commonName: string, options: Parameters<typeof generate>[1]): Promise<Identity> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    ...options,
  });
  return { key: made.private, cert: made.cert };
}
