// A worker that asks an origin: by itself, with a pool, and through a Durable Object that keeps a pool.

import { ConnectionPool, HTTPCoreError, request, stream } from "httpcore";

interface Environment {
  /** Where the origin listens. */
  readonly ORIGIN: string;
  readonly KEEPER: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string): Promise<Response> };
  };
}

/** Made once, used in every event: each event has connections of its own, which end with it. */
const pool = new ConnectionPool({ maxConnections: 4, timeout: { read: 5000 } });

/** What the worker answers on each path. */
const pages: Readonly<Record<string, (environment: Environment) => Promise<string>>> = {
  // A connection for this one call.
  "/request": async ({ ORIGIN }) => (await request("GET", ORIGIN)).text(),

  // The content as it comes; the connection is closed with the response.
  "/stream": async ({ ORIGIN }) => {
    await using response = await stream("GET", ORIGIN);
    let text = "";
    for await (const piece of response.iterStream()) text += new TextDecoder().decode(piece);
    return text;
  },

  // Three requests on one connection, in one event.
  "/pool": async ({ ORIGIN }) => {
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) texts.push(await (await pool.request("GET", ORIGIN)).text());
    return `${texts.join("; ")}; ${pool}`;
  },

  // A connection that is kept from event to event.
  "/object": async ({ KEEPER }) => (await KEEPER.get(KEEPER.idFromName("the one")).fetch("http://keeper/")).text(),

  "/refused": async () => (await request("GET", "http://127.0.0.1:1/")).text(),
};

export default {
  async fetch(web: Request, environment: Environment): Promise<Response> {
    const page = pages[new URL(web.url).pathname];
    if (!page) return new Response("there is no such page", { status: 404 });
    try {
      return new Response(await page(environment));
    } catch (error) {
      if (error instanceof HTTPCoreError) return new Response(`${error.code}: ${error.message}`, { status: 502 });
      throw error;
    }
  },
};

/** A Durable Object is one event for as long as it lives: its pool keeps connections from request to request. */
export class Keeper {
  readonly #pool = new ConnectionPool({ maxConnections: 1 });
  readonly #origin: string;

  constructor(_state: unknown, { ORIGIN }: Environment) {
    this.#origin = ORIGIN;
  }

  async fetch(): Promise<Response> {
    const response = await this.#pool.request("GET", this.#origin);
    return new Response(`${await response.text()}; ${this.#pool}`);
  }
}
