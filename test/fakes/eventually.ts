/** Waits for asynchronous effects: file system events, streams, promises. */

/** Much longer than anything here takes; after it, the condition will never hold. */
const TIMEOUT_MS = 10_000;
const STEP_MS = 5;

/** Resolves once `holds` returns true. `between` runs before every check, for example to advance a fake clock. */
export async function eventually(holds: () => boolean, between: () => void = () => {}): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs)
      throw new Error(`timed out after ${TIMEOUT_MS} ms waiting for ${holds.toString()}`);
    between();
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
