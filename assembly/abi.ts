// The contract between the WebAssembly module and its callers: plain integer constants and nothing else.
// Both compilers read this one file (asc for `assembly/`, tsc for `src/`), so there is no second copy to drift.
//
// Every function that reads octets answers with one of three things: a size (complete), INCOMPLETE, or a negative
// number, the negated error reason. The offset of the error is then in the result slot RESULT_ERROR_OFFSET.

// --- memory -------------------------------------------------------------------------------------------------------

/** Octets that one read from a socket may bring. A response of 64 KiB comes in one read then, not in two. */
export const WINDOW_SIZE = 131072;
/** Octets of a head that came in pieces, or of a request head before it is encoded. The bound of `maxHeaderSize`. */
export const TEXT_SIZE = 262144;
/** Octets behind a region, so that a SIMD load may start at its last octet. */
export const SLACK = 64;
/** Field lines that the table holds; the bound of `maxHeaderLines` and of request field lines. */
export const FIELD_CAPACITY = 4096;
/** i32 numbers for each line of the field table: name start, name end, value start, value end. */
export const FIELD_STRIDE = 4;

// The regions, from the start of the memory on. Static data lies behind them (scripts/codec-plugin.mjs), and the memory
// never grows: a view on a region made once stays valid, and a socket may read straight into it.

/** RESULT_COUNT x i32: what a call found (RESULT_). */
export const RESULT = 0;
/** f64: a content length, which takes more than 32 bits. */
export const LENGTH = 64;
/** STATE_COUNT x i32: the chunk decoder's state, put there by the caller. */
export const STATE = 128;
/** FIELD_CAPACITY x FIELD_STRIDE x i32: the field table. */
export const FIELDS = 256;
/** WINDOW_SIZE octets: where sockets read into. */
export const WINDOW = FIELDS + FIELD_CAPACITY * FIELD_STRIDE * 4;
/** TEXT_SIZE octets: heads that came in pieces; request heads before they are encoded. */
export const TEXT = WINDOW + WINDOW_SIZE + SLACK;
/** Encoded request heads and chunk framing. ": " and CRLF are longer than the two separators that they replace. */
export const HEAD = TEXT + TEXT_SIZE + SLACK;
/** The end of the last region. */
export const REGIONS_END = HEAD + TEXT_SIZE + 2 * FIELD_CAPACITY + SLACK;

// --- answers ------------------------------------------------------------------------------------------------------

/** The octets so far are right, but more are needed. */
export const INCOMPLETE = 0;

// --- result slots (i32 numbers, relative to the first octet of the message) ---------------------------------------

/** Offset of the octet that broke the grammar. */
export const RESULT_ERROR_OFFSET = 0;
/** Status code, 100 to 999. */
export const RESULT_STATUS = 1;
/** Minor version: the digit after "HTTP/1.". */
export const RESULT_MINOR_VERSION = 2;
export const RESULT_REASON_START = 3;
export const RESULT_REASON_END = 4;
/** Lines in the field table. */
export const RESULT_FIELD_COUNT = 5;
/** One of the FRAMING_ values. */
export const RESULT_FRAMING = 6;
/** A sum of FLAG_ values. */
export const RESULT_FLAGS = 7;
/** Seconds of `Keep-Alive: timeout`, or -1. */
export const RESULT_KEEP_ALIVE_TIMEOUT = 8;
/** Chunk decoder: where the decoded content starts and ends (addresses). */
export const RESULT_CONTENT_START = 9;
export const RESULT_CONTENT_END = 10;
/** Number of result slots. */
export const RESULT_COUNT = 11;

// --- framing of the content (RFC 9112 section 6.3) ----------------------------------------------------------------

export const FRAMING_NONE = 0;
export const FRAMING_CONTENT_LENGTH = 1;
export const FRAMING_CHUNKED = 2;
export const FRAMING_CLOSE_DELIMITED = 3;

// --- flags of a head ----------------------------------------------------------------------------------------------

