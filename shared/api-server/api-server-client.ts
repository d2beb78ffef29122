/** Reads from and writes to the API server. Agents cannot use it (docs/invariants.md, 5). */
import { ApiServerReader } from './api-server-reader.ts';

export class ApiServerClient extends ApiServerReader {
  /** Creates an object in the collection at `path`. Returns it as the API server stored it. @throws ApiServerError */
  create(path: string, object: object): Promise<Record<string, unknown>> {
    return this.ask({ method: 'POST', path, query: {}, body: object });
  }

  /**
   * Replaces the object at `path`. If `object` has a resource version and another client changed the object
   * since that version, the failure is `conflict`. @throws ApiServerError
   */
  replace(path: string, object: object): Promise<Record<string, unknown>> {
    return this.ask({ method: 'PUT', path, query: {}, body: object });
  }
}
