/**
 * Verifies a journal: the chain of its rows, the seal of its last pruning, a published head, and the file itself. How results are
 * judged is in shared/journal-format/verification.ts.
 */
import { type ChainCheck, type ChainLink, joinChecks } from '../../../shared/journal-format/chain.ts';
import type { RetentionSeal } from '../../../shared/journal-format/events.ts';
import {
  anchorState,
  type Head,
  keptState,
  sealOf,
  type VerifyReport,
  verifyReport,
} from '../../../shared/journal-format/verification.ts';
import type { Port } from '../../threads/thread-port.ts';
import type { ReaderService } from '../read/reader-service.ts';

export interface VerifyOptions {
  /** A head that was published earlier. */
  readonly anchor?: Head | undefined;
  /** Also checks every page and index of the file, which reads all of it. */
  readonly wholeFile?: boolean | undefined;
  readonly onProgress?: ((checkedCount: number, totalCount: number) => void) | undefined;
  /** Called after the rows were checked, before the file is read. */
  readonly onFileCheck?: (() => void) | undefined;
}

/** `readers`: threads that check ranges of `rowsMax` rows in parallel; at least one. */
export async function verify(
  readers: readonly Port<ReaderService>[],
  rowsMax: number,
  { anchor, wholeFile, onProgress, onFileCheck = () => {} }: VerifyOptions = {},
): Promise<VerifyReport> {
  const [reader] = readers;
  if (reader === undefined) throw new RangeError('verifying needs at least one reader');
  const start = await reader.chainStart();
  const through = await reader.newestRevision();
  const check = await checkInParallel(readers, start, through, rowsMax, onProgress);
  const anchored = anchor && anchorState(anchor, start.revision, await reader.hashAt(anchor.revision));
  const computed = await computeSeal(reader, rowsMax);
  const kept = keptState(await reader.newestSeal(), computed);
  if (wholeFile === true) onFileCheck();
  const fileProblem = wholeFile === true ? await reader.fileProblem() : null;
  return verifyReport(check, { anchor: anchored ?? 'none', kept, fileProblem });
}

/** Digests the rows kept from before the horizon, as a chain that starts with the horizon's hash. */
export async function computeSeal(reader: Port<ReaderService>, rowsMax: number): Promise<RetentionSeal> {
  const horizon = await reader.chainStart();
  let link: ChainLink = { revision: 0, hash: horizon.hash };
  let keptCount = 0;
  for (;;) {
    const step = await reader.digestKept(link, horizon.revision, rowsMax);
    keptCount += step.checkedCount;
    link = step.link;
    if (step.checkedCount < rowsMax) return sealOf(horizon, keptCount, link);
  }
}

async function checkInParallel(
  readers: readonly Port<ReaderService>[],
  start: ChainLink,
  through: number,
  rowsMax: number,
  onProgress: VerifyOptions['onProgress'],
): Promise<ChainCheck> {
  const checks: (ChainCheck | undefined)[] = [];
  let next = 0;
  let isBad = false;
  let checkedCount = 0;
  const checkRanges = async (reader: Port<ReaderService>) => {
    while (!isBad && start.revision + next * rowsMax < through) {
      const range = next;
      next += 1;
      const after = start.revision + range * rowsMax;
      const check = await reader.checkChain(after, Math.min(after + rowsMax, through));
      checks[range] = check;
      // Ranges that were started earlier still finish: the first bad row may be in one of them.
      isBad ||= check.bad !== null;
      checkedCount += check.checkedCount;
      onProgress?.(checkedCount, through - start.revision);
    }
  };
  await Promise.all(readers.map(checkRanges));
  return joinChecks(start, checks);
}
