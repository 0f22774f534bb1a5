/** The text of an ES module that exports `instantiate`, which does what `binary`, a scalar build, would do. */
export function scriptOf(binary: Uint8Array): string;
