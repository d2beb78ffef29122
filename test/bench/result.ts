/** One figure of a benchmark beside the goal it is held against. */
export interface BenchResult {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}
