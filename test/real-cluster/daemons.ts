/** DaemonSets for the images of the cluster, which sleep or fail. */
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

/** The fluentd-elasticsearch example of the Kubernetes documentation, with an image that exists on the node. */
export function fluentd(): DaemonSetObject {
  const object = parse(readFileSync(EXAMPLE, 'utf8')) as DaemonSetObject;
  const { spec } = object.spec.template;
  for (const container of spec.containers) container.image = GOOD;
  // The sleeping container ignores SIGTERM.
  spec.terminationGracePeriodSeconds = 1;
  return object;
}

/** A DaemonSet in `default`; `podSpec` is merged into its pod template. */
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
