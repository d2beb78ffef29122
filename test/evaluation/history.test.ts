/** Random histories of a cluster: decisions and assignments are always correct. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextUpdate } from '../../coordinator/agents/assignment-update.ts';
import { NODES, run, sourceOf, step } from './history.ts';

test('every verdict equals a full recomputation, and every agent can be updated to exactly its assignments', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const history = run(steps);
      expect(history.recordedPlacements()).toEqual(history.placementsInForce());
      for (const name of NODES) history.take({ do: 'send', node: name, all: true });
    }),
    { numRuns: 400 },
  );
});

test('a clean restart changes no verdict, records no decision and needs no update of agents', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), (steps) => {
      const history = run(steps);
      for (const name of NODES) history.take({ do: 'send', node: name, all: true });
      const [decisions, revision] = [
        history.world.recorder.all('decision').length,
        history.world.recorder.nextRevision,
      ];
      history.take({ do: 'crash', share: 1 });
      expect(history.world.recorder.all('decision')).toHaveLength(decisions);
      // Only the event of the start itself.
      expect(history.world.recorder.nextRevision).toBe(revision + 1);
      for (const name of history.nodes.keys()) {
        expect(nextUpdate(sourceOf(history.world), name, history.agents.get(name)?.held ?? null)).toBeNull();
      }
    }),
    { numRuns: 150 },
  );
});
