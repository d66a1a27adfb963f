import { parseDuration } from "../../../machinery/duration.ts";
import type { Json } from "../../../machinery/json.ts";
import type { ScalarShape } from "../../../machinery/shape.ts";
import { base64ToBytes } from "../../../machinery/base64.ts";
import type { ProtobufWriter } from "./writer.ts";

/** Writes one field of a scalar's shape; null stands for its zero value. */
export type WriteScalar = (to: ProtobufWriter, number: number, value: Json) => void;

export function writeScalar({ type, format }: ScalarShape): WriteScalar {
  if (type === "boolean") return (to, number, value) => to.integer(number, value === true ? 1 : 0);
  if (type === "integer") return (to, number, value) => to.integer(number, (value ?? 0) as number);
  if (type === "number") return (to, number, value) => to.double(number, (value ?? 0) as number);
  switch (format) {
    case "byte":
      return (to, number, value) => {
        if (value !== null) to.bytes(number, base64ToBytes(value as string));
      };
    case "date-time":
      return (to, number, value) => writeTime(to, number, value as string | null, false);
    case "micro-time":
      return (to, number, value) => writeTime(to, number, value as string | null, true);
    case "duration":
      return (to, number, value) => {
        const mark = to.length;
        to.integer(1, value === null ? 0 : Math.round(parseDuration(value as string) * NANOS));
        to.close(number, mark);
      };
    case "quantity":
      return (to, number, value) => {
        const mark = to.length;
        to.text(1, (value ?? "0") as string);
        to.close(number, mark);
      };
    case "int-or-string":
      return (to, number, value) => writeIntOrString(to, number, (value ?? 0) as number | string);
    default:
      return (to, number, value) => to.text(number, (value ?? "") as string);
  }
}

/** Nanoseconds in a millisecond. */
const NANOS = 1e6;

/** Seconds and nanoseconds since the epoch; the zero time is an empty message. */
function writeTime(to: ProtobufWriter, number: number, text: string | null, micro: boolean): void {
  const mark = to.length;
  if (text !== null) {
    // The decimals are read from the text: as milliseconds they would not be exact.
    const micros = micro ? Number(/\.(\d{6})/.exec(text)?.[1] ?? 0) : 0;
    to.integer(2, micros * 1000);
    // What is stored is canonical, which this reads faster than what reads all that Go does.
    to.integer(1, Math.floor(Date.parse(text) / 1000));
  }
  to.close(number, mark);
}

const INT = 0;
const STRING = 1;

function writeIntOrString(to: ProtobufWriter, number: number, value: number | string): void {
  const mark = to.length;
  const isInt = typeof value === "number";
  to.text(3, isInt ? "" : value);
  to.integer(2, isInt ? value : 0);
  to.integer(1, isInt ? INT : STRING);
  to.close(number, mark);
}
