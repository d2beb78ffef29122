/** The rows of a killed coordinator's journal, held against what was told outside and against each other. */
import assert from 'node:assert/strict';
import type { Journal } from '../../coordinator/journal/journal.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { type Claims, rowText } from './claims.ts';

const PAGE = 1_000;

export class RecordedRows {
  /** `node step` of every report that was recorded. */
  readonly #reports = new Set<string>();
  /** `version node daemonSet verdict` of every decision. */
  readonly #decisions = new Set<string>();
  readonly #texts = new Map<number, string>();
  readonly #verdicts = new Map<string, string | null>();
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  /** The rows after those that were added before. None may be missing, and none there twice. */
  add(events: readonly JournalEvent[]): void {
    for (const event of events) {
      assert.equal(event.revision, this.#revision + 1, 'a row is missing, or there twice');
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

  /** Throws where anybody outside was told what is not there. */
  check(claims: Claims): void {
    assert(
      this.#revision >= claims.revision,
      `revision ${claims.revision} was told, and ${this.#revision} is the newest`,
    );
    const lost = [...claims.reports].filter((report) => !this.#reports.has(report));
    assert.deepEqual(lost, [], 'reports that were acknowledged');
    const unknown = [...claims.assignments].filter((assignment) => !this.#decisions.has(assignment));
    assert.deepEqual(unknown, [], 'assignments that agents were sent');
    const altered = [...claims.rows].filter(([revision, text]) => this.#texts.get(revision) !== text);
    assert.deepEqual(altered, [], 'rows that were answered');
  }

  #decided({ revision, node, daemonSet, from, to }: JournalEvent & { kind: 'decision' }): void {
    const pair = `${node} ${daemonSet}`;
    assert.equal(from, this.#verdicts.get(pair) ?? null, `what was decided of ${pair} before revision ${revision}`);
    assert.notEqual(to, from, `revision ${revision} decides what was so already`);
    this.#verdicts.set(pair, to);
    this.#decisions.add(`${revision} ${pair} ${to}`);
  }

  #reported(node: string, step: string): void {
    const report = `${node} ${step}`;
    assert(!this.#reports.has(report), `report ${report} is there twice`);
    this.#reports.add(report);
  }
}

/** Every row after that one, oldest first. */
export async function rowsAfter(journal: Journal, revision: number): Promise<JournalEvent[]> {
  const rows: JournalEvent[] = [];
  for (let after = revision; ; after += PAGE) {
    const page = await journal.events({ afterRevision: after, limit: PAGE, oldestFirst: true });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/** The chain holds, the file is sound, and the derived tables follow from the record. */
export async function assertWhole({ audit }: Journal): Promise<void> {
  const report = await audit.verify({ wholeFile: true });
  assert(report.isGood, JSON.stringify(report));
  assert.deepEqual(await audit.rebuildEquals(), { equal: true, differing: [] });
}
