/**
 * Translates names of nodes, DaemonSets, actors and engines to small integers for the rows, and back. A new name is written in the
 * transaction of the row that first uses it.
 */
import type { Database, Statement } from 'better-sqlite3';

/** Names that are cached per table. A full cache is cleared. */
const CACHED_NAMES_MAX = 200_000;

export class Names {
  readonly nodes: NameTable;
  readonly daemonSets: NameTable;
  readonly actors: NameTable;
  readonly engines: NameTable;

  constructor(database: Database) {
    this.nodes = simpleTable(database, 'node', 'node_id', 'name');
    this.actors = simpleTable(database, 'actor', 'actor_id', 'name');
    this.engines = simpleTable(database, 'engine', 'engine_id', 'version');
    this.daemonSets = new NameTable(
      database.prepare('SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ?'),
      database.prepare('INSERT INTO daemon_set (name, namespace) VALUES (?, ?)'),
      splitKey,
    );
  }

  /** Call it after a rollback, because the transaction may have assigned numbers. */
  forget(): void {
    for (const table of [this.nodes, this.daemonSets, this.actors, this.engines]) table.forget();
  }
}

export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #find: Statement<unknown[], number>;
  readonly #insert: Statement<unknown[]>;
  readonly #columnsOf: (name: string) => readonly string[];

  constructor(
    find: Statement<unknown[]>,
    insert: Statement<unknown[]>,
    columnsOf: (name: string) => readonly string[] = (name) => [name],
  ) {
    this.#find = find.pluck() as Statement<unknown[], number>;
    this.#insert = insert;
    this.#columnsOf = columnsOf;
  }

  /** Returns the number of a name, and assigns one to a new name. */
  idOf(name: string): number {
    return this.#ids.get(name) ?? this.#look(name);
  }

  forget(): void {
    this.#ids.clear();
  }

  #look(name: string): number {
    const columns = this.#columnsOf(name);
    const id = this.#find.get(...columns) ?? Number(this.#insert.run(...columns).lastInsertRowid);
    if (this.#ids.size >= CACHED_NAMES_MAX) this.#ids.clear();
    this.#ids.set(name, id);
    return id;
  }
}

/** Names by number, for readers. The name of a number never changes. */
export class NamesById {
  readonly nodes: NamesOfTable;
  readonly daemonSets: NamesOfTable;
  readonly actors: NamesOfTable;
  readonly engines: NamesOfTable;

  constructor(database: Database) {
    this.nodes = new NamesOfTable(database.prepare('SELECT name FROM node WHERE node_id = ?'));
    this.daemonSets = new NamesOfTable(
      database.prepare("SELECT namespace || '/' || name FROM daemon_set WHERE daemon_set_id = ?"),
    );
    this.actors = new NamesOfTable(database.prepare('SELECT name FROM actor WHERE actor_id = ?'));
    this.engines = new NamesOfTable(database.prepare('SELECT version FROM engine WHERE engine_id = ?'));
  }
}

export class NamesOfTable {
  readonly #names = new Map<number, string>();
  readonly #find: Statement<unknown[], string>;

  constructor(find: Statement<unknown[]>) {
    this.#find = find.pluck() as Statement<unknown[], string>;
  }

  /** `null` for `null`, and for a number without a name, which occurs only in a damaged journal. */
  nameOf(id: number | null): string | null {
    if (id === null) return null;
    return this.#names.get(id) ?? this.#look(id);
  }

  #look(id: number): string | null {
    const name = this.#find.get(id);
    if (name === undefined) return null;
    if (this.#names.size >= CACHED_NAMES_MAX) this.#names.clear();
    this.#names.set(id, name);
    return name;
  }
}

/** Splits the key `namespace/name` of a DaemonSet. */
export function splitKey(key: string): readonly [name: string, namespace: string] {
  const slash = key.indexOf('/');
  if (slash < 0) throw new TypeError(`${JSON.stringify(key)} is not a valid DaemonSet key; expected namespace/name`);
  return [key.slice(slash + 1), key.slice(0, slash)];
}

function simpleTable(database: Database, table: string, id: string, column: string): NameTable {
  return new NameTable(
    database.prepare(`SELECT ${id} FROM ${table} WHERE ${column} = ?`),
    database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`),
  );
}
