/** Fields that placement does not read must not reach the journal: places secrets in all such fields and searches every byte. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';
import { AuditService } from '../../shared/rpc/contract.ts';
import type { CreateBackupResponse__Output } from '../../shared/rpc/generated/rollcall/v1/CreateBackupResponse.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { EventLog } from './event-log.ts';
import { PROGRAMS, Running } from './programs.ts';

const TIMEOUT_MS = 60_000;

/** A different value for each place, so that a leak can be identified. */
const planted: string[] = [];
function secret(place: string): string {
  const value = `hunter2-${place}-in-plain-sight`;
  planted.push(value);
  return value;
}

function containers(where: string) {
  return [
    {
      name: where,
      image: 'example.com/daemon:1',
      command: ['/daemon', `--password=${secret(`${where}-command`)}`],
      args: ['--token', secret(`${where}-args`)],
      env: [{ name: 'PASSWORD', value: secret(`${where}-env`) }],
    },
  ];
}

/** The problems of this manifest are recorded, and must not quote its values. */
const REFUSED_NUMBER = 8_675_309_867;
planted.push(String(REFUSED_NUMBER));
const REFUSED = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'refused', namespace: 'default', annotations: { number: REFUSED_NUMBER } },
  spec: {
    selector: { matchLabels: { app: 'refused' } },
    template: {
      metadata: { labels: { app: 'refused' } },
      spec: {
        containers: [
          {
            name: 'daemon',
            image: 'example.com/daemon:1',
            command: secret('refused-command'),
            args: [REFUSED_NUMBER],
            env: [{ name: 'PASSWORD', value: REFUSED_NUMBER }],
          },
        ],
        initContainers: [
          {
            name: 'first',
            image: 'example.com/daemon:1',
            livenessProbe: { exec: { command: [secret('refused-probe')] } },
          },
        ],
      },
    },
  },
};

const DAEMON_SET = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'daemon', namespace: 'default', annotations: { note: secret('daemon-set-annotation') } },
  spec: {
    selector: { matchLabels: { app: 'daemon' } },
    template: {
      metadata: { labels: { app: 'daemon' }, annotations: { note: secret('template-annotation') } },
      spec: {
        nodeSelector: { zone: 'a' },
        containers: containers('container'),
        initContainers: containers('init-container'),
        volumes: [{ name: 'v', csi: { driver: 'd', volumeAttributes: { key: secret('volume') } } }],
      },
    },
  },
};

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { zone: 'a' }, annotations: { note: secret('node-annotation') } },
  spec: { providerID: secret('provider-id') },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'daemon-x1y2z',
    namespace: 'default',
    labels: { app: 'daemon', 'controller-revision-hash': 'old' },
    annotations: { note: secret('pod-annotation') },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'daemon', controller: true }],
    creationTimestamp: '2025-06-11T09:24:51Z',
  },
  spec: { nodeName: 'node-1', containers: containers('pod') },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};

it('stores no secret of a DaemonSet, a node or a pod in the journal or in a backup', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const daemonSets = join(folder, 'daemonsets');
  const nodeFile = join(folder, 'node-1.json');
  mkdirSync(daemonSets);
  writeFileSync(join(daemonSets, 'daemon.json'), JSON.stringify(DAEMON_SET));
  writeFileSync(join(daemonSets, 'refused.json'), JSON.stringify(REFUSED));
  writeFileSync(nodeFile, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [NODE, POD] }));

  const listen = ['--listen', '127.0.0.1:0'];
  const args = ['--plaintext', '--data', data, '--daemonsets', daemonSets, ...listen];
  const coordinator = new Running(PROGRAMS.coordinator, args);
  onTestFinished(() => void coordinator.kill('SIGKILL'));
  const ready = await coordinator.line((line) => line.includes('coordinator ready'));
  const address = `127.0.0.1:${(JSON.parse(ready) as { port: number }).port}`;
  const log = new EventLog(address);
  const agent = new Running(PROGRAMS.agent, ['--plaintext', '--node-file', nodeFile, '--coordinator', address]);
  onTestFinished(() => void agent.kill('SIGKILL'));
  await log.next(({ kind, action }) => kind === 'EVENT_KIND_DAEMON_SET' && action === 'rejected');
  // The journal now contains facts, pods, a decision, an assignment and a drift.
  await log.next(({ kind }) => kind === 'EVENT_KIND_DRIFT');
  const backup = await backupOf(address);
  log.close();

  const files = readdirSync(data).filter((name) => name.startsWith('rollcall.db'));
  expect(files).toContain('rollcall.db-wal');
  const contents = files.map((name) => readFileSync(join(data, name)));
  for (const bytes of [backup, ...contents]) expect(planted.filter((value) => bytes.includes(value))).toEqual([]);
  // The search itself works: it finds values that must be in the journal.
  for (const bytes of [backup, Buffer.concat(contents)]) {
    expect(['daemon-x1y2z', 'example.com/daemon:1'].filter((value) => !bytes.includes(value))).toEqual([]);
  }
  await agent.kill('SIGTERM');
  await coordinator.kill('SIGTERM');
  const closed = readFileSync(join(data, 'rollcall.db'));
  expect(planted.filter((value) => closed.includes(value))).toEqual([]);
});

function backupOf(address: string): Promise<Buffer> {
  const client = new AuditService(address, credentials.createInsecure());
  const chunks: Buffer[] = [];
  return new Promise<Buffer>((resolve, reject) => {
    const stream = client.createBackup({});
    stream.on('data', ({ chunk }: CreateBackupResponse__Output) => chunk && chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve(Buffer.concat(chunks)));
  }).finally(() => client.close());
}
