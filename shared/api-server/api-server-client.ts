/** Reads from the API server and writes to it. Agents never get one of these (docs/invariants.md, 5). */
import { ApiServerReader } from './api-server-reader.ts';

export class ApiServerClient extends ApiServerReader {
  /** Creates an object in the collection at `path` and gives what became of it. @throws ApiServerError */
  create(path: string, object: object): Promise<Record<string, unknown>> {
    return this.ask({ method: 'POST', path, query: {}, body: object });
  }

  /**
   * Replaces the object at `path`. Where `object` names the resource version that it was read at, a change
   * by somebody else in between is a `conflict`. @throws ApiServerError
   */
  replace(path: string, object: object): Promise<Record<string, unknown>> {
    return this.ask({ method: 'PUT', path, query: {}, body: object });
  }
}
