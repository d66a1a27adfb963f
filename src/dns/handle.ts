import { integerBelow, type Random } from "../base/random.ts";
import { answerQuestion, type DomainConfig } from "./answer.ts";
import type { Directory } from "./directory.ts";
import type { ForwardedQuestion, Forwarder } from "./forwarder.ts";
import { type Answer, type Question, refusal, type ResourceRecord } from "./message.ts";
import { forClient, PAYLOAD_SIZE, readMessage, truncated } from "./packet.ts";

/** A message from a client, decoded. */
export interface Query {
  readonly id: number;
  readonly isResponse: boolean;
  /** 0 for a query. */
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** Exactly one in every query that makes sense; none where they cannot be read. */
  readonly questions: readonly (Question & { readonly class: string })[];
  readonly checkingDisabled: boolean;
  /** Where the client speaks EDNS. */
  readonly edns?: { readonly version: number; readonly payloadSize: number; readonly dnssecOk: boolean };
}

/** Turns messages into bytes and back. */
export interface MessageCodec {
  /** Undefined where there is not even a header. */
  decodeQuery(packet: Uint8Array): Query | undefined;
  /** Cut to at most `limit` bytes. @param more the response of another server whose answers follow ours */
  encodeAnswer(query: Query, answer: Answer, limit: number, more?: Uint8Array): Uint8Array;
  /** The bytes of a question: name, type and class. */
  encodeQuestion(question: Question): Uint8Array;
}

export interface HandlerParts {
  readonly directory: Directory;
  readonly config: DomainConfig;
  readonly forwarder: Forwarder;
  readonly codec: MessageCodec;
  readonly random: Random;
}

const LONGEST_BY_TCP = 65_535;
const LONGEST_BY_PLAIN_UDP = 512;
const LONGEST_BY_EDNS = 4096;

/** The response to a client's message; undefined where it deserves none. */
export async function handleMessage(
  packet: Uint8Array,
  protocol: "udp" | "tcp",
  parts: HandlerParts,
): Promise<Uint8Array | undefined> {
  const { codec, directory, config } = parts;
  const query = codec.decodeQuery(packet);
  if (query === undefined || query.isResponse) return undefined;
  const limit = protocol === "tcp" ? LONGEST_BY_TCP : udpLimit(query);
  const [question] = query.questions;
  const refused = reasonToRefuse(query);
  if (refused !== undefined || question === undefined) {
    return codec.encodeAnswer(query, refusal(refused ?? "FORMERR"), limit);
  }
  const answer = answerQuestion(question, directory, config);
  if (answer === undefined) return forward(query, question, limit, parts);
  const more = answer.continueWith === undefined ? undefined : await follow(answer.continueWith, question.type, parts);
  return codec.encodeAnswer(query, { ...answer, answers: shuffled(answer.answers, parts.random) }, limit, more);
}

function udpLimit({ edns }: Query): number {
  if (edns === undefined) return LONGEST_BY_PLAIN_UDP;
  return Math.min(Math.max(edns.payloadSize, LONGEST_BY_PLAIN_UDP), LONGEST_BY_EDNS);
}

function reasonToRefuse({ opcode, questions, edns }: Query): Exclude<Answer["code"], "NOERROR"> | undefined {
  if (opcode !== 0) return "NOTIMP";
  if (questions.length !== 1) return "FORMERR";
  if (edns !== undefined && edns.version !== 0) return "BADVERS";
  const [{ type, class: kind }] = questions as [Question & { readonly class: string }];
  // Whole zones are handed to nobody, and there is no other class than the Internet's.
  return type === "AXFR" || type === "IXFR" || kind !== "IN" ? "REFUSED" : undefined;
}

async function forward(query: Query, question: Question, limit: number, parts: HandlerParts): Promise<Uint8Array> {
  const { forwarder, codec } = parts;
  const asked = toForward(question, query, codec);
  const found = await forwarder.ask(asked);
  if (found === undefined) return codec.encodeAnswer(query, refusal("SERVFAIL"), limit);
  const client = { id: query.id, question: asked.question, payloadSize: query.edns && PAYLOAD_SIZE };
  const response = forClient(found.packet, found.info, client, found.ageSeconds);
  return response.length <= limit ? response : truncated(response, readMessage(response));
}

/** What another server says of a name that one of ours is an alias of. Undefined where none answers. */
async function follow(name: string, type: string, { forwarder, codec }: HandlerParts): Promise<Uint8Array | undefined> {
  const found = await forwarder.ask(toForward({ name, type }, { checkingDisabled: false }, codec));
  if (found === undefined) return undefined;
  const client = { id: 0, question: new Uint8Array(), payloadSize: undefined };
  return forClient(found.packet, found.info, client, found.ageSeconds);
}

function toForward(
  question: Question,
  { checkingDisabled, edns }: Pick<Query, "checkingDisabled" | "edns">,
  codec: MessageCodec,
): ForwardedQuestion {
  const dnssecOk = edns?.dnssecOk ?? false;
  const key = `${question.name.toLowerCase()} ${question.type} ${checkingDisabled ? "c" : ""}${dnssecOk ? "d" : ""}`;
  return { question: codec.encodeQuestion(question), key, checkingDisabled, dnssecOk };
}

/** Addresses in any order: clients take the first, and all of them should have their share. */
function shuffled(records: readonly ResourceRecord[], random: Random): readonly ResourceRecord[] {
  const first = records.findIndex(({ type }) => type === "A" || type === "AAAA");
  if (first < 0) return records;
  const addresses = records.slice(first);
  for (let index = addresses.length - 1; index > 0; index--) {
    const other = integerBelow(random, index + 1);
    [addresses[index], addresses[other]] = [addresses[other]!, addresses[index]!];
  }
  return [...records.slice(0, first), ...addresses];
}
