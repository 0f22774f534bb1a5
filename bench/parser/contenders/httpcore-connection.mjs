// httpcore/protocol as a client without a socket uses it: a whole exchange for each head, its request included.

import { ClientConnection, encodeRequestHead } from "httpcore/protocol";

const HEADERS = /** @type {const} */ (["Host", "www.example.com"]);

/** A connection, and the request head that it sends each time, encoded once. */
function connect() {
  const connection = new ClientConnection({ content: "borrowed" });
  const headers = [HEADERS];
  connection.send({ type: "request", method: "GET", target: "/", headers });
  const facts = /** @type {import("httpcore/protocol").RequestFacts} */ (connection.requestFacts);
  const octets = encodeRequestHead("GET", "/", headers);
  const head = { method: "GET", target: "/", lines: [...HEADERS], octets, facts };
  return { connection: new ClientConnection({ content: "borrowed" }), head };
}

/** @type {import("../contender.mjs").Contender} */
export const contender = {
  heads(mode) {
    const { connection, head } = connect();
    return (octets) => {
      connection.sendHead(head);
      connection.sendEnd();
      connection.receive(octets);
      const response = connection.nextEvent();
      if (response.type !== "response") throw new Error(`a '${response.type}' came`);
      const { headers } = response;
      /** @type {string[]} */
      const found = [];
      if (mode === "all") for (const [name, value] of headers) found.push(name, value);
      else found.push(headers.get("content-type") ?? "", headers.get("date") ?? "");
      let event = connection.nextEvent();
      while (event.type !== "end") event = connection.nextEvent();
      connection.startNextCycle();
      return found;
    };
  },

  chunks() {
    const { connection, head } = connect();
    return (message) => {
      connection.sendHead(head);
      connection.sendEnd();
      connection.receive(message.head);
      let size = 0;
      for (const read of message.reads) {
        while (connection.nextEvent().type !== "need-data");
        connection.receive(read);
        for (let event = connection.nextEvent(); event.type === "content"; event = connection.nextEvent()) {
          size += event.octets.length;
        }
      }
      connection.startNextCycle();
      return size;
    };
  },
};
