/** Waits for effects in other programs by polling. */

const STEP_MS = 50;

/** Resolves once `holds` resolves to true. `what` completes the sentence "timed out after … ms waiting until …". */
export async function until(
  what: string,
  timeoutMs: number,
  holds: () => Promise<boolean> | boolean,
  stepMs: number = STEP_MS,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`timed out after ${timeoutMs} ms waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}
