/** An API server client that can also delete objects, for tests that act as an administrator. */
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';

export class AdminClient extends ApiServerClient {
  /** Deletes without a grace period. Succeeds if the object does not exist. */
  async remove(path: string): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, propagationPolicy: 'Background' };
    try {
      await this.ask({ method: 'DELETE', path, query: {}, body: options });
    } catch (error) {
      if (!(error instanceof ApiServerError && error.failure === 'missing')) throw error;
    }
  }
}
