// A request as a value: what `handleRequest`, custom layers and errors hold. It adds no header by itself.

import type { Content } from "./content.ts";
import type { RequestExtensions } from "./extensions.ts";
import { decodeLatin1 } from "./octets.ts";
import { ownProperties, wrongType } from "./own-properties.ts";
import { printAsText } from "./printing.ts";
import type { HeadersInput } from "./protocol/field-lines.ts";
import { HeaderList } from "./protocol/header-list.ts";
import { URL } from "./url.ts";

/** What a request is made of, beside its method and URL. */
export interface RequestInit {
  headers?: HeadersInput | undefined;
  content?: Content | null | undefined;
  extensions?: RequestExtensions | undefined;
}

const INIT_NAMES = new Set(["headers", "content", "extensions"]);

/** An HTTP request; what is wrong with it beyond types is found when it is sent. */
export class Request {
  static {
    printAsText(Request);
  }

  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  readonly content: Content | null;
  readonly extensions: RequestExtensions;

  /** @throws TypeError for a method, URL or headers that are none; LocalProtocolError for a URL that cannot be sent */
  constructor(method: string | Uint8Array, url: string | globalThis.URL | URL, init: RequestInit = {}) {
    this.method = toMethod(method);
    this.url = url instanceof URL ? url : new URL(url);
    const { headers, content, extensions } = ownProperties(init, "a request", INIT_NAMES) as RequestInit;
    this.headers = headers instanceof HeaderList ? headers : new HeaderList(headers);
    this.content = content ?? null;
    this.extensions = extensions ?? {};
  }

  toString(): string {
    return `<Request [${this.method}]>`;
  }
}

/** The method as text, one character per octet. @throws TypeError when it is neither text nor octets */
export function toMethod(method: unknown): string {
  if (typeof method === "string") return method;
  if (method instanceof Uint8Array) return decodeLatin1(method, 0, method.length);
  throw wrongType("the method", "a string or a Uint8Array", method);
}
