/** Converts the head of the journal, a revision and its hash, to and from messages of the contract. */
import { RollcallError } from '../../shared/errors.ts';
import type { Head } from '../../shared/journal-format/verification.ts';
import type { JournalHead, JournalHead__Output } from '../../shared/rpc/generated/rollcall/v1/JournalHead.ts';

const HASH_BYTES = 32;

export function headToWire({ revision, hash }: Head): JournalHead {
  return { revision: String(revision), hash: Buffer.from(hash, 'hex') };
}

/** @throws RollcallError ARGUMENT_INVALID for a head that no journal can have */
export function headFromWire({ revision, hash }: JournalHead__Output): Head {
  if (Number(revision) < 1)
    throw new RollcallError('ARGUMENT_INVALID', `anchor.revision is ${revision}; use 1 or more`);
  if (hash.length !== HASH_BYTES) {
    const message = `anchor.hash has ${hash.length} bytes; a hash of the journal has ${HASH_BYTES}`;
    throw new RollcallError('ARGUMENT_INVALID', message);
  }
  return { revision: Number(revision), hash: hash.toString('hex') };
}
