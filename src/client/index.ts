// The door `wherry/client`: the one way to the API, for programs of one's own.
export * from "./call.ts";
export * from "./client.ts";
export * from "./http-transport.ts";
export * from "./informer.ts";