/** The connection persists after this message (RFC 9112 section 9.3). */
export const FLAG_KEEP_ALIVE = 1;
/** A value holds a line folding (obs-fold), to be replaced by SP before use. */
export const FLAG_FOLDED = 2;
/** There is an Upgrade field. */
export const FLAG_UPGRADE = 4;
/** The head switches the connection to another protocol: 101, or 2xx to CONNECT. */
export const FLAG_SWITCHED = 8;
/** Request: exactly one Host field is there. */
export const FLAG_HOST = 16;
/** Request: the `close` connection option is there. */
export const FLAG_CLOSE = 32;
/** Request: `Expect: 100-continue` is there. */
export const FLAG_EXPECT_CONTINUE = 64;

// --- what the response parser must know of the request (a sum) ----------------------------------------------------

export const CONTEXT_HEAD = 1;
export const CONTEXT_CONNECT = 2;
/** Leniency "bare-lf": a lone LF ends a line of the head. */
export const CONTEXT_BARE_LF = 4;

// --- chunk decoder state (i32 numbers, one block, loaded and kept by the caller between calls) --------------------

/** One of the CHUNK_ phases. */
export const STATE_PHASE = 0;
/** Octets left of the chunk, or the size being read: low and high 32 bits. */
export const STATE_LEFT_LOW = 1;
export const STATE_LEFT_HIGH = 2;
/** Hexadecimal digits of the size being read, leading zeros too. */
export const STATE_DIGITS = 3;
/** Octets of chunk extensions and of surplus zeros so far in this message. */
export const STATE_EXTENSION_SIZE = 4;
/** Number of state slots. */
export const STATE_COUNT = 5;

/** A chunk with as many octets left is handed on where it lies; shorter ones are moved together. */
export const LARGE_CHUNK = 8192;

export const CHUNK_SIZE_START = 0;
export const CHUNK_SIZE = 1;
export const CHUNK_EXTENSION_BWS = 2;
export const CHUNK_EXTENSION_NAME_START = 3;
export const CHUNK_EXTENSION_NAME = 4;
export const CHUNK_EXTENSION_NAME_BWS = 5;
export const CHUNK_EXTENSION_VALUE_START = 6;
export const CHUNK_EXTENSION_TOKEN = 7;
export const CHUNK_EXTENSION_QUOTED = 8;
export const CHUNK_EXTENSION_QUOTED_PAIR = 9;
export const CHUNK_EXTENSION_END = 10;
export const CHUNK_SIZE_LF = 11;
export const CHUNK_DATA = 12;
export const CHUNK_DATA_CR = 13;
export const CHUNK_DATA_LF = 14;
/** The last chunk has been read; what follows is the trailer section. */
export const CHUNK_TRAILER = 15;

// --- error reasons (answered negated) -----------------------------------------------------------------------------

export const REASON_INVALID_VERSION = 1;
export const REASON_INVALID_STATUS = 2;
export const REASON_INVALID_REASON_PHRASE = 3;
export const REASON_WHITESPACE_BEFORE_HEADERS = 4;
export const REASON_EMPTY_HEADER_NAME = 5;
export const REASON_INVALID_HEADER_NAME = 6;
export const REASON_WHITESPACE_BEFORE_COLON = 7;
export const REASON_MISSING_COLON = 8;
export const REASON_INVALID_HEADER_VALUE = 9;
export const REASON_BARE_CR = 10;
export const REASON_BARE_LF = 11;
export const REASON_TOO_MANY_HEADER_LINES = 12;
export const REASON_FOLDED_FRAMING_HEADER = 13;
export const REASON_INVALID_CONTENT_LENGTH = 14;
export const REASON_CONFLICTING_CONTENT_LENGTH = 15;
export const REASON_CONTENT_LENGTH_WITH_TRANSFER_ENCODING = 16;
export const REASON_UNSUPPORTED_TRANSFER_ENCODING = 17;
export const REASON_TRANSFER_ENCODING_IN_HTTP_1_0 = 18;
export const REASON_INVALID_CHUNK_SIZE = 19;
export const REASON_INVALID_CHUNK_EXTENSION = 20;
export const REASON_INVALID_CHUNK_END = 21;
export const REASON_CHUNK_EXTENSIONS_TOO_LARGE = 22;
export const REASON_INVALID_METHOD = 23;
export const REASON_INVALID_TARGET = 24;
export const REASON_DUPLICATE_HOST = 25;
export const REASON_INVALID_HOST = 26;
