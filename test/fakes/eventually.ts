/** Waits for what other code does on its own time: file system events, streams, promises. */

/** Far above what anything here takes; reaching it means that the awaited thing never comes. */
const PATIENCE_MS = 10_000;
const STEP_MS = 5;

/** Resolves once `holds` returns true. `between` runs before every look, for example to move a fake clock. */
export async function eventually(holds: () => boolean, between: () => void = () => {}): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`still not so after ${PATIENCE_MS} ms: ${holds.toString()}`);
    between();
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
