/** A JSON value as the API's objects are made of. Stored ones are deeply frozen. Bigints are whole numbers that doubles cannot hold. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}
/** A JSON value that is being built and has one owner. */
export type MutableJson = null | boolean | number | bigint | string | MutableJson[] | MutableJsonObject;
export interface MutableJsonObject {
  [name: string]: MutableJson | undefined;
}
