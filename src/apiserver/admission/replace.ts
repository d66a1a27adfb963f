import type { Kind } from "../../api/kind.ts";
import { decodeValue } from "../../machinery/decode.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { defaultObject } from "../storage/decode-body.ts";

/** What admission made of an object is decoded and defaulted as any client's object is. @throws {DecodeError} */
export function decodedAs(kind: Kind, value: MutableJsonObject): MutableJsonObject {
  const decoded = kind.decode?.(value, undefined) ?? decodeValue(kind.shape, value);
  const object = decoded.value as MutableJsonObject;
  object["apiVersion"] = kind.apiVersion;
  object["kind"] = kind.kind;
  defaultObject(kind, object);
  return object;
}

/** Makes the object that is on its way into another one, in place. @returns whether it is another one now */
export function replaceObject(object: MutableJsonObject, next: MutableJsonObject): boolean {
  if (sameJson(next, object)) return false;
  for (const member of Object.keys(object)) delete object[member];
  Object.assign(object, next);
  return true;
}
