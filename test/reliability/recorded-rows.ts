/** Checks the journal of a killed coordinator against what agents and clients received, and its rows against each other. */
import assert from 'node:assert/strict';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { type ExternalObservations, rowText } from './external-observations.ts';

const PAGE = 1_000;

export class RecordedRows {
  /** `node step` of every report in the journal. */
  readonly #reports = new Set<string>();
  /** `revision node daemonSet verdict` of every decision. */
  readonly #decisions = new Set<string>();
  readonly #texts = new Map<number, string>();
  readonly #verdicts = new Map<string, string | null>();
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  /** Adds the rows that follow those added before. No row may be missing or duplicate. */
  add(events: readonly JournalEvent[]): void {
    for (const event of events) {
      assert.equal(event.revision, this.#revision + 1, 'a row is missing or duplicate');
      this.#revision = event.revision;
      const node = 'node' in event ? event.node : '';
      const daemonSet = 'daemonSet' in event ? event.daemonSet : '';
      const verdict = event.kind === 'decision' ? (event.to ?? '') : '';
      this.#texts.set(event.revision, rowText(event.kind, node, daemonSet, verdict));
      if (event.kind === 'decision') this.#decided(event);
      if (event.kind === 'node' && event.facts?.labels.step !== undefined)
        this.#reported(node, event.facts.labels.step);
    }
  }

  /** Throws if an agent or a client received something that is not in the journal. */
  check(observed: ExternalObservations): void {
    assert(
      this.#revision >= observed.revision,
      `revision ${observed.revision} was sent, but the newest revision is ${this.#revision}`,
    );
    const lost = [...observed.reports].filter((report) => !this.#reports.has(report));
    assert.deepEqual(lost, [], 'acknowledged reports that are not in the journal');
    const unknown = [...observed.assignments].filter((assignment) => !this.#decisions.has(assignment));
    assert.deepEqual(unknown, [], 'sent assignments that are not in the journal');
    const altered = [...observed.rows].filter(([revision, text]) => this.#texts.get(revision) !== text);
    assert.deepEqual(altered, [], 'sent rows that differ from the journal');
  }

  #decided({ revision, node, daemonSet, from, to }: JournalEvent & { kind: 'decision' }): void {
    const pair = `${node} ${daemonSet}`;
    assert.equal(from, this.#verdicts.get(pair) ?? null, `the previous verdict of ${pair} in revision ${revision}`);
    assert.notEqual(to, from, `revision ${revision} does not change the verdict`);
    this.#verdicts.set(pair, to);
    this.#decisions.add(`${revision} ${pair} ${to}`);
  }

  #reported(node: string, step: string): void {
    const report = `${node} ${step}`;
    assert(!this.#reports.has(report), `report ${report} is duplicate`);
    this.#reports.add(report);
  }
}

/** Every row after the revision, oldest first. */
export async function rowsAfter(journal: Journal, revision: number): Promise<JournalEvent[]> {
  const rows: JournalEvent[] = [];
  for (let after = revision; ; after += PAGE) {
    const page = await journal.events({ afterRevision: after, limit: PAGE, oldestFirst: true });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/** Asserts that the hash chain and the file are intact and that the derived tables match the rows. */
export async function assertIntact({ audit }: Journal): Promise<void> {
  const report = await audit.verify({ wholeFile: true });
  assert(report.isGood, JSON.stringify(report));
  assert.deepEqual(await audit.rebuildEquals(), { equal: true, differing: [] });
}
