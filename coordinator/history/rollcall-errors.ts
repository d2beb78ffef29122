/** Carries a RollcallError between the history thread and the event loop. */
import { RollcallError } from '../../shared/errors.ts';
import { errorCodec } from '../threads/thread-errors.ts';

export const ROLLCALL_ERRORS = errorCodec(
  RollcallError,
  ({ reason, metadata, retryAfterMs }) => ({
    reason,
    metadata: { ...metadata },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }),
  (message, { reason, ...facts }) => new RollcallError(reason, message, facts),
);
