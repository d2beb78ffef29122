/** Checks the whole chain of a journal, in steps between which queries have their turn. */
import type { ReaderService } from './services.ts';
import type { Port } from './thread-port.ts';

/** What a check of the whole chain found. */
export interface ChainReport {
  readonly checkedCount: number;
  /** The newest good row and its hash, hexadecimal. */
  readonly head: { readonly revision: number; readonly hash: string };
  /** The first bad row; `null` when the chain holds. */
  readonly bad: { readonly revision: number; readonly problem: string } | null;
}

export async function checkWholeChain(reader: Port<ReaderService>, rowsMax: number): Promise<ChainReport> {
  let link = await reader.chainStart();
  let checkedCount = 0;
  for (;;) {
    const check = await reader.checkChain(link, rowsMax);
    checkedCount += check.checkedCount;
    link = check.link;
    if (check.bad === null && check.checkedCount === rowsMax) continue;
    const hash = Buffer.from(link.hash).toString('hex');
    return { checkedCount, head: { revision: link.revision, hash }, bad: check.bad };
  }
}
