/** The manifests: they build, have minimal permissions, are hardened, and are accepted by a real API server. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentSettings } from '../../agent/settings.ts';
import { coordinatorSettings } from '../../coordinator/settings.ts';
import { readSettings } from '../../shared/settings/read-settings.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { hasKubectl, Kustomize, type Manifest, OVERLAYS } from './kustomize.ts';

const SUBSET = fileURLToPath(new URL('cert-manager-subset.yaml', import.meta.url));
const READING = ['get', 'list', 'watch'];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly priorityClassName: string;
  readonly hostNetwork?: boolean;
  readonly tolerations?: readonly object[];
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly securityContext: Record<string, unknown>;
  }[];
  readonly volumes: readonly Record<string, unknown>[];
}

let kustomize: Kustomize;
beforeAll(() => {
  kustomize = new Kustomize();
});
afterAll(() => kustomize.remove());

describe.skipIf(!hasKubectl).each(OVERLAYS)('the overlay %s', (overlay) => {
  let manifests: Manifest[];
  beforeAll(() => {
    manifests = kustomize.manifests(overlay);
  });

  const named = (kind: string, name: string): Manifest => {
    const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  };
  const podSpec = (kind: string, name: string) => (named(kind, name) as unknown as PodOwner).spec.template.spec;
  const rules = (kind: string, name: string) => (named(kind, name) as unknown as { rules: Rule[] }).rules;
  const workloads = () => [podSpec('Deployment', 'rollcall-coordinator'), podSpec('DaemonSet', 'rollcall-agent')];

  it('grants the agent read access only', () => {
    const verbs = rules('ClusterRole', 'rollcall-agent').flatMap((rule) => rule.verbs);
    expect(verbs.filter((verb) => !READING.includes(verb))).toEqual([]);
    const subjects = manifests.filter((manifest) =>
      JSON.stringify(manifest['subjects'] ?? '').includes('rollcall-agent'),
    );
    expect(subjects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'ClusterRoleBinding/rollcall-agent',
    ]);
  });

  it('grants the coordinator read access, reviews and its Lease only', () => {
    const writing = [...rules('ClusterRole', 'rollcall-coordinator'), ...rules('Role', 'rollcall-coordinator')].flatMap(
      ({ resources, verbs }) =>
        resources.flatMap((resource) =>
          verbs.filter((verb) => !READING.includes(verb)).map((verb) => `${verb} ${resource}`),
        ),
    );
    expect(new Set(writing)).toEqual(
      new Set(['create tokenreviews', 'create subjectaccessreviews', 'create leases', 'update leases']),
    );
  });

  it.each(['viewer', 'planner', 'admin'])(
    'lets a %s fetch a token of that name and reach the coordinator',
    (person) => {
      const granted = rules('Role', `rollcall-${person}`).flatMap(({ resources, resourceNames = ['any'], verbs }) =>
        verbs.map((verb) => `${verb} ${resources.join()} ${resourceNames.join()}`),
      );
      expect(granted.toSorted()).toEqual([
        'create pods/portforward any',
        `create serviceaccounts/token rollcall-${person}`,
        'get configmaps rollcall-coordinator-ca',
        'get pods any',
        'get pods/portforward any',
        'list pods any',
      ]);
    },
  );

  it('has no role with wildcards or Secrets', () => {
    const all = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
    const granted = all.flatMap((role) => (role as unknown as { rules: Rule[] }).rules);
    const parts = granted.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(parts.filter((part) => part === '*' || part === 'secrets')).toEqual([]);
  });

  it('runs all pods as non-root with a read-only root file system and no privileges', () => {
    for (const spec of workloads()) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        priorityClassName: expect.stringMatching(/^rollcall-/),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(spec.hostNetwork).toBeUndefined();
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('runs an agent on every node, regardless of taints', () => {
    expect(podSpec('DaemonSet', 'rollcall-agent').tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it('gives agents a token with the audience rollcall and no private key of the coordinator', () => {
    const volumes = JSON.stringify(podSpec('DaemonSet', 'rollcall-agent').volumes);
    expect(volumes).toContain('{"audience":"rollcall","expirationSeconds":600,"path":"token"}');
    expect(volumes).not.toContain('rollcall-coordinator-tls');
  });

  it('passes only flags that exist', () => {
    const [coordinator, agent] = workloads().map(({ containers: [container] }) => {
      const args = container?.args ?? [];
      return args.slice(args.findIndex((arg) => arg.endsWith('main.js')) + 1);
    });
    const outside = { environment: {}, readFile: () => '' };
    expect(readSettings(coordinatorSettings, { argv: coordinator ?? [], ...outside }).kind).toBe('run');
    expect(readSettings(agentSettings, { argv: agent ?? [], ...outside }).kind).toBe('run');
  });

  it('keeps all namespaced objects in one namespace', () => {
    const namespaces = new Set(manifests.map(({ metadata }) => metadata.namespace));
    expect(namespaces).toEqual(new Set(['rollcall', undefined]));
    expect(manifests.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'rollcall')).toEqual(
      [],
    );
  });
});

interface PodOwner {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

describe.skipIf(!hasControlPlane || !hasKubectl)('a real API server', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    kubectl(['create', 'namespace', 'rollcall']);
    kubectl(['apply', '-f', SUBSET]);
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', SUBSET]);
  }, START_PATIENCE_MS * 2);

  afterAll(() => controlPlane?.stop());

  function kubectl(args: readonly string[], input = ''): string {
    const environment = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      KUBECONFIG: controlPlane.kubeconfig,
      HOME: controlPlane.folder,
    };
    return execFileSync('kubectl', args, { encoding: 'utf8', env: environment, input, stdio: 'pipe' });
  }

  it.each(OVERLAYS)('accepts all manifests of the overlay %s', { timeout: START_PATIENCE_MS }, (overlay) => {
    const said = kubectl(['apply', '--dry-run=server', '-f', '-'], kustomize.text(overlay));
    const taken = said.trim().split('\n');
    expect(taken).toHaveLength(kustomize.manifests(overlay).length);
    expect(taken.filter((line) => !/ (created|configured|unchanged) \(server dry run\)$/.test(line))).toEqual([]);
  });

  it('rejects an unknown field', { timeout: START_PATIENCE_MS }, () => {
    const wrong = kustomize.text('cert-manager').replace('renewBefore:', 'renewLongBefore:');
    expect(() => kubectl(['apply', '--dry-run=server', '-f', '-'], wrong)).toThrow('renewLongBefore');
  });
});
