// RFC 9112 section 7.1.1: chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ). Well-formed ones
// are ignored, malformed ones refused, and their octets are counted over the whole message.

import { describe, test } from "vitest";
import { accepts, refuses } from "../protocol-cases.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

function ignores(extension: string, connection = {}): void {
  const expected = { content: "abc", trailers: [], isReusable: true };
  accepts(`${HEAD}3${extension}\r\nabc\r\n0\r\n\r\n`, expected, { connection });
  accepts(`${HEAD}3\r\nabc\r\n0${extension}\r\n\r\n`, expected, { connection });
}

/** `at` counts from the first octet of the extension. */
function breaks(extension: string, at: number): void {
  refuses(`${HEAD}3${extension}\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-extension", { offset: HEAD.length + 1 + at });
}

describe("RFC 9112 7.1.1 chunk extensions", () => {
  test("MUST: unknown extensions are ignored, with and without a value", () => {
    for (const extension of [";a", ";a=b", ";a;b", ";a=b;c;d=e", ";!#$%&'*+-.^_`|~=!"]) ignores(extension);
  });

  test("a quoted value may hold anything that a quoted-string holds", () => {
    for (const extension of [';a=""', ';a="b c"', ';a=";=,\t"', ';a="\x80\xff"', ';a="b";c="d"']) ignores(extension);
  });

  test("MUST: a quoted-pair stands for the octet behind the backslash", () => {
    for (const extension of [';a="\\""', ';a="\\\\"', ';a="b\\"c\\\\";d', ';a="\\\t\\ "']) ignores(extension);
  });

  test("MUST: BWS is removed around the semicolon and the equals sign", () => {
    for (const extension of [" ;a", "\t; a", "; a", ";a =b", ";a= b", ";a \t=\t b", ";a ;b", ";a=b ;c", ';a="b" ; c']) {
      ignores(extension);
    }
  });

  test("an extension without a name is refused", () => {
    breaks(";", 1);
    breaks(";;a", 1);
    breaks(";=b", 1);
    breaks(";a;", 3);
    breaks("; ", 2);
  });

  test("an extension without a value behind the equals sign is refused", () => {
    breaks(";a=", 3);
    breaks(";a=;b", 3);
    breaks(";a= ", 4);
  });

  test("whitespace at the end of the line is refused", () => {
    breaks(";a ", 3);
    breaks(";a=b ", 5);
    breaks(';a="b" ', 7);
  });

  test("a name or value that is no token is refused", () => {
    breaks(";a b", 3);
    breaks(";(", 1);
    breaks(";a(", 2);
    breaks(";a=b(", 4);
    breaks(";a=b=c", 4);
    breaks(";\x80", 1);
    breaks(";a=\x80", 3);
  });

  test("a quoted value that does not end on its line is refused", () => {
    breaks(';a="b', 5);
    breaks(';a="b\\', 6);
    breaks(';a="b"c', 6);
    breaks(';a="b""c"', 6);
  });

  test("control octets are refused, in quoted values too", () => {
    for (const octet of ["\0", "\x01", "\n", "\x1f", "\x7f"]) {
      breaks(`;${octet}`, 1);
      breaks(`;a${octet}`, 2);
      breaks(`;a=${octet}`, 3);
      breaks(`;a="${octet}"`, 4);
      breaks(`;a="\\${octet}"`, 5);
    }
  });

  test("a CR in an extension ends the line, and LF must follow", () => {
    refuses(`${HEAD}3;a\rb\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-size", { offset: HEAD.length + 4 });
    refuses(`${HEAD}3;a="\r\n"\r\nabc\r\n0\r\n\r\n`, "invalid-chunk-extension", { offset: HEAD.length + 5 });
  });

  test("the octets of all extensions of a message are limited together", () => {
    const limits = { maxChunkExtensionSize: 6 };
    const chunks = (...extensions: string[]) => `${extensions.map((e) => `1${e}\r\na\r\n`).join("")}0\r\n\r\n`;
    accepts(HEAD + chunks(";aaaaa"), { content: "a" }, { connection: { limits } });
    accepts(HEAD + chunks(";a", ";a", ";a"), { content: "aaa" }, { connection: { limits } });
    refuses(HEAD + chunks(";aaaaaa"), "max-chunk-extension-size", { connection: { limits } });
    refuses(HEAD + chunks(";a", ";a", ";aa"), "max-chunk-extension-size", { connection: { limits } });
    refuses(HEAD + chunks("     ;a"), "max-chunk-extension-size", { connection: { limits } });
    refuses(HEAD + chunks(';a="bcd'), "max-chunk-extension-size", { connection: { limits } });
    const none = { connection: { limits: { maxChunkExtensionSize: 0 } } };
    accepts(HEAD + chunks(""), { content: "a" }, none);
    refuses(HEAD + chunks(";a"), "max-chunk-extension-size", none);
  });

  test("a flood of zeros in front of a size counts as one of extensions", () => {
    const limits = { maxChunkExtensionSize: 6 };
    accepts(`${HEAD}${"0".repeat(15)}1\r\na\r\n0\r\n\r\n`, { content: "a" }, { connection: { limits } });
    refuses(`${HEAD}${"0".repeat(40)}1\r\na\r\n0\r\n\r\n`, "max-chunk-extension-size", { connection: { limits } });
  });
});
