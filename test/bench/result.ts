/** One figure of a benchmark and its goal. */
export interface BenchResult {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}
