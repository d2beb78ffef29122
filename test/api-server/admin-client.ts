/** An API server client that can also delete objects, for tests that act as an administrator. */
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export class AdminClient extends ApiServerClient {
  /** Deletes without a grace period. Succeeds if the object does not exist. */
  remove(path: string): Promise<void> {
    return this.removeWith(path, 'Background');
  }

  /** `null`: with the grace period of the object. Succeeds if the object does not exist. */
  async removeWith(
    path: string,
    propagationPolicy: PropagationPolicy,
    gracePeriodSeconds: number | null = 0,
  ): Promise<void> {
    const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, ...grace };
    try {
      await this.ask({ method: 'DELETE', path, query: {}, body: options });
    } catch (error) {
      if (!(error instanceof ApiServerError && error.failure === 'missing')) throw error;
    }
  }
}
