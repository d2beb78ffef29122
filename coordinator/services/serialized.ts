/**
 * Answers as bytes. gRPC would turn an answer into bytes at one go, which for a page of a thousand nodes takes longer than
 * anything may hold the coordinator up. A message is the same whether its fields were written at once or one after the other,
 * and so are the items of a repeated field (protobuf's encoding, "Message Structure"), so long lists are written in turns.
 */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { AnswerTurns } from './turns.ts';

/** Items that are written together: the largest take some 50 µs each. */
const ITEMS_PER_PART = 20;

/** The service, also for answers that are bytes already. */
export function acceptingBytes<Service extends UntypedServiceImplementation>(
  service: ServiceDefinition<Service>,
): ServiceDefinition<Service> {
  const methods = Object.entries<ServiceDefinition[string]>(service).map(([name, method]) => {
    const responseSerialize = (answer: unknown) =>
      Buffer.isBuffer(answer) ? answer : method.responseSerialize(answer);
    return [name, { ...method, responseSerialize }];
  });
  return Object.fromEntries(methods) as ServiceDefinition<Service>;
}

/** The bytes of an answer. */
export async function serializedInTurns<Answer extends object>(
  answer: Answer,
  serialize: (answer: Answer) => Buffer,
  turns: AnswerTurns,
): Promise<Buffer> {
  const lists = Object.entries(answer).filter(([, value]) => Array.isArray(value) && value.length > ITEMS_PER_PART);
  const rest = Object.fromEntries(Object.entries(answer).filter(([field]) => !lists.some(([long]) => long === field)));
  const parts = [rest, ...lists.flatMap(([field, items]) => partsOf(field, items as readonly unknown[]))];
  const bytes: Buffer[] = [];
  for await (const part of turns.each(parts)) bytes.push(serialize(part as Answer));
  return Buffer.concat(bytes);
}

function partsOf(field: string, items: readonly unknown[]): Record<string, readonly unknown[]>[] {
  const parts: Record<string, readonly unknown[]>[] = [];
  for (let first = 0; first < items.length; first += ITEMS_PER_PART) {
    parts.push({ [field]: items.slice(first, first + ITEMS_PER_PART) });
  }
  return parts;
}
