/**
 * The service of a reader's thread: answers from a connection that cannot write. Its methods are those of all
 * classes in `READERS` and `FILE_READERS`. Every answer is bounded, because nothing can interrupt a query.
 */
import type { Database } from 'better-sqlite3';
import { type Methods, methodNames } from '../../threads/method-names.ts';
import type { JournalLimits } from '../base/limits.ts';
import { opened } from '../base/opened.ts';
import { openForReading } from '../schema/database.ts';
import { openingProblem } from '../schema/file-problems.ts';
import { ChainReader } from './chain-reader.ts';
import { CurrentStateReader } from './current-state-reader.ts';
import { DifferenceReader } from './difference-reader.ts';
import { EventReader } from './event-reader.ts';
import { ExportReader } from './export-reader.ts';
import { HistoricalReader } from './historical-reader.ts';
import { InventoryReader } from './inventory-reader.ts';
import { MomentReader } from './moment-reader.ts';
import { ReaderFile } from './reader-file.ts';
import { SourceProblemReader } from './source-problem-reader.ts';
import { TimelineReader } from './timeline-reader.ts';

/** Each call of their methods runs in a transaction of its own, so that an answer is of one state of the journal. */
const READERS = [
  CurrentStateReader,
  DifferenceReader,
  EventReader,
  ExportReader,
  HistoricalReader,
  InventoryReader,
  MomentReader,
  SourceProblemReader,
  TimelineReader,
] as const;

/** These run outside a transaction: a damaged page that they report would also fail the commit, and a backup needs none. */
const FILE_READERS = [ChainReader, ReaderFile] as const;

export type ReaderService = Connection & AllOf<InstanceType<(typeof READERS | typeof FILE_READERS)[number]>>;

interface Connection {
  open(file: string, limits: JournalLimits): void;
  close(): void;
}

type AllOf<Reader> = (Reader extends unknown ? (methods: Methods<Reader>) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

type AnyReader = new (database: Database, limits: JournalLimits) => object;
type Method = (...args: unknown[]) => unknown;

export function createReaderService(): ReaderService {
  let database: Database | undefined;
  let methods = new Map<string, Method>();
  const names = [...FILE_READERS, ...READERS].flatMap(
    (type: AnyReader) => methodNames<object>(type) as readonly string[],
  );
  const connection: Connection = {
    open(file, limits) {
      database = openForReading(file);
      methods = openedMethods(database, limits);
    },
    close() {
      database?.close();
      database = undefined;
      methods.clear();
    },
  };
  const calls = names.map((name) => [name, (...args: unknown[]) => opened(methods.get(name))(...args)]);
  return { ...(Object.fromEntries(calls) as ReaderService), ...connection };
}

/** The names of all methods of a reader service. */
export const READER_METHODS = Object.keys(createReaderService()) as readonly (keyof ReaderService)[];

function openedMethods(database: Database, limits: JournalLimits): Map<string, Method> {
  // Made once: making it costs as much as a read from an index.
  const transaction = database.transaction((answer: () => unknown) => answer());
  const methods = new Map<string, Method>();
  const add = (types: readonly AnyReader[], run: (answer: () => unknown) => unknown) => {
    for (const type of types) {
      for (const [name, method] of methodsOf(type, new type(database, limits))) {
        if (methods.has(name)) throw new Error(`two readers have a method ${name}`);
        methods.set(name, (...args) => translated(database.name, () => run(() => method(...args))));
      }
    }
  };
  add(READERS, transaction);
  add(FILE_READERS, (answer) => answer());
  return methods;
}

function translated(file: string, answer: () => unknown): unknown {
  try {
    return answer();
  } catch (error) {
    throw openingProblem(file, error);
  }
}

function methodsOf(type: AnyReader, reader: object): [string, Method][] {
  return methodNames<object>(type).map((name: string) => {
    const method = Reflect.get(reader, name) as Method;
    return [name, (...args) => Reflect.apply(method, reader, args)];
  });
}
