/**
 * The same scenarios on two real API servers: one with the built-in DaemonSet controller 1.20.2, and one with Rollcall. After each
 * step, pods, ControllerRevisions and status are equal except for names, hashes and times.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Coordinator } from '../../../coordinator/lifecycle.ts';
import { systemClock } from '../../../shared/clock.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../../api-server/control-plane.ts';
import { until } from '../../api-server/until.ts';
import { startWith } from '../../coordinator/start-with.ts';
import { randomScenario } from './random-scenario.ts';
import { type Scenario, type Step, slugOf } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { Side } from './side.ts';
import { nodesWithPods, type ScenarioState, stateOf, withoutRevisions } from './state.ts';

const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 100;
/** The built-in controller misses some changes until its next look at the DaemonSet. */
const NUDGE_INTERVAL_MS = 3_000;
const RANDOM_SCENARIOS = 12;
const SCENARIO_MS_MAX = 240_000;

describe.skipIf(!hasControlPlane)('beside the built-in DaemonSet controller', () => {
  let builtIn: ControlPlane;
  let owned: ControlPlane;
  let coordinator: Coordinator;

  beforeAll(async () => {
    [builtIn, owned] = await Promise.all([
      startControlPlane({ controllers: 'daemonset,garbagecollector' }),
      startControlPlane({ controllers: 'garbagecollector' }),
    ]);
    coordinator = await startWith(
      {
        data: join(owned.folder, 'data'),
        cluster: 'api-server',
        kubeconfig: owned.kubeconfig,
        namespace: 'default',
        leaderElection: true,
        own: true,
        ownWritesPerSecond: 10_000,
        reflection: false,
      },
      systemClock,
    );
  }, START_PATIENCE_MS * 2);

  afterAll(async () => {
    await coordinator?.stop();
    await Promise.all([builtIn?.stop(), owned?.stop()]);
  });

  const seed = inject('seed');
  const random = Array.from({ length: RANDOM_SCENARIOS }, (_, index) => randomScenario(seed, index + 1));

  it.concurrent.each([...scenarios, ...random].map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    { timeout: SCENARIO_MS_MAX },
    async (_, scenario) => {
      expect(await play(scenario)).toBe(scenario.steps.length);
    },
  );

  /** Returns the number of steps after which both were equal. */
  async function play(scenario: Scenario): Promise<number> {
    const slug = slugOf(scenario);
    const theirs = new Side(builtIn.admin, slug);
    const ours = new Side(owned.admin, slug);
    await Promise.all([theirs.createNamespace(), ours.createNamespace()]);
    let played = 0;
    for (const step of scenario.steps) {
      await settle(step, theirs, ours);
      played++;
    }
    return played;
  }

  async function settle(step: Step, theirs: Side, ours: Side): Promise<void> {
    await Promise.all([theirs, ours].map(step.act));
    await Promise.all([theirs.nudge(), ours.nudge()]);
    let nudgedMs = performance.now();
    let last: unknown;
    const isAtRest = async (): Promise<boolean> => {
      if (performance.now() - nudgedMs > NUDGE_INTERVAL_MS) {
        await Promise.all([theirs.nudge(), ours.nudge()]);
        nudgedMs = performance.now();
      }
      await Promise.all([theirs.kubeletStep(), ours.kubeletStep()]);
      const found = await compare(step, theirs, ours);
      last = found;
      return found.isSame;
    };
    await until('both are at rest', PATIENCE_MS, isAtRest, LOOK_INTERVAL_MS).catch((error: unknown) => {
      throw new Error(`${step.what}: ${JSON.stringify(last, null, 1)}`, { cause: error });
    });
  }

  async function compare(step: Step, theirs: Side, ours: Side) {
    const [theirNodes, ourNodes] = await Promise.all([nodesWithPods(theirs), nodesWithPods(ours)]);
    const states = await Promise.all([stateOf(theirs), stateOf(ours)]);
    const [their, our] = step.ignoresRevisions === true ? (states.map(withoutRevisions) as typeof states) : states;
    const ourPods = step.since?.pods ?? step.pods;
    const isExpected = [
      step.pods === null || isEqual(theirNodes, step.pods),
      ourPods === null || isEqual(ourNodes, ourPods),
    ].every(Boolean);
    const areEqual = step.since === undefined ? isEqual(their, our) : hasPhase(our, step.since.phase);
    const isSame = isExpected && areEqual && their.isObserved && our.isObserved;
    return { isSame, theirNodes, ourNodes, ...difference(their, our) };
  }
});

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Whether every pod has this phase; true without one. */
function hasPhase({ pods }: ScenarioState, phase: string | undefined): boolean {
  return phase === undefined || pods.every((pod) => 'phase' in pod && pod.phase === phase);
}

/** The parts that differ. */
function difference(theirs: ScenarioState, ours: ScenarioState): object {
  const parts = (Object.keys(theirs) as (keyof ScenarioState)[]).filter((part) => !isEqual(theirs[part], ours[part]));
  return Object.fromEntries(parts.map((part) => [part, { kubernetes: theirs[part], rollcall: ours[part] }]));
}

it('plays at least 35 scenarios', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(35);
});
