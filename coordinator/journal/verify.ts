/** Checks a journal: the chain of its rows, what was sealed when it was pruned, a published head, and the file itself. */
import type { RetentionSeal } from './events.ts';
import { digestOfKept } from './retention.ts';
import type { ReaderService } from './services.ts';
import type { Port } from './thread-port.ts';

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

export async function verify(
  reader: Port<ReaderService>,
  rowsMax: number,
  { anchor, wholeFile, onProgress }: VerifyOptions = {},
): Promise<VerifyReport> {
  const start = await reader.chainStart();
  const totalCount = (await reader.newestRevision()) - start.revision;
  let link = start;
  let checkedCount = 0;
  let bad: VerifyReport['bad'] = null;
  for (;;) {
    const check = await reader.checkChain(link, rowsMax);
    const horizon = await reader.chainStart();
    checkedCount += check.checkedCount;
    // What was pruned while it was being checked is not missing.
    const isOvertaken = horizon.revision > check.link.revision;
    link = isOvertaken ? horizon : check.link;
    bad = isOvertaken ? null : check.bad;
    onProgress?.(checkedCount, totalCount);
    if (!isOvertaken && (bad !== null || check.checkedCount < rowsMax)) break;
  }
  const head = { revision: link.revision, hash: Buffer.from(link.hash).toString('hex') };
  const anchored = anchor === undefined ? 'none' : await anchorState(reader, start.revision, anchor);
  const kept = await keptState(reader, rowsMax);
  const fileProblem = wholeFile === true ? await reader.fileProblem() : null;
  const isAnchorGood = anchored !== 'differs' && anchored !== 'missing';
  const isGood = bad === null && isAnchorGood && kept !== 'altered' && fileProblem === null;
  return { checkedCount, head, bad, anchor: anchored, kept, fileProblem, isGood };
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
