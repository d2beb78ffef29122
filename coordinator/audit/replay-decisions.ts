/** Evaluates recorded decisions again from their inputs, and reports those with a different verdict. */
import { nodeFromFacts } from '../../shared/model/node-facts.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import { compilePlacement } from '../../shared/placement/index.ts';
import type { CompiledPlacement } from '../../shared/placement/types.ts';
import type { ReplayDecisionsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayDecisionsRequest.ts';
import type { ReplayDecisionsResponse } from '../../shared/rpc/generated/rollcall/v1/ReplayDecisionsResponse.ts';
import type { ReplayDifference } from '../../shared/rpc/generated/rollcall/v1/ReplayDifference.ts';
import { placementToWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { inputsToWire } from '../history/decision-inputs-to-wire.ts';
import { eventsToWire } from '../history/events-to-wire.ts';
import { namedFilter, refuseUnknown } from '../history/known-names.ts';
import type { ReplayedDecision } from '../journal/read/export-reader.ts';
import type { DaemonSetAt, NodeAt } from '../journal/read/historical-state.ts';
import type { AuditDependencies, AuditJournal } from './audit-journal.ts';
import { auditRange } from './event-range.ts';

/** Decisions between two progress messages. */
const DECISIONS_PER_PROGRESS = 10_000;
/** Compiled DaemonSets in the cache: the decisions of one moment are about few. */
const COMPILED_MAX = 500;

export async function* replayDecisions(
  request: ReplayDecisionsRequest__Output,
  dependencies: Pick<AuditDependencies, 'journal'>,
): AsyncGenerator<ReplayDecisionsResponse, void, undefined> {
  const { journal } = dependencies;
  const names = namedFilter(request.daemonSet, '', request.nodeName);
  await refuseUnknown(names, dependencies);
  const range = await auditRange(request.range, dependencies);
  const first = (range.afterRevision ?? (await journal.history.horizon()).revision) + 1;
  const last = Math.min(range.throughRevision ?? journal.durableRevision, journal.durableRevision);
  const replay = new Replay(journal);
  let seen = 0;
  for await (const chunk of journal.audit.replay(range)) {
    for (const one of chunk) {
      if (isRequested(one, names)) {
        const difference = await replay.take(one);
        if (difference !== null) yield { difference };
      }
      seen += 1;
      if (seen % DECISIONS_PER_PROGRESS > 0) continue;
      const doneCount = String(one.decision.revision - first + 1);
      yield { progress: { doneCount, totalCount: String(last - first + 1) } };
    }
  }
  yield { report: replay.report() };
}

function isRequested({ decision }: ReplayedDecision, { node, daemonSet }: ReturnType<typeof namedFilter>): boolean {
  if (node !== undefined && decision.node !== node) return false;
  if (daemonSet === undefined) return true;
  if (typeof daemonSet === 'string') return decision.daemonSet === daemonSet;
  return decision.daemonSet.endsWith(`/${daemonSet.name}`);
}

class Replay {
  readonly #journal: AuditJournal;
  readonly #compiled = new Map<string, CompiledPlacement>();
  readonly #counts = { replayed: 0, different: 0, ended: 0, withoutInputs: 0 };

  constructor(journal: AuditJournal) {
    this.#journal = journal;
  }

  /** `null` if the verdict is the recorded one, or the decision cannot be evaluated again. */
  async take(one: ReplayedDecision): Promise<ReplayDifference | null> {
    const { decision, inputs } = one;
    const { node, daemonSet } = inputs;
    if (decision.to === null) {
      this.#counts.ended += 1;
      return null;
    }
    const compiled = daemonSet && this.#compile(daemonSet);
    if (node === null || compiled === null) {
      this.#counts.withoutInputs += 1;
      return null;
    }
    this.#counts.replayed += 1;
    if (compiled.decide(nodeFromFacts(node.facts)) === decision.to) return null;
    this.#counts.different += 1;
    return this.#difference(one, compiled, node);
  }

  report() {
    const { replayed, different, ended, withoutInputs } = this.#counts;
    return {
      replayedCount: String(replayed),
      differentCount: String(different),
      endedCount: String(ended),
      missingInputsCount: String(withoutInputs),
      engineVersion: PLACEMENT_ENGINE_VERSION,
    };
  }

  async #difference({ decision, inputs }: ReplayedDecision, compiled: CompiledPlacement, node: NodeAt) {
    const [message] = await eventsToWire(this.#journal, [decision]);
    const { daemonSet, to } = decision;
    return {
      decision: message ?? null,
      ...(to !== null && { recorded: verdictCodec.toWire(to) }),
      replayed: placementToWire(daemonSet, decision.node, compiled.explain(nodeFromFacts(node.facts))),
      inputs: inputsToWire(inputs),
    };
  }

  #compile({ key, effectiveRevision, record }: DaemonSetAt): CompiledPlacement | null {
    if (record === null) return null;
    const name = `${key} ${effectiveRevision}`;
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size >= COMPILED_MAX && oldest !== undefined) this.#compiled.delete(oldest);
    const compiled = compilePlacement(record.placement);
    this.#compiled.set(name, compiled);
    return compiled;
  }
}
