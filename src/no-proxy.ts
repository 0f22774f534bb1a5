// NO_PROXY: which hosts are connected to without a proxy.
//
//   list = entry *( ( "," / whitespace ) entry )
//   entry = "*" / ( name / address / block ) [ ":" port ]
//
// A name stands for itself and for all below it, with a dot in front as well as without; "*.name" only for those below.
// Addresses are compared as octets, whatever their spelling, and never with names: nothing is looked up here.

import { addressOctets, familyOf, isMapped } from "./ip-address.ts";
import { escapeText } from "./octets.ts";
import type { Authority } from "./url.ts";

/** `host` is a name, without a dot at its ends; a block of addresses is the first `bits` bits of `octets`. */
type Hosts =
  | { readonly kind: "all" }
  | { readonly kind: "name" | "below-name"; readonly name: string }
  | { readonly kind: "block"; readonly octets: Uint8Array; readonly bits: number };

type Rule = Hosts & { readonly port: number | null };

/** [ "[" ] host [ "]" ] [ "/" bits ] [ ":" port ]; what has two colons and no brackets is an address without a port. */
const ENTRY = /^(?:\[([^\]]*)\]|([^:/]*:[^/]*:[^/]*)|([^:/]*))(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/;
const NAME = /^[\w-]+(?:\.[\w-]+)*$/;

export class NoProxy {
  readonly #rules: readonly Rule[];

  /** @throws TypeError when an entry of `list`, which was given as `what`, is none */
  constructor(list: string, what: string) {
    const entries = list.split(/[\s,]+/).filter((entry) => entry !== "");
    this.#rules = entries.map((entry) => {
      const rule = ruleOf(entry);
      if (rule) return rule;
      // Where there is an "@" it may be a proxy's URL, with a password in any of the entries that it fell into.
      const shown = list.includes("@") ? "an entry" : `"${escapeText(entry)}"`;
      throw new TypeError(`${what} holds ${shown}, which is no name, address or block of addresses`);
    });
  }

  /** Is this to be connected to without a proxy? */
  covers({ host, effectivePort }: Authority): boolean {
    if (this.#rules.length === 0) return false;
    const address = addressOctets(host);
    const octets = address && isMapped(address) ? address.subarray(12) : address;
    const name = withoutLastDot(host);
    return this.#rules.some((rule) => {
      if (rule.port !== null && rule.port !== effectivePort) return false;
      if (rule.kind === "all") return true;
      if (rule.kind === "block") return octets !== null && isWithin(octets, rule.octets, rule.bits);
      return name.endsWith(`.${rule.name}`) || (rule.kind === "name" && name === rule.name);
    });
  }
}

function ruleOf(entry: string): Rule | null {
  const parts = ENTRY.exec(entry);
  if (!parts) return null;
  const [, inBrackets, unbracketed, plain = "", bits, portText] = parts;
  const port = portText === undefined ? null : Number(portText);
  const address = addressOctets(inBrackets ?? unbracketed ?? plain);
  // "10/8" may mean 10.0.0.0 or 0.0.0.10: blocks are written in full.
  if (address && bits !== undefined && familyOf(inBrackets ?? unbracketed ?? plain) === null) return null;
  if (address) return blockOf(address, bits, port);
  if (bits !== undefined || parts[3] === undefined) return null;
  if (plain === "*") return { kind: "all", port };
  const [, front, rest = ""] = /^(\*?\.)?(.*)$/.exec(plain) ?? [];
  const name = asciiName(withoutLastDot(rest));
  return NAME.test(name) ? { kind: front === "*." ? "below-name" : "name", name, port } : null;
}

function blockOf(address: Uint8Array, bitsText: string | undefined, port: number | null): Rule | null {
  const most = address.length * 8;
  const bits = bitsText === undefined ? most : Number(bitsText);
  if (bits > most) return null;
  if (isMapped(address) && bits >= 96) return { kind: "block", octets: address.subarray(12), bits: bits - 96, port };
  return { kind: "block", octets: address, bits, port };
}

function isWithin(octets: Uint8Array, block: Uint8Array, bits: number): boolean {
  if (octets.length !== block.length) return false;
  return octets.every((octet, i) => {
    const shift = 8 - Math.min(Math.max(bits - i * 8, 0), 8);
    return octet >> shift === (block[i] as number) >> shift;
  });
}

// URLs hold punycode, and lists are written by hand.
function asciiName(name: string): string {
  const url = `http://${name}/`;
  return /[^\0-\x7f]/.test(name) && globalThis.URL.canParse(url)
    ? new globalThis.URL(url).hostname
    : name.toLowerCase();
}

function withoutLastDot(host: string): string {
  return host.replace(/\.$/, "");
}
