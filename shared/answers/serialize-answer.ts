/**
 * Serializes an answer in slices. gRPC would serialize a page of a thousand nodes without a pause, which blocks the event loop
 * for too long. Protobuf allows fields, and the items of a repeated field, to be written one after the other.
 */
import type { CooperativeScheduler } from '../cooperative-scheduler.ts';

/** Items that are serialized together; the largest take about 50 µs each. */
const ITEMS_PER_PART = 20;

/** A message whose repeated fields may be generated while it is serialized, so that they are never in memory as a whole. */
export type Streamable<Message> = {
  readonly [Field in keyof Message]:
    | Message[Field]
    | (NonNullable<Message[Field]> extends readonly (infer Item)[] ? AsyncIterable<Item> : never);
};

/** Rejects if generating a list fails. */
export async function serializeCooperatively(
  answer: object,
  serialize: (message: object) => Buffer,
  scheduler: CooperativeScheduler,
): Promise<Buffer> {
  const bytes: Buffer[] = [];
  const rest: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(answer)) {
    const items = isLongList(value) ? scheduler.each(value) : isGenerated(value) ? value : null;
    if (items === null) rest[field] = value;
    else for await (const part of partsOf(items)) bytes.push(serialize({ [field]: part }));
  }
  bytes.push(serialize(rest));
  return Buffer.concat(bytes);
}

function isLongList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > ITEMS_PER_PART;
}

function isGenerated(value: unknown): value is AsyncIterable<unknown> {
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
