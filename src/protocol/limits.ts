// What a peer may make us hold or count, each with the reason for its number. Passing one is a RemoteProtocolError
// whose reason names the limit; nothing is ever cut off silently.

import { FIELD_CAPACITY, TEXT_SIZE } from "../../assembly/abi.ts";
import { withNumbers } from "../own-properties.ts";

/** The limits of api.md 5, in octets and counts. */
export interface Limits {
  /** Octets of all heads of one response, interim heads included. At most 262,144. */
  maxHeaderSize: number;
  /** Field lines of one head. At most 4,096. */
  maxHeaderLines: number;
  /** Interim (1xx) responses before the final one. */
  maxInformational: number;
  /** Octets of chunk extensions in one message. */
  maxChunkExtensionSize: number;
  /** Octets of the trailer section. At most 262,144. */
  maxTrailerSize: number;
  /** Field lines of the trailer section. At most 4,096. */
  maxTrailerLines: number;
  /** Octets of content, after the transfer coding is taken off. */
  maxContentSize: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  // Four times what common servers send at the most (8 to 16 KiB), and what h11 and Go's default are near to.
  maxHeaderSize: 65_536,
  // Real responses have 10 to 60 lines; node:http cuts at 1,000 without a word.
  maxHeaderLines: 256,
  // One 100, one 102 or two and a few 103 are in use; a flood of thousands is an attack (T-1xx-flood).
  maxInformational: 16,
  // No known server sends extensions of any length (CVE-2024-22019).
  maxChunkExtensionSize: 16_384,
  // As a head: a trailer section is one more field section.
  maxTrailerSize: 65_536,
  maxTrailerLines: 256,
  // How large a download may be is the caller's to say.
  maxContentSize: Infinity,
};

/** The most that each limit can be set to, where the codec's memory bounds it. */
const CEILINGS: Partial<Limits> = {
  maxHeaderSize: TEXT_SIZE,
  maxHeaderLines: FIELD_CAPACITY,
  maxTrailerSize: TEXT_SIZE,
  maxTrailerLines: FIELD_CAPACITY,
  maxChunkExtensionSize: 2 ** 31 - 1,
};

type LimitChanges = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/**
 * `base` with the limits of `changes` in place of its own.
 * @throws TypeError for an unknown name, RangeError for a number that is no limit
 */
export function resolveLimits(
  changes: LimitChanges | null | undefined,
  base: Readonly<Limits> = DEFAULT_LIMITS,
): Limits {
  return withNumbers<keyof Limits>("limits", changes, base, (name, value) => {
    const ceiling = CEILINGS[name] ?? Infinity;
    const isCount = Number.isInteger(value) || value === Infinity;
    if (!isCount || (value as number) < 0 || (value as number) > ceiling) {
      throw new RangeError(`limits.${name} must be a whole number from 0 to ${ceiling}, not ${value}`);
    }
  });
}
