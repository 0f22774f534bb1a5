// What every build of assembly/ gives: the functions of assembly/index.ts, and the memory that they work on. Types only.

/** The functions of the module. Addresses are numbers of octets into the memory. */
export interface CodecFunctions {
  parseResponseHead(start: number, size: number, context: number, maxLines: number): number;
  parseTrailerSection(start: number, size: number, maxLines: number): number;
  decodeChunks(start: number, size: number, maxExtensionSize: number): number;
  encodeRequestHead(size: number, fieldCount: number): number;
  encodeTrailerSection(size: number, fieldCount: number): number;
  encodeChunkSize(size: number): number;
}

export type CodecExports = CodecFunctions & { readonly memory: { readonly buffer: ArrayBuffer } };
