// What both reference parsers read with: one octet at a time, and two ways out, "more octets are needed" and "refused".

export type Refusal = { readonly kind: "error"; readonly reason: string; readonly offset: number | undefined };
export type Incomplete = { readonly kind: "incomplete" };

/** Thrown when the octets have run out before the end of the message. */
const INCOMPLETE: Incomplete = { kind: "incomplete" };

export function refuse(reason: string, offset: number | undefined): never {
  throw { kind: "error", reason, offset } satisfies Refusal;
}

/** What `parse` answers, or how it was left. */
export function outcomeOf<T>(parse: () => T): T | Refusal | Incomplete {
  try {
    return parse();
  } catch (left) {
    if (left instanceof Error) throw left;
    return left as Refusal | Incomplete;
  }
}

export class Cursor {
  readonly text: string;
  at: number;
  readonly end: number;

  constructor(text: string, at = 0, end = text.length) {
    this.text = text;
    this.at = at;
    this.end = end;
  }

  /** The octet here, as a character; the parse is left when there is none yet. */
  get next(): string {
    if (this.at >= this.end) throw INCOMPLETE;
    return this.text.charAt(this.at);
  }

  /** Takes the octet here, if `is` says yes. */
  takes(is: (octet: string) => boolean): boolean {
    if (!is(this.next)) return false;
    this.at++;
    return true;
  }

  /** Takes octets as long as `is` says yes; answers them. */
  run(is: (octet: string) => boolean): string {
    const start = this.at;
    while (this.takes(is));
    return this.text.slice(start, this.at);
  }
}

// RFC 5234 appendix B.1 and RFC 9110 section 5.6

export const isDigit = (octet: string): boolean => octet >= "0" && octet <= "9";
export const isHexDigit = (octet: string): boolean => /[0-9A-Fa-f]/.test(octet);
/** tchar */
export const isTchar = (octet: string): boolean => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(octet);
/** SP / HTAB, of which OWS, RWS and BWS are made */
export const isBlank = (octet: string): boolean => octet === " " || octet === "\t";
/** HTAB / SP / VCHAR / obs-text: what a reason phrase and a field value are made of */
export const isText = (octet: string): boolean => octet === "\t" || (octet >= " " && octet !== "\x7f");

/** Without OWS at its ends. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
}

/** Is `text` a token? */
export function isToken(text: string): boolean {
  return text !== "" && [...text].every(isTchar);
}
