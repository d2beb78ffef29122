/**
 * The result of verifying a journal, and the rules for its parts, without access to a database: a published head (`anchorState`), the
 * rows that a pruning kept (`keptState`), and the whole journal (`verifyReport`).
 */
import type { BadRow, ChainCheck, ChainLink } from './chain.ts';
import type { RetentionSeal } from './events.ts';

/** A row and its hash, hexadecimal. Once published elsewhere, it reveals any change of the rows up to it. */
export interface Head {
  readonly revision: number;
  readonly hash: string;
}

/**
 * How the journal compares with a published head. `differs`: the row has another hash. `missing`: the journal ends before the
 * row. `pruned`: the row was pruned.
 */
export type AnchorState = 'matches' | 'differs' | 'missing' | 'pruned';

/** Whether the kept rows before the horizon match their seal. `unsealed`: the pruning was interrupted; the next one seals them. */
export type RetainedRowsState = 'sealed' | 'altered' | 'unsealed';

export interface VerifyReport {
  readonly checkedCount: number;
  /** The newest good row and its hash. */
  readonly head: Head;
  /** The first row that does not fit; `null` when the chain is intact. */
  readonly bad: BadRow | null;
  /** `none`: no head was given. */
  readonly anchor: AnchorState | 'none';
  /** `none`: the journal was never pruned. */
  readonly kept: RetainedRowsState | 'none';
  /** A problem of the file; `null`: no problem was found, or the file was not checked. */
  readonly fileProblem: string | null;
  /** Whether all checks passed. */
  readonly isGood: boolean;
}

function headOf({ revision, hash }: ChainLink): Head {
  return { revision, hash: Buffer.from(hash).toString('hex') };
}

/** `hash`: hexadecimal hash of the anchor's row in the journal; `undefined` without that row. */
export function anchorState(anchor: Head, prunedThrough: number, hash: string | undefined): AnchorState {
  if (anchor.revision < prunedThrough) return 'pruned';
  if (hash === undefined) return 'missing';
  return hash === anchor.hash ? 'matches' : 'differs';
}

/** Compares the newest seal with a seal that was computed anew from the rows. */
export function keptState(newest: RetentionSeal | undefined, computed: RetentionSeal): RetainedRowsState | 'none' {
  if (computed.prunedThrough === 0) return 'none';
  if (newest?.prunedThrough !== computed.prunedThrough) return 'unsealed';
  const isUnchanged = newest.prunedHash === computed.prunedHash && newest.keptDigest === computed.keptDigest;
  return isUnchanged ? 'sealed' : 'altered';
}

/** The seal of a journal pruned through `horizon`, whose kept rows have the digest `kept`. */
export function sealOf(horizon: ChainLink, keptCount: number, kept: ChainLink): RetentionSeal {
  const { revision: prunedThrough, hash: prunedHash } = headOf(horizon);
  return { prunedThrough, prunedHash, keptCount, keptDigest: headOf(kept).hash };
}

export function verifyReport(
  { checkedCount, link, bad }: ChainCheck,
  { anchor, kept, fileProblem }: Pick<VerifyReport, 'anchor' | 'kept' | 'fileProblem'>,
): VerifyReport {
  const isAnchorGood = anchor !== 'differs' && anchor !== 'missing';
  const isGood = bad === null && isAnchorGood && kept !== 'altered' && fileProblem === null;
  return { checkedCount, head: headOf(link), bad, anchor, kept, fileProblem, isGood };
}
