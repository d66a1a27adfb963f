import { jsonOfGo } from "../../machinery/go-json.ts";
import type { Format } from "./negotiate.ts";
import { protobufOf } from "./protobuf/answers.ts";
import { encodeText, goEscaped } from "./text.ts";
import { toYaml } from "./yaml.ts";

/** A value as an answer's whole body. */
export function encodeValue(value: unknown, format: Format, pretty: boolean): Uint8Array {
  switch (format) {
    case "protobuf":
      return protobufOf(value);
    case "yaml":
      return encodeText(toYaml(value));
    case "json":
      return encodeText(pretty ? goEscaped(jsonOfGo(value, 2)) : `${goEscaped(jsonOfGo(value))}\n`);
  }
}
