/** Finds the module of a thread. Node.js cannot start a thread from a TypeScript source. */

/** The URL of module `name` in the folder of the module `beside`. @throws Error when that runs from the sources */
export function builtModule(name: string, beside: string): URL {
  if (beside.endsWith('.ts')) throw new Error('threads need the built files; run the service on the calling thread');
  return new URL(`./${name}.js`, beside);
}
