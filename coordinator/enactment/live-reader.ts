/** Reads one object from the API server, where what a watch shows is not certain enough. */
export interface LiveReader {
  /** @throws ApiServerError `missing` if it does not exist */
  get(path: string): Promise<Record<string, unknown>>;
}
