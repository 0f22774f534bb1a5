// What a program waits for: importing httpcore/protocol and using the codec for the first time, in milliseconds.

const startedAt = performance.now();
const { parseResponseHead } = await import("httpcore/protocol");
const importedAt = performance.now();
parseResponseHead(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
const usedAt = performance.now();
console.log(JSON.stringify({ type: "result", imported: importedAt - startedAt, used: usedAt - importedAt }));
