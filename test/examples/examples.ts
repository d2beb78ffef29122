/** Reads and validates the manifests in deploy/examples, like the folders of a user. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ManifestObject, readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import type { DaemonSet, Node, Pod } from '../../shared/kubernetes/objects.ts';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';
import { validateNode } from '../../shared/kubernetes/validation/validate-node.ts';

const EXAMPLES = fileURLToPath(new URL('../../deploy/examples/', import.meta.url));

export interface ExampleFile {
  readonly name: string;
  readonly objects: readonly ManifestObject[];
}

/** The files of one folder of deploy/examples, in the order of their names. Throws if a file has a problem. */
export function exampleFiles(folder: 'daemonsets' | 'nodes'): ExampleFile[] {
  return readdirSync(join(EXAMPLES, folder))
    .toSorted()
    .map((name) => {
      const { objects, problems } = readManifests(readFileSync(join(EXAMPLES, folder, name)), name);
      if (problems.length > 0)
        throw new Error(problems.map(({ source, message }) => `${source}: ${message}`).join('\n'));
      return { name, objects };
    });
}

/** The example DaemonSets with their defaults, by name. Throws if one is not valid. */
export function exampleDaemonSets(): Map<string, DaemonSet> {
  const objects = exampleFiles('daemonsets').flatMap((file) => file.objects);
  return new Map(
    objects.map(({ object, source }) => {
      const validation = validateDaemonSet(object);
      if (!validation.accepted) throw new Error(`${source}: ${JSON.stringify(validation.causes)}`);
      return [validation.daemonSet.metadata?.name ?? '', validation.daemonSet];
    }),
  );
}

/** The example nodes with the pods in their files, by file name. Throws if a node is not valid. */
export function exampleNodes(): Map<string, { node: Node; pods: Pod[] }> {
  return new Map(
    exampleFiles('nodes').map(({ name, objects }) => {
      const [node, ...pods] = objects.map(({ object }) => object);
      const validation = validateNode(node);
      if (!validation.accepted) throw new Error(`${name}: ${JSON.stringify(validation.causes)}`);
      return [name.replace(/\.yaml$/, ''), { node: validation.node, pods }];
    }),
  );
}
