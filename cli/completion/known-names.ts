/** Names for completion, asked of the coordinator. Whatever goes wrong, there are no names: a shell waits. */
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import type { KnownNames } from './candidates.ts';

/** Somebody has pressed the tabulator and looks at the screen. */
const PATIENCE_MS = 2_000;

/** `words` may name another coordinator with `--server`, and one namespace with `--namespace`. */
export function knownNames({ io, globals }: Context, words: readonly string[]): KnownNames {
  const namespace = valueAmong(words, ['-n', '--namespace']);
  const ask = async (question: (coordinator: QueryClient) => Promise<string[]>): Promise<string[]> => {
    try {
      const [{ connectQueryClient }, { DEFAULT_SERVER, direct }] = await Promise.all([
        import('../client/query-client.ts'),
        import('../connect/connect.ts'),
      ]);
      // The way into a cluster takes longer than somebody waits for a word.
      const { server, security } = direct(valueAmong(words, ['--server']) ?? globals.server ?? DEFAULT_SERVER, globals);
      const coordinator = connectQueryClient({ server, security, requestTimeoutMs: PATIENCE_MS, clock: io.clock });
      try {
        return await question(coordinator);
      } finally {
        coordinator.close();
      }
    } catch {
      return [];
    }
  };
  return {
    nodes: () =>
      ask(async (coordinator) => (await coordinator.listNodes()).flatMap(({ facts }) => facts?.node?.name ?? [])),
    daemonSets: () =>
      ask(async (coordinator) =>
        (await coordinator.listDaemonSets()).flatMap(({ daemonSet }) =>
          daemonSet === null || (namespace ?? daemonSet.namespace) !== daemonSet.namespace
            ? []
            : [`${daemonSet.namespace}/${daemonSet.name}`],
        ),
      ),
  };
}

/** The last one counts, as for the command itself. */
function valueAmong(words: readonly string[], flags: readonly string[]): string | undefined {
  const values = words.flatMap((word, index) => {
    const flag = flags.find((one) => word === one || word.startsWith(`${one}=`));
    if (flag === undefined) return [];
    return word === flag ? (words[index + 1] ?? []) : word.slice(flag.length + 1);
  });
  return values.at(-1);
}
