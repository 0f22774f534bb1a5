// Entry `httpcore/mock`: a network for tests.

export { MockBackend, type MockOptions } from "../network/mock.ts";
