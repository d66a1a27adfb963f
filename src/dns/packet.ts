/**
 * DNS messages as bytes, as far as forwarding needs them: what a server upstream says is handed on as it is, with another
 * id and the time that it has been kept taken off. https://www.rfc-editor.org/rfc/rfc1035#section-4
 */
export class MalformedMessage extends Error {}

export const HEADER_BYTES = 12;

const TYPE_SOA = 6;
const TYPE_OPT = 41;

export interface MessageInfo {
  readonly id: number;
  readonly isResponse: boolean;
  readonly truncated: boolean;
  /** 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly code: number;
  /** Where the (one) question ends. */
  readonly questionEnd: number;
  readonly records: readonly RecordInfo[];
}

export interface RecordInfo {
  readonly section: "answer" | "authority" | "additional";
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly ttlOffset: number;
  /** Seconds. */
  readonly ttl: number;
}

/** Finds its way through a message of one question. Throws {@link MalformedMessage}. */
export function readMessage(packet: Uint8Array): MessageInfo {
  if (packet.length < HEADER_BYTES) throw new MalformedMessage("shorter than a header");
  const flags = number16(packet, 2);
  if (number16(packet, 4) !== 1) throw new MalformedMessage("not one question");
  const questionEnd = skipName(packet, HEADER_BYTES) + 4;
  const records: RecordInfo[] = [];
  let at = questionEnd;
  for (const [index, section] of (["answer", "authority", "additional"] as const).entries()) {
    for (let left = number16(packet, 6 + 2 * index); left > 0; left--) {
      const record = readRecord(packet, at, section);
      records.push(record);
      at = record.end;
    }
  }
  return {
    id: number16(packet, 0),
    isResponse: (flags & 0x8000) !== 0,
    truncated: (flags & 0x0200) !== 0,
    code: flags & 0x000f,
    questionEnd,
    records,
  };
}

/** For how many seconds a message may be remembered; 0 for not at all. A missing name is by its start of authority. */
export function lifetimeSeconds(packet: Uint8Array, { code, truncated, records }: MessageInfo): number {
  if (truncated || (code !== 0 && code !== 3)) return 0;
  const answers = records.filter(({ section }) => section === "answer");
  if (answers.length > 0) return Math.min(...answers.map(({ ttl }) => ttl));
  const authority = records.find(({ section, type }) => section === "authority" && type === TYPE_SOA);
  return authority === undefined ? 0 : Math.min(authority.ttl, number32(packet, authority.end - 4));
}

/**
 * A copy of a stored response for a client: its id, its spelling of the question, what is left of the times, and EDNS only
 * if it speaks that. @param question the bytes of the client's question, as long as those of the response
 */
export function forClient(
  packet: Uint8Array,
  { records, questionEnd }: MessageInfo,
  client: { readonly id: number; readonly question: Uint8Array; readonly payloadSize: number | undefined },
  ageSeconds: number,
): Uint8Array {
  const last = records.at(-1);
  const hasOpt = last !== undefined && last.type === TYPE_OPT;
  const body = hasOpt ? packet.subarray(0, last.start) : packet;
  const options = client.payloadSize === undefined ? [] : optRecord(false);
  const copy = new Uint8Array(body.length + options.length);
  copy.set(body);
  copy.set(options, body.length);
  setNumber16(copy, 0, client.id);
  if (client.question.length === questionEnd - HEADER_BYTES) copy.set(client.question, HEADER_BYTES);
  for (const { type, ttlOffset, ttl } of records) {
    if (type !== TYPE_OPT) setNumber32(copy, ttlOffset, Math.max(0, ttl - ageSeconds));
  }
  const additionals = number16(packet, 10) - (hasOpt ? 1 : 0) + (options.length > 0 ? 1 : 0);
  setNumber16(copy, 10, additionals);
  return copy;
}

/** A query for a server upstream. @param question its bytes: name, type and class */
export function buildQuery(
  id: number,
  question: Uint8Array,
  flags: { readonly checkingDisabled: boolean; readonly dnssecOk: boolean },
): Uint8Array {
  const options = optRecord(flags.dnssecOk);
  const packet = new Uint8Array(HEADER_BYTES + question.length + options.length);
  setNumber16(packet, 0, id);
  setNumber16(packet, 2, 0x0100 | (flags.checkingDisabled ? 0x0010 : 0));
  setNumber16(packet, 4, 1);
  setNumber16(packet, 10, 1);
  packet.set(question, HEADER_BYTES);
  packet.set(options, HEADER_BYTES + question.length);
  return packet;
}

/** Only the question of a response that is too long, marked so that the client asks again by TCP. */
export function truncated(packet: Uint8Array, { questionEnd }: MessageInfo): Uint8Array {
  const copy = packet.slice(0, questionEnd);
  copy[2] = copy[2]! | 0x02;
  for (const offset of [6, 8, 10]) setNumber16(copy, offset, 0);
  return copy;
}

/** The size that we announce for UDP: what passes every usual network in one piece. */
export const PAYLOAD_SIZE = 1232;

function optRecord(dnssecOk: boolean): number[] {
  return [0, 0, TYPE_OPT, PAYLOAD_SIZE >> 8, PAYLOAD_SIZE & 0xff, 0, 0, dnssecOk ? 0x80 : 0, 0, 0, 0];
}

function readRecord(packet: Uint8Array, start: number, section: RecordInfo["section"]): RecordInfo {
  const fixed = skipName(packet, start);
  const end = fixed + 10 + number16(packet, fixed + 8);
  if (end > packet.length) throw new MalformedMessage("a record goes beyond the end");
  return { section, type: number16(packet, fixed), start, end, ttlOffset: fixed + 4, ttl: number32(packet, fixed + 4) };
}

/** Where a name ends that begins at `at`. */
function skipName(packet: Uint8Array, at: number): number {
  for (let offset = at; offset < packet.length;) {
    const length = packet[offset]!;
    if (length === 0) return offset + 1;
    if (length >= 0xc0) return offset + 2;
    if (length > 63) throw new MalformedMessage("not a label");
    offset += length + 1;
  }
  throw new MalformedMessage("a name goes beyond the end");
}

function number16(packet: Uint8Array, offset: number): number {
  if (offset + 2 > packet.length) throw new MalformedMessage("cut off");
  return (packet[offset]! << 8) | packet[offset + 1]!;
}

function number32(packet: Uint8Array, offset: number): number {
  return number16(packet, offset) * 0x1_0000 + number16(packet, offset + 2);
}

function setNumber16(packet: Uint8Array, offset: number, value: number): void {
  packet[offset] = value >> 8;
  packet[offset + 1] = value & 0xff;
}

function setNumber32(packet: Uint8Array, offset: number, value: number): void {
  setNumber16(packet, offset, Math.floor(value / 0x1_0000));
  setNumber16(packet, offset + 2, value & 0xffff);
}
