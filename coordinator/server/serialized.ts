/**
 * Answers as bytes. gRPC would turn an answer into bytes at one go, which for a page of a thousand nodes takes longer than
 * anything may hold the coordinator up. A message is the same whether its fields were written at once or one after the other,
 * and so are the items of a repeated field (protobuf's encoding, "Message Structure"), so long lists are written in turns.
 */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';

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

/** An answer of which lists may still be made while it is written, so that they are never all in memory. */
export type Written<Answer> = {
  readonly [Field in keyof Answer]: Answer[Field] extends AsyncIterable<infer Item> ? Item[] : Answer[Field];
};

/** The bytes of an answer. Rejects with whatever a list in the making fails with. */
export async function serializedCooperatively<Answer extends object>(
  answer: Answer,
  serialize: (answer: Written<Answer>) => Buffer,
  scheduler: CooperativeScheduler,
): Promise<Buffer> {
  const bytes: Buffer[] = [];
  const write = (part: object) => bytes.push(serialize(part as Written<Answer>));
  const rest: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(answer)) {
    const items = isList(value) ? scheduler.each(value) : isInTheMaking(value) ? value : null;
    if (items === null) rest[field] = value;
    else for await (const part of partsOf(items)) write({ [field]: part });
  }
  write(rest);
  return Buffer.concat(bytes);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > ITEMS_PER_PART;
}

function isInTheMaking(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* partsOf(items: AsyncIterable<unknown>): AsyncGenerator<readonly unknown[]> {
  let part: unknown[] = [];
  for await (const item of items) {
    if (part.push(item) < ITEMS_PER_PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
