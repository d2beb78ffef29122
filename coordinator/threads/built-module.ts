/** Where the code of a thread is: Node cannot start a thread from a TypeScript source. */

/** `name` beside the module that asks. @throws where that runs from the sources. */
export function builtModule(name: string, beside: string): URL {
  if (beside.endsWith('.ts')) throw new Error('threads need the built files; a test runs their services on its own');
  return new URL(`./${name}.js`, beside);
}
