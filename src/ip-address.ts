// IP addresses as text: whether one is, and of which family. A leaf.

/** Four decimal numbers up to 255, without leading zeros (RFC 6943 section 3.1.1: what has them is read in two ways). */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** What an IPv6 address is made of, and a zone (RFC 4007 section 11) behind it. */
const IPV6 = /^([\da-f:.]*:[\da-f:.]*)(?:%[\w.-]+)?$/i;

/** 4 or 6; null for what is no IP address. IPv6 has no brackets, and may have a zone. */
export function familyOf(text: string): 4 | 6 | null {
  if (IPV4.test(text)) return 4;
  const [, address] = IPV6.exec(text) ?? [];
  // The runtime's own parser judges the rest.
  return address !== undefined && globalThis.URL.canParse(`http://[${address}]/`) ? 6 : null;
}
