/** A client of an API server that may also delete, which no part of Rollcall does. */
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';

export class AdminClient extends ApiServerClient {
  /** At once and without grace; what is gone already is no error. */
  async remove(path: string): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, propagationPolicy: 'Background' };
    try {
      await this.ask({ method: 'DELETE', path, query: {}, body: options });
    } catch (error) {
      if (!(error instanceof ApiServerError && error.failure === 'missing')) throw error;
    }
  }
}
