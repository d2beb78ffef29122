/** Checks a journal: the chain of its rows, what was sealed when it was pruned, a published head, and the file itself. */

import type { RetentionSeal } from '../../../shared/journal-format/events.ts';
import type { Port } from '../../threads/thread-port.ts';
import type { ChainCheck, ChainLink } from '../read/chain-reader.ts';
import type { ReaderService } from '../write/writer-service.ts';
import { digestOfKept } from './retention.ts';

/** A row and its hash, hexadecimal: published, it vouches for everything before it. */
export interface Head {
  readonly revision: number;
  readonly hash: string;
}

export interface VerifyOptions {
  /** A head that was published earlier. */
  readonly anchor?: Head | undefined;
  /** Also whether every page and index of the file is sound: reads all of it. */
  readonly wholeFile?: boolean | undefined;
  readonly onProgress?: ((checkedCount: number, totalCount: number) => void) | undefined;
  /** Called once the rows are done, before all of the file is read. */
  readonly onFileCheck?: (() => void) | undefined;
}

export interface VerifyReport {
  readonly checkedCount: number;
  /** The newest good row and its hash. */
  readonly head: Head;
  /** The first row that does not fit; `null` when the chain holds. */
  readonly bad: { readonly revision: number; readonly problem: string } | null;
  /**
   * `differs`: the row has another hash than was published. `missing`: the journal ends before it. `pruned`: it lies before
   * what is kept.
   */
  readonly anchor: 'matches' | 'differs' | 'missing' | 'pruned' | 'none';
  /** The rows from before the horizon; `unsealed`: pruning was interrupted, and the next one seals them. */
  readonly kept: 'none' | 'sealed' | 'altered' | 'unsealed';
  /** What is wrong with the file; `null`: nothing, or it was not asked for. */
  readonly fileProblem: string | null;
  /** Whether nothing at all is wrong. */
  readonly isGood: boolean;
}

/** `readers`: threads that check the chain side by side. */
export async function verify(
  readers: readonly Port<ReaderService>[],
  rowsMax: number,
  { anchor, wholeFile, onProgress, onFileCheck = () => {} }: VerifyOptions = {},
): Promise<VerifyReport> {
  const [reader] = readers;
  if (reader === undefined) throw new RangeError('nobody is there to read');
  const start = await reader.chainStart();
  const through = await reader.newestRevision();
  const { checkedCount, link, bad } = await checkSideBySide(readers, start, through, rowsMax, onProgress);
  const head = { revision: link.revision, hash: Buffer.from(link.hash).toString('hex') };
  const anchored = anchor === undefined ? 'none' : await anchorState(reader, start.revision, anchor);
  const kept = await keptState(reader, rowsMax);
  if (wholeFile === true) onFileCheck();
  const fileProblem = wholeFile === true ? await reader.fileProblem() : null;
  const isAnchorGood = anchored !== 'differs' && anchored !== 'missing';
  const isGood = bad === null && isAnchorGood && kept !== 'altered' && fileProblem === null;
  return { checkedCount, head, bad, anchor: anchored, kept, fileProblem, isGood };
}

/**
 * Each stretch of the chain is checked from the hash that the row before it bears; the stretch that ends with that row proves the
 * hash. So they can be checked in any order, each by whichever reader is free, and hold together as one chain.
 */
async function checkSideBySide(
  readers: readonly Port<ReaderService>[],
  start: ChainLink,
  through: number,
  rowsMax: number,
  onProgress: VerifyOptions['onProgress'],
): Promise<ChainCheck> {
  const total: { checkedCount: number; link: ChainLink; bad: ChainCheck['bad'] } = {
    checkedCount: 0,
    link: start,
    bad: null,
  };
  const checks: (ChainCheck | undefined)[] = [];
  let next = 0;
  let isBad = false;
  let toldCount = 0;
  const walk = async (reader: Port<ReaderService>) => {
    while (!isBad && start.revision + next * rowsMax < through) {
      const range = next;
      next += 1;
      const after = start.revision + range * rowsMax;
      const check = await reader.checkChain(after, Math.min(after + rowsMax, through));
      checks[range] = check;
      // Those that were begun before are finished: the first bad row may be in one of them.
      isBad ||= check.bad !== null;
      toldCount += check.checkedCount;
      onProgress?.(toldCount, through - start.revision);
    }
  };
  await Promise.all(readers.map(walk));
  for (const check of checks) {
    if (check === undefined || total.bad !== null) break;
    total.checkedCount += check.checkedCount;
    total.link = check.link;
    total.bad = check.bad;
  }
  return total;
}

async function anchorState(
  reader: Port<ReaderService>,
  prunedThrough: number,
  anchor: Head,
): Promise<VerifyReport['anchor']> {
  if (anchor.revision < prunedThrough) return 'pruned';
  const hash = await reader.hashAt(anchor.revision);
  if (hash === undefined) return 'missing';
  return hash === anchor.hash ? 'matches' : 'differs';
}

async function keptState(reader: Port<ReaderService>, rowsMax: number): Promise<VerifyReport['kept']> {
  const now: RetentionSeal = await digestOfKept(reader, rowsMax);
  if (now.prunedThrough === 0) return 'none';
  const seal = await reader.newestSeal();
  if (seal === undefined || seal.prunedThrough !== now.prunedThrough) return 'unsealed';
  return seal.prunedHash === now.prunedHash && seal.keptDigest === now.keptDigest ? 'sealed' : 'altered';
}
