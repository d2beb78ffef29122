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
import { hasKubectl, Kustomize, type Manifest, OBSERVING_OVERLAYS } from './kustomize.ts';

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
    readonly env?: readonly { readonly name: string }[];
    readonly securityContext: Record<string, unknown>;
  }[];
  readonly volumes: readonly Record<string, unknown>[];
}

let kustomize: Kustomize;
beforeAll(() => {
  kustomize = new Kustomize();
});
afterAll(() => kustomize.remove());

describe.skipIf(!hasKubectl).each(OBSERVING_OVERLAYS)('the overlay %s', (overlay) => {
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
    expect(manifests.filter(({ kind, metadata }) => metadata.namespace !== namespaceOf(kind))).toEqual([]);
    expect(manifests.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'rollcall')).toEqual(
      [],
    );
  });
});

describe.skipIf(!hasKubectl)('the overlay own', () => {
  let manifests: Manifest[];
  beforeAll(() => {
    manifests = kustomize.manifests('own');
  });

  const named = <Kind extends object>(kind: string, name: string) => {
    const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found as unknown as Kind;
  };
  const podSpec = () => named<PodOwner>('Deployment', 'rollcall-coordinator').spec.template.spec;

  it('grants what the controller writes, and nothing else', () => {
    const granted = ['ClusterRole', 'Role'].flatMap((kind) =>
      named<{ rules: Rule[] }>(kind, 'rollcall-coordinator-own').rules.flatMap(({ resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${kind} ${verb} ${resource}`)),
      ),
    );
    expect(granted.toSorted()).toEqual([
      'ClusterRole create controllerrevisions',
      'ClusterRole create events',
      'ClusterRole create pods',
      'ClusterRole delete pods',
      'ClusterRole patch controllerrevisions',
      'ClusterRole patch daemonsets/status',
      'ClusterRole patch pods',
      'ClusterRole update daemonsets/finalizers',
      'Role create daemonsets',
      'Role delete daemonsets',
    ]);
  });

  it('starts the coordinator with --own and with flags that exist', () => {
    const args = podSpec().containers[0]?.args ?? [];
    const flags = args.slice(args.findIndex((arg) => arg.endsWith('main.js')) + 1);
    const input = readSettings(coordinatorSettings, { argv: flags, environment: {}, readFile: () => '' });
    expect(input).toMatchObject({ kind: 'run', settings: { own: true, leaderElection: true, dryRun: false } });
  });

  it('needs no daemon of the cluster: no pod network, no volume of a driver, no Service for the API server', () => {
    const spec = podSpec();
    expect(spec).toMatchObject({ hostNetwork: true, dnsPolicy: 'Default' });
    expect(spec.tolerations).toContainEqual({ key: 'node.kubernetes.io/not-ready', operator: 'Exists' });
    expect(spec.tolerations).toContainEqual({ key: 'node.kubernetes.io/network-unavailable', operator: 'Exists' });
    const names = spec.containers[0]?.env?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']));
    expect(spec.volumes).toContainEqual({
      name: 'journal',
      hostPath: { path: '/var/lib/rollcall', type: 'Directory' },
    });
    expect(manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toEqual([]);
  });

  it('keeps all namespaced objects in one namespace', () => {
    expect(manifests.filter(({ kind, metadata }) => metadata.namespace !== namespaceOf(kind))).toEqual([]);
    expect(manifests.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] !== 'rollcall')).toEqual(
      [],
    );
  });

  it('keeps the hardening of the container', () => {
    expect(podSpec()).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
    expect(podSpec().containers[0]?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('limits the ServiceAccount of the coordinator by a policy that denies and that fails closed', () => {
    const { spec } = named<{ spec: Policy }>('ValidatingAdmissionPolicy', 'rollcall-coordinator-own');
    expect(spec).toMatchObject({ failurePolicy: 'Fail' });
    expect(spec.matchConditions[0]?.expression).toContain('system:serviceaccount:rollcall:rollcall-coordinator');
    const matched = spec.matchConstraints.resourceRules.flatMap(({ resources, operations }) =>
      resources.flatMap((resource) => operations.map((operation) => `${operation} ${resource}`)),
    );
    expect(matched).toEqual(expect.arrayContaining(['CREATE pods', 'UPDATE pods', 'DELETE pods']));
    const binding = named<{ spec: object }>('ValidatingAdmissionPolicyBinding', 'rollcall-coordinator-own');
    expect(binding.spec).toMatchObject({ policyName: 'rollcall-coordinator-own', validationActions: ['Deny'] });
  });
});

/** Kinds without a namespace. */
const CLUSTER_SCOPED = /^(Namespace|PriorityClass|ClusterRole(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;

function namespaceOf(kind: string): string | undefined {
  return CLUSTER_SCOPED.test(kind) ? undefined : 'rollcall';
}

interface Policy {
  readonly matchConditions: readonly { readonly expression: string }[];
  readonly matchConstraints: {
    readonly resourceRules: readonly {
      readonly resources: readonly string[];
      readonly operations: readonly string[];
    }[];
  };
}

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

  it.each([...OBSERVING_OVERLAYS, 'own'])(
    'accepts all manifests of the overlay %s',
    { timeout: START_PATIENCE_MS },
    (overlay) => {
      // ValidatingAdmissionPolicies exist since Kubernetes 1.30.
      const known = kustomize.manifests(overlay).filter(({ kind }) => !kind.startsWith('ValidatingAdmissionPolicy'));
      const said = kubectl(
        ['apply', '--dry-run=server', '-f', '-'],
        known.map((one) => JSON.stringify(one)).join('\n'),
      );
      const taken = said.trim().split('\n');
      expect(taken).toHaveLength(known.length);
      expect(taken.filter((line) => !/ (created|configured|unchanged) \(server dry run\)$/.test(line))).toEqual([]);
    },
  );

  it('rejects an unknown field', { timeout: START_PATIENCE_MS }, () => {
    const wrong = kustomize.text('cert-manager').replace('renewBefore:', 'renewLongBefore:');
    expect(() => kubectl(['apply', '--dry-run=server', '-f', '-'], wrong)).toThrow('renewLongBefore');
  });
});
