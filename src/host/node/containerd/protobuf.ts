import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/**
 * Messages declared as tables of fields, for the few that are spoken with containerd: the table is the whole fact, and the
 * types follow from it. 64-bit integers are bigints, because nanoseconds since the epoch exceed 2^53. Unknown fields are
 * skipped, absent ones have proto3's defaults, absent messages are undefined.
 */
export function message<F extends Fields>(fields: F): MessageType<Input<F>, Output<F>> {
  const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, field }]));
  const write = (writer: BinaryWriter, value: Input<F>) => {
    for (const { name, field } of byNumber.values()) {
      const item = value[name];
      if (item !== undefined) field.write(writer, item as never);
    }
  };
  const read = (reader: BinaryReader, length: number) => {
    const value: Record<string, unknown> = {};
    for (const { name, field } of byNumber.values()) value[name] = field.initial();
    const end = reader.pos + length;
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const known = byNumber.get(number);
      if (known === undefined) reader.skip(wireType, number);
      else value[known.name] = known.field.read(reader, wireType, value[known.name]);
    }
    return value as Output<F>;
  };
  return {
    write,
    read,
    encode: (value) => {
      const writer = new BinaryWriter();
      write(writer, value);
      return writer.finish();
    },
    decode: (bytes) => read(new BinaryReader(bytes), bytes.length),
  };
}

export interface MessageType<In, Out> {
  encode(value: In): Uint8Array;
  decode(bytes: Uint8Array): Out;
  write(writer: BinaryWriter, value: In): void;
  read(reader: BinaryReader, length: number): Out;
}

export interface Field<In, Out> {
  readonly number: number;
  initial(): Out;
  write(writer: BinaryWriter, value: In): void;
  read(reader: BinaryReader, wireType: WireType, previous: Out): Out;
}

/** Fields of all types: what goes into one is unknown here, and so nothing fits it. */
type Fields = Readonly<Record<string, Field<never, unknown>>>;
type Input<F extends Fields> = {
  readonly [K in keyof F]?: (F[K] extends Field<infer In, unknown> ? In : never) | undefined;
};
type Output<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<never, infer Out> ? Out : never };
/** What one decodes a message to. */
export type Decoded<M> = M extends MessageType<never, infer Out> ? Out : never;
/** What one encodes a message from. */
export type Encodable<M> = M extends MessageType<infer In, unknown> ? In : never;

interface Scalar<In, Out> {
  readonly wireType: WireType;
  readonly initial: Out;
  isDefault(value: In): boolean;
  write(writer: BinaryWriter, value: In): void;
  read(reader: BinaryReader): Out;
}

const stringScalar: Scalar<string, string> = {
  wireType: WireType.LengthDelimited,
  initial: "",
  isDefault: (value) => value === "",
  write: (writer, value) => writer.string(value),
  read: (reader) => reader.string(),
};

const int64Scalar: Scalar<bigint | number, bigint> = {
  wireType: WireType.Varint,
  initial: 0n,
  isDefault: (value) => value === 0 || value === 0n,
  write: (writer, value) => writer.int64(value),
  read: (reader) => BigInt(reader.int64()),
};

const int32Scalar: Scalar<number, number> = {
  wireType: WireType.Varint,
  initial: 0,
  isDefault: (value) => value === 0,
  write: (writer, value) => writer.int32(value),
  read: (reader) => reader.int32(),
};

export const text = (number: number) => single(number, stringScalar);
export const int64 = (number: number) => single(number, int64Scalar);
export const int32 = (number: number) => single(number, int32Scalar);
export const texts = (number: number) => repeated(number, stringScalar);
export const int64s = (number: number) => repeated(number, int64Scalar);

export const uint64 = (number: number) =>
  single<bigint | number, bigint>(number, {
    ...int64Scalar,
    write: (writer, value) => writer.uint64(value),
    read: (reader) => BigInt(reader.uint64()),
  });

export const uint32 = (number: number) =>
  single<number, number>(number, {
    ...int32Scalar,
    write: (writer, value) => writer.uint32(value),
    read: (reader) => reader.uint32(),
  });

export const flag = (number: number) =>
  single<boolean, boolean>(number, {
    wireType: WireType.Varint,
    initial: false,
    isDefault: (value) => !value,
    write: (writer, value) => writer.bool(value),
    read: (reader) => reader.bool(),
  });

const NO_BYTES = new Uint8Array();
export const bytes = (number: number) =>
  single<Uint8Array, Uint8Array>(number, {
    wireType: WireType.LengthDelimited,
    initial: NO_BYTES,
    isDefault: (value) => value.length === 0,
    write: (writer, value) => writer.bytes(value),
    read: (reader) => reader.bytes(),
  });

/** One message, undefined when absent. */
export function nested<In, Out>(number: number, type: MessageType<In, Out>): Field<In, Out | undefined> {
  return {
    number,
    initial: () => undefined,
    write: (writer, value) => writeNested(writer, number, type, value),
    read: (reader) => type.read(reader, reader.uint32()),
  };
}

export function nestedList<In, Out>(number: number, type: MessageType<In, Out>): Field<readonly In[], readonly Out[]> {
  return {
    number,
    initial: () => [],
    write: (writer, values) => {
      for (const value of values) writeNested(writer, number, type, value);
    },
    read: (reader, _wireType, previous) => appended(previous, type.read(reader, reader.uint32())),
  };
}

type TextMap = Readonly<Record<string, string>>;
const mapEntry = message({ key: text(1), value: text(2) });

/** A map from strings to strings. */
export function textMap(number: number): Field<TextMap, TextMap> {
  return {
    number,
    initial: () => ({}),
    write: (writer, map) => {
      for (const [key, value] of Object.entries(map)) writeNested(writer, number, mapEntry, { key, value });
    },
    read: (reader, _wireType, previous) => {
      const { key, value } = mapEntry.read(reader, reader.uint32());
      return Object.assign(previous, { [key]: value });
    },
  };
}

function single<In, Out>(number: number, scalar: Scalar<In, Out>): Field<In, Out> {
  return {
    number,
    initial: () => scalar.initial,
    write: (writer, value) => {
      if (scalar.isDefault(value)) return;
      writer.tag(number, scalar.wireType);
      scalar.write(writer, value);
    },
    read: (reader) => scalar.read(reader),
  };
}

function repeated<In, Out>(number: number, scalar: Scalar<In, Out>): Field<readonly In[], readonly Out[]> {
  return {
    number,
    initial: () => [],
    write: (writer, values) => {
      for (const value of values) {
        writer.tag(number, scalar.wireType);
        scalar.write(writer, value);
      }
    },
    read: (reader, wireType, previous) => {
      if (wireType === scalar.wireType) return appended(previous, scalar.read(reader));
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) appended(previous, scalar.read(reader));
      return previous;
    },
  };
}

/** Lists grow in place while they are being decoded; nobody else has seen them yet. */
function appended<Item>(list: readonly Item[], item: Item): readonly Item[] {
  (list as Item[]).push(item);
  return list;
}

function writeNested<In, Out>(writer: BinaryWriter, number: number, type: MessageType<In, Out>, value: In): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  type.write(writer, value);
  writer.join();
}
