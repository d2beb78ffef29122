/** Reads resource names from the coordinator for completion. Returns no names on any error, because the shell waits. */
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import type { KnownNames } from './candidates.ts';

/** The user has pressed Tab and waits. */
const TIMEOUT_MS = 2_000;

/** Takes `--server` and `--namespace` from the words typed so far. */
export function knownNames({ io, globals }: Context, words: readonly string[]): KnownNames {
  const namespace = valueAmong(words, ['-n', '--namespace']);
  const ask = async (query: (coordinator: QueryClient) => Promise<string[]>): Promise<string[]> => {
    try {
      const [{ connectQueryClient }, { DEFAULT_SERVER, direct }] = await Promise.all([
        import('../client/query-client.ts'),
        import('../connect/connect.ts'),
      ]);
      // Connecting through a kubeconfig takes too long for completion.
      const { server, security } = direct(valueAmong(words, ['--server']) ?? globals.server ?? DEFAULT_SERVER, globals);
      const coordinator = connectQueryClient({ server, security, requestTimeoutMs: TIMEOUT_MS, clock: io.clock });
      try {
        return await query(coordinator);
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

/** The last value wins, as it does for the command itself. */
function valueAmong(words: readonly string[], flags: readonly string[]): string | undefined {
  const values = words.flatMap((word, index) => {
    const flag = flags.find((one) => word === one || word.startsWith(`${one}=`));
    if (flag === undefined) return [];
    return word === flag ? (words[index + 1] ?? []) : word.slice(flag.length + 1);
  });
  return values.at(-1);
}
