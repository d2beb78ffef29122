/** DaemonSets for the cluster's own images, which sleep or fail and listen to nothing. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const GOOD = 'local.test/daemon:1';
export const BETTER = 'local.test/daemon:2';
export const BAD = 'local.test/daemon:bad';

const EXAMPLE = new URL('../../deploy/examples/daemonsets/fluentd-elasticsearch.yaml', import.meta.url);

export interface DaemonSetObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly spec: { containers: { image: string }[]; terminationGracePeriodSeconds?: number };
    };
  };
}

/** The documentation's own example, with an image that the node has. */
export function fluentd(): DaemonSetObject {
  const object = parse(readFileSync(EXAMPLE, 'utf8')) as DaemonSetObject;
  const { spec } = object.spec.template;
  for (const container of spec.containers) container.image = GOOD;
  // What sleeps does not hear SIGTERM.
  spec.terminationGracePeriodSeconds = 1;
  return object;
}

/** A DaemonSet in `default`; `podSpec` goes into its template. */
export function daemon(name: string, podSpec: object = {}, image = GOOD): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'daemon', image }], ...podSpec },
      },
    },
  };
}
