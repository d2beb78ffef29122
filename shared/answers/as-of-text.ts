/** The moment of an answer as text, for error messages. */
import type { AsOf } from '../model/as-of.ts';

/** Empty for now; otherwise it begins with a space, to be appended to a sentence. */
export function asOfText({ revision, recordedMs, isFromJournal }: AsOf): string {
  return isFromJournal ? ` at revision ${revision} (recorded at ${new Date(recordedMs).toISOString()})` : '';
}
