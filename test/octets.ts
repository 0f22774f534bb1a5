// Octets for tests: written as text with one character per octet, so that a case reads like the wire.

/** The octets of `text`, one for each character from U+0000 to U+00FF. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new Error(`U+${code.toString(16)} is no octet`);
    encoded[i] = code;
  }
  return encoded;
}

/** `octets` as text, one character for each. */
export function text(octets: Uint8Array): string {
  let decoded = "";
  for (const octet of octets) decoded += String.fromCharCode(octet);
  return decoded;
}

/** All `pieces`, one behind the other. */
export function joined(pieces: readonly Uint8Array[]): string {
  return pieces.map(text).join("");
}

/** Stops the test unless `value` is there. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error("the value is missing");
  return value;
}
