/** Adds the most similar known name to an error about an unknown name. */
import { RollcallError } from '../../shared/errors.ts';
import { nearestName } from '../../shared/settings/did-you-mean.ts';
import type { QueryClient } from './query-client.ts';

/** Returns the error itself if there is nothing to suggest. */
export async function suggestName(error: unknown, coordinator: QueryClient): Promise<unknown> {
  if (!(error instanceof RollcallError)) return error;
  const typed = error.metadata['name'] ?? '';
  const nearest = await nearestResource(error, typed, coordinator);
  if (nearest === undefined) return error;
  return new RollcallError(error.reason, `${error.message}; did you mean ${nearest}?`, { metadata: error.metadata });
}

async function nearestResource(
  { reason }: RollcallError,
  typed: string,
  coordinator: QueryClient,
): Promise<string | undefined> {
  switch (reason) {
    case 'UNKNOWN_NODE': {
      const names = (await coordinator.listNodes()).map(({ facts }) => facts?.node?.name ?? '');
      const nearest = nearestName(typed, names) ?? onlyNameWith(typed, names);
      return nearest && `node/${nearest}`;
    }
    case 'UNKNOWN_DAEMON_SET': {
      const names = (await coordinator.listDaemonSets()).map(({ daemonSet }) => daemonSet?.name ?? '');
      const nearest = nearestName(typed, names) ?? onlyNameWith(typed, names);
      return nearest && `daemonset/${nearest}`;
    }
    default:
      return undefined;
  }
}

/** The only name that contains `part`. */
function onlyNameWith(part: string, names: readonly string[]): string | undefined {
  const [name, ...others] = new Set(names.filter((known) => part !== '' && known.includes(part)));
  return others.length === 0 ? name : undefined;
}
