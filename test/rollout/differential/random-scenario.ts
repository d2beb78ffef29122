/** Scenarios with random changes. The number of the scenario and the seed repeat them. */
import { SeededRandom } from '../../bench/random.ts';
import type { Scenario, Step } from './scenario.ts';
import { NO_EXECUTE, NO_SCHEDULE } from './scenario-steps.ts';
import type { Side } from './side.ts';

const STEPS = 6;
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'] as const;
const DISKS = ['ssd', 'hdd'] as const;

export function randomScenario(seed: number, number: number): Scenario {
  const random = new SeededRandom(seed + number);
  const steps = Array.from({ length: STEPS }, () => random.pick(changes)(random));
  return { name: `random ${number} of seed ${seed}`, steps: [create(random), ...steps] };
}

type Change = (random: SeededRandom) => Step;

function create(random: SeededRandom): Step {
  const disks = NODES.map(() => random.pick(DISKS));
  return unknown(`nodes ${disks.join(' ')}`, async (side) => {
    for (const [index, name] of NODES.entries()) await side.addNode(name, { labels: { disk: disks[index] } });
    await side.apply('everywhere');
    await side.apply('ssd', { pod: { nodeSelector: { disk: 'ssd' } } });
    await side.apply('tolerant', {
      pod: { tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }] },
    });
  });
}

const changes: readonly Change[] = [
  onNode('label', (random) => {
    const disk = random.pick(DISKS);
    return [disk, (side, name) => side.changeNode(name, ({ metadata }) => void (metadata.labels['disk'] = disk))];
  }),
  onNode('taint', (random) => {
    const taint = random.pick([NO_SCHEDULE, NO_EXECUTE]);
    return [taint.effect, (side, name) => side.changeNode(name, ({ spec }) => void (spec['taints'] = [taint]))];
  }),
  onNode('untaint', () => ['', (side, name) => side.changeNode(name, ({ spec }) => void (spec['taints'] = []))]),
  onNode('delete the pods of', () => ['', (side, name) => side.deletePods([name])]),
  onNode('fail the pods of', () => ['', (side, name) => side.setStatus([name], { phase: 'Failed', conditions: [] })]),
  onNode('release the pods of', () => [
    '',
    (side, name) =>
      side.changePods(
        [name],
        ({ metadata }) => void ((metadata['labels'] as Record<string, string>)['app'] = 'released'),
      ),
  ]),
  (random) => {
    const image = `example.org/daemon:${1 + random.below(3)}`;
    return unknown(`image ${image}`, (side) =>
      side.changeDaemonSet('everywhere', ({ template }) => {
        for (const container of template.spec['containers'] as { image: string }[]) container.image = image;
      }),
    );
  },
  (random) => {
    const disk = random.pick(DISKS);
    return unknown(`select ${disk}`, (side) =>
      side.changeDaemonSet('ssd', ({ template }) => {
        (template.spec['nodeSelector'] as Record<string, string>)['disk'] = disk;
      }),
    );
  },
];

function onNode(
  what: string,
  change: (random: SeededRandom) => [detail: string, act: (side: Side, node: string) => Promise<void>],
): Change {
  return (random) => {
    const node = random.pick(NODES);
    const [detail, act] = change(random);
    return unknown(`${what} ${node} ${detail}`.trim(), (side) => act(side, node));
  };
}

/** Both controllers are compared with each other only. */
function unknown(what: string, act: Step['act']): Step {
  return { what, act, pods: null };
}
