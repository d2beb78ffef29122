/** The words that the command line prints for the contract's enumerations. */
export {
  type Acknowledgement,
  acknowledgementCodec,
  type EventKind,
  eventKindCodec,
  type Presence,
  presenceCodec,
  type Trigger,
  triggerCodec,
} from '../../shared/rpc/wire-words.ts';

/** What `-o json` shows for a value that only a newer coordinator knows, or that is not set. */
export const UNKNOWN = 'unknown';
