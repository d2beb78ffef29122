/**
 * Migrates a journal's schema: numbered files, each applied once in one transaction, with its digest recorded. Never changes a database
 * that a newer Rollcall has written.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from 'better-sqlite3';
import { codeOf, JournalError } from '../base/journal-error.ts';
import { copyWhole } from './backup.ts';
import { openForReading } from './database.ts';
import { damaged, notAJournal, openingProblem, unwritable } from './file-problems.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));

/** `Roll` in ASCII: distinguishes a journal from other SQLite files. */
const APPLICATION_ID = 0x526f6c6c;

interface Migration {
  readonly version: number;
  readonly file: string;
  readonly sql: string;
  readonly sha256: string;
}

interface Identity {
  readonly applicationId: number;
  readonly version: number;
  /** Whether the database ever had a table. */
  readonly hasSchema: boolean;
}

/**
 * Checks a file without changing a byte of it. A file that does not exist or is empty is valid.
 * @throws JournalError for a file that is not a journal, or has a newer schema
 */
export function inspectFile(file: string, folder = MIGRATIONS_FOLDER): void {
  const identity = readHeader(file);
  const wal = `${file}-wal`;
  const hasLog = existsSync(wal) && statSync(wal).size > 0;
  if (identity === undefined) {
    // SQLite would discard the log. It writes the first page of a file before it creates the log.
    if (hasLog) throw damaged(file, `it is empty or missing, but its log ${wal} is not`);
    return;
  }
  refuseForeign(file, identity, folder);
  // Only a crash between a migration and its checkpoint leaves a header that is older than the schema.
  if (!hasLog) return;
  const database = openForReading(file);
  try {
    refuseForeign(file, identityOf(database), folder);
  } catch (error) {
    throw openingProblem(file, error);
  } finally {
    database.close();
  }
}

/** Applies the missing migrations. Leaves a copy of the previous file beside it. */
export function migrate(database: Database, nowMs: number, folder = MIGRATIONS_FOLDER): void {
  const migrations = readMigrations(folder);
  const { version } = identityOf(database);
  const missing = migrations.filter((migration) => migration.version > version);
  refuseAltered(database, migrations, version);
  if (missing.length === 0) return;
  if (version > 0) keepCopy(database, version);
  for (const migration of missing) apply(database, migration, nowMs);
  // Writes the new version to the header of the file, for programs that only read the header.
  database.pragma('wal_checkpoint(TRUNCATE)');
}

function apply(database: Database, migration: Migration, nowMs: number): void {
  const run = database.transaction(() => {
    database.exec(migration.sql);
    database
      .prepare('INSERT INTO migration (version, file, sha256, applied_ms) VALUES (?, ?, ?, ?)')
      .run(migration.version, migration.file, migration.sha256, nowMs);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${migration.version}`);
  });
  run.immediate();
}

function keepCopy(database: Database, version: number): void {
  const copy = `${database.name}.schema-${version}`;
  if (!existsSync(copy)) copyWhole(database, copy);
}

function refuseForeign(file: string, identity: Identity, folder: string): void {
  if (identity.applicationId === 0 && identity.version === 0 && !identity.hasSchema) return;
  if (identity.applicationId !== APPLICATION_ID) throw notAJournal(file);
  const newest = readMigrations(folder).at(-1)?.version ?? 0;
  if (identity.version <= newest) return;
  throw new JournalError(
    'newer-schema',
    `the journal ${file} has schema ${identity.version}, and this Rollcall supports schemas up to ${newest}; ` +
      'start the newer Rollcall, or use another file; nothing was changed',
  );
}

/** Each applied migration must equal its file here; otherwise the schema is unknown. */
function refuseAltered(database: Database, migrations: readonly Migration[], version: number): void {
  if (version === 0) return;
  const recorded = database
    .prepare<[], { version: number; sha256: string }>('SELECT version, sha256 FROM migration')
    .all();
  for (const { version: applied, sha256 } of recorded) {
    const here = migrations.find((migration) => migration.version === applied);
    if (here?.sha256 === sha256) continue;
    throw new JournalError(
      'altered-migration',
      `the journal ${database.name} was created with another text of migration ${applied}; ` +
        'start the Rollcall that created it, or use another file',
    );
  }
}

function identityOf(database: Database): Identity {
  return {
    applicationId: database.pragma('application_id', { simple: true }) as number,
    version: database.pragma('user_version', { simple: true }) as number,
    hasSchema: database.pragma('schema_version', { simple: true }) !== 0,
  };
}

/** From the first 100 bytes (sqlite.org/fileformat.html, "The Database Header"). */
function readHeader(file: string): Identity | undefined {
  const header = Buffer.alloc(100);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      length = readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw code === 'EISDIR' ? notAJournal(file) : unwritable(file, code);
  }
  if (length === 0) return undefined;
  if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw notAJournal(file);
  return {
    applicationId: header.readInt32BE(68),
    version: header.readInt32BE(60),
    hasSchema: header.readInt32BE(40) !== 0,
  };
}

function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder).filter((file) => /^\d{4}-.+\.sql$/.test(file));
  return files.sort().map((file) => {
    const sql = readFileSync(join(folder, file), 'utf8');
    const sha256 = createHash('sha256').update(sql).digest('hex');
    return { version: Number(file.slice(0, 4)), file, sql, sha256 };
  });
}
