/** What one plan may ask and answer. A plan holds up everything else while it is made, so it must end soon. */
import { MESSAGE_BYTES_MAX } from '../../shared/rpc/channel-options.ts';

/** What-ifs are typed by people or made by scripts for some nodes each; one selector serves for many nodes. */
export const NODE_CHANGES_MAX = 1_000;

/** A label has at most 380 characters, a selector a few of them, or the names of some dozens of nodes. */
export const WHAT_IF_LENGTH_MAX = 4_096;

/** Every change is told with all its reasons and edits until they fill this much. */
export const EXPLAINED_BYTES_MAX = MESSAGE_BYTES_MAX / 2;

/** From then on only with what stands in the way, until this; the rest is for counts and warnings. */
export const CHANGES_BYTES_MAX = (MESSAGE_BYTES_MAX / 8) * 7;
