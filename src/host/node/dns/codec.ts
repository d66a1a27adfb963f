import * as dnsPacket from "dns-packet";
import type { MessageCodec, Query } from "../../../dns/handle.ts";
import type { Answer, ResourceRecord, ResponseCode } from "../../../dns/message.ts";
import { PAYLOAD_SIZE } from "../../../dns/packet.ts";

/** DNS messages by the library dns-packet. */
export const dnsPacketCodec: MessageCodec = { decodeQuery, encodeAnswer, encodeQuestion };

const CODES: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
};

const HEADER_BYTES = 12;

function decodeQuery(bytes: Uint8Array): Query | undefined {
  const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (packet.length < HEADER_BYTES) return undefined;
  const flags = packet.readUInt16BE(2);
  const header = {
    id: packet.readUInt16BE(0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    recursionDesired: (flags & dnsPacket.RECURSION_DESIRED) !== 0,
    checkingDisabled: (flags & dnsPacket.CHECKING_DISABLED) !== 0,
  };
  let decoded: dnsPacket.DecodedPacket;
  try {
    decoded = dnsPacket.decode(packet);
  } catch {
    return { ...header, questions: [] };
  }
  const opt = decoded.additionals?.find((record) => record.type === "OPT");
  return {
    ...header,
    questions: (decoded.questions ?? []).map(({ name, type, class: kind }) => ({
      name: name === "." ? "" : name,
      type,
      class: kind ?? "IN",
    })),
    ...(opt === undefined
      ? {}
      : { edns: { version: opt.ednsVersion, payloadSize: opt.udpPayloadSize, dnssecOk: opt.flag_do } }),
  };
}

/** What does not fit is left out: additional records quietly, answers with the mark that makes the client ask by TCP. */
function encodeAnswer(query: Query, answer: Answer, limit: number, more?: Uint8Array): Uint8Array {
  const answers = [...answer.answers.map(toPacketRecord), ...(more === undefined ? [] : followedAnswers(more))];
  const whole = encodeWith(query, answer, answers, answer.additionals.map(toPacketRecord), false);
  if (whole.length <= limit) return whole;
  const plain = encodeWith(query, answer, answers, [], false);
  if (plain.length <= limit) return plain;
  for (let count = Math.floor((answers.length * limit) / plain.length); count > 0; count--) {
    const cut = encodeWith(query, answer, answers.slice(0, count), [], true);
    if (cut.length <= limit) return cut;
  }
  return encodeWith(query, answer, [], [], true);
}

function encodeWith(
  query: Query,
  { code, authorities }: Answer,
  answers: readonly dnsPacket.Answer[],
  additionals: readonly dnsPacket.Answer[],
  isCut: boolean,
): Uint8Array {
  const authoritative = code === "NOERROR" || code === "NXDOMAIN";
  const flags =
    (authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0) |
    (isCut ? dnsPacket.TRUNCATED_RESPONSE : 0) |
    (query.recursionDesired ? dnsPacket.RECURSION_DESIRED : 0) |
    (query.checkingDisabled ? dnsPacket.CHECKING_DISABLED : 0) |
    dnsPacket.RECURSION_AVAILABLE |
    (query.opcode << 11) |
    (CODES[code] & 0xf);
  return dnsPacket.encode({
    type: "response",
    id: query.id,
    flags,
    questions: query.questions.map(({ name, type, class: kind }) => ({
      name: name === "" ? "." : name,
      type: type as dnsPacket.RecordType,
      class: kind as dnsPacket.RecordClass,
    })),
    answers: [...answers],
    authorities: authorities.map(toPacketRecord),
    additionals: [...additionals, ...(query.edns === undefined ? [] : [optRecord(CODES[code] >> 4)])],
  });
}

function optRecord(extendedRcode: number): dnsPacket.OptAnswer {
  const record = {
    type: "OPT",
    name: ".",
    udpPayloadSize: PAYLOAD_SIZE,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    options: [],
  };
  // The types want the flags a second time, one by one.
  return record as unknown as dnsPacket.OptAnswer;
}

function encodeQuestion({ name, type }: { readonly name: string; readonly type: string }): Uint8Array {
  const packet = dnsPacket.encode({
    type: "query",
    questions: [{ name: name === "" ? "." : name, type: type as dnsPacket.RecordType, class: "IN" }],
  });
  return packet.subarray(12);
}

/** The answers of another server. One that cannot be read adds none. */
function followedAnswers(bytes: Uint8Array): readonly dnsPacket.Answer[] {
  try {
    return dnsPacket.decode(Buffer.from(bytes)).answers ?? [];
  } catch {
    return [];
  }
}

function toPacketRecord(record: ResourceRecord): dnsPacket.Answer {
  const { name, ttl } = record;
  switch (record.type) {
    case "A":
    case "AAAA":
      return { type: record.type, name, ttl, data: record.address };
    case "CNAME":
    case "PTR":
    case "NS":
      return { type: record.type, name, ttl, data: record.target };
    case "SRV": {
      const { priority, weight, port, target } = record;
      return { type: "SRV", name, ttl, data: { priority, weight, port, target } };
    }
    case "TXT":
      return { type: "TXT", name, ttl, data: record.text };
    case "SOA": {
      const { primary, mailbox, serial, refresh, retry, expire, minimum } = record;
      return {
        type: "SOA",
        name,
        ttl,
        data: { mname: primary, rname: mailbox, serial, refresh, retry, expire, minimum },
      };
    }
  }
}
