/** Names for completion, asked of the coordinator. Whatever goes wrong, there are no names: a shell waits. */
import type { Coordinator } from '../client/coordinator.ts';
import type { Context } from '../context.ts';
import type { KnownNames } from './candidates.ts';

/** Somebody has pressed the tabulator and looks at the screen. */
const PATIENCE_MS = 500;

/** `words` may name another coordinator with `--server`. */
export function knownNames({ io, globals }: Context, words: readonly string[]): KnownNames {
  const server = serverAmong(words) ?? globals.server;
  const ask = async (question: (coordinator: Coordinator) => Promise<string[]>): Promise<string[]> => {
    try {
      const { connect } = await import('../client/coordinator.ts');
      const coordinator = connect({ server, requestTimeoutMs: PATIENCE_MS, clock: io.clock });
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
          daemonSet === null ? [] : [`${daemonSet.namespace}/${daemonSet.name}`],
        ),
      ),
  };
}

function serverAmong(words: readonly string[]): string | undefined {
  const index = words.lastIndexOf('--server');
  const joined = words.find((word) => word.startsWith('--server='))?.slice('--server='.length);
  return index === -1 ? joined : words[index + 1];
}
