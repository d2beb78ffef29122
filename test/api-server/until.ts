/** Waits for what other programs do on their own time, by asking them. */

const STEP_MS = 50;

/** Resolves once `holds` resolves to true. `what` completes the sentence "waited in vain until …". */
export async function until(
  what: string,
  timeoutMs: number,
  holds: () => Promise<boolean> | boolean,
  stepMs: number = STEP_MS,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${timeoutMs} ms until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}
