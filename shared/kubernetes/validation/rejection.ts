/** The rejection of an object: the response of the API server, with every cause. */
import type { Causes, StatusCause } from '../status-cause.ts';

/** `400`: the object cannot be decoded. `422`: the object is not valid. */
export interface Rejection {
  readonly accepted: false;
  readonly code: 400 | 422;
  readonly reason: 'BadRequest' | 'Invalid';
  readonly causes: readonly StatusCause[];
}

export function rejection(code: Rejection['code'], causes: Causes): Rejection {
  return { accepted: false, code, reason: code === 400 ? 'BadRequest' : 'Invalid', causes: causes.all };
}
