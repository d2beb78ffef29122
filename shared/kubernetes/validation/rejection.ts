/** How an object is refused: what the API server would answer, and every cause. */
import type { Causes, StatusCause } from '../status-cause.ts';

/** `400`: not readable as what it claims to be. `422`: readable, and wrong. */
export interface Rejection {
  readonly accepted: false;
  readonly code: 400 | 422;
  readonly reason: 'BadRequest' | 'Invalid';
  readonly causes: readonly StatusCause[];
}

export function rejection(code: Rejection['code'], causes: Causes): Rejection {
  return { accepted: false, code, reason: code === 400 ? 'BadRequest' : 'Invalid', causes: causes.all };
}
