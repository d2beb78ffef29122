/** What the checks of the journal found, for people. */

import { plural } from '../../shared/plural.ts';
import { rowsText } from '../output/progress.ts';
import { oneLine } from '../output/text.ts';
import { timeText } from '../output/time.ts';
import {
  anchorText,
  type PublishedHeadView,
  type RebuildView,
  type ReplayDifferenceView,
  type ReplayView,
  type VerificationView,
} from '../view/audit-view.ts';
import { inputFacts } from './inputs.ts';
import { horizonLine } from './moments.ts';
import type { RenderOptions } from './render-options.ts';

type Options = Pick<RenderOptions, 'style' | 'wide'>;

/** The anchor comes first, so that a script can cut it out. */
export function renderHead({ anchor, recordTime, storeId }: PublishedHeadView, { style }: Options): string {
  return `${style.bold(anchor)} recorded ${timeText(recordTime)} in store ${storeId}\n`;
}

export function renderVerification(view: VerificationView, { style }: Options): string {
  const { good, checkedRows, head, kept, horizon } = view;
  const problems = problemsOf(view);
  const verdict = good ? style.good('The journal is sound.') : style.bad('The journal is not sound.');
  const lines = [
    verdict,
    ...problems.map((problem) => `  ${style.bad(style.marks.failed)} ${oneLine(problem)}`),
    `checked   ${rowsText(checkedRows)}${head === null ? '' : `, the newest good one is ${anchorText(head)}`}`,
    ...anchorLine(view, style),
    ...(horizon === null
      ? []
      : [
          `horizon   ${horizonLine(horizon)}${kept === 'sealed' ? '; what is still in force is as it was sealed' : ''}`,
        ]),
  ];
  return style.fit(lines.map((line) => `${line}\n`).join(''));
}

function problemsOf({ bad, anchor, kept, fileProblem }: VerificationView): string[] {
  return [
    ...(bad === null ? [] : [`revision ${bad.revision}: ${bad.problem}`]),
    ...(anchor === 'differs' ? ['the row of the anchor has another hash: it, or a row before it, was altered'] : []),
    ...(anchor === 'missing'
      ? ['the journal ends before the anchor: rows were taken away, or this is an older copy of it']
      : []),
    ...(kept === 'altered' ? ['rows from before the horizon are not as they were sealed'] : []),
    ...(fileProblem === '' ? [] : [`the file: ${fileProblem}`]),
  ];
}

function anchorLine({ anchor }: VerificationView, style: Options['style']): string[] {
  switch (anchor) {
    case null:
      return [];
    case 'matches':
      return ['anchor    matches'];
    case 'pruned':
      return [style.warn('anchor    its row was let go, so that nothing can be said about it')];
    case 'differs':
    case 'missing':
      return ['anchor    does not match'];
  }
}

/** One decision that comes out otherwise; ends with a line break. */
export function renderReplayDifference(view: ReplayDifferenceView, { style, wide }: Options): string {
  const { decision, recorded, replayed, reason, inputs } = view;
  const place = style.dim(`${timeText(decision.occurTime)} ${String(decision.revision).padStart(7)}`);
  const pair = `${decision.daemonSet ?? '?'} on ${decision.node ?? '?'}`;
  const engine = decision.engineVersion === '' ? '' : ` by engine ${decision.engineVersion}`;
  const why = reason === '' ? '' : `: ${oneLine(reason)}`;
  const line = `${place}  ${pair}: recorded ${recorded ?? 'gone'}${engine}, today ${style.bad(replayed)}${why}\n`;
  const facts = wide && inputs !== null ? inputFacts(inputs, style, true) : [];
  return style.fit(
    line + facts.map(({ name, text }) => `${' '.repeat(31)}${name.padEnd(12)}${oneLine(text)}\n`).join(''),
  );
}

export function renderReplay(view: ReplayView, { style }: Options): string {
  const { replayed, different, ended, withoutInputs, engineVersion } = view;
  const outcome =
    different === 0
      ? style.good(`Engine ${engineVersion} decides all ${plural(replayed, 'decision')} as recorded.`)
      : style.bad(`Engine ${engineVersion} decides ${different} of ${plural(replayed, 'decision')} otherwise.`);
  const left = [
    ...(ended === 0 ? [] : [`${plural(ended, 'decision')} ended a pair`]),
    ...(withoutInputs === 0 ? [] : [`of ${plural(withoutInputs, 'decision')} the inputs are no longer kept`]),
  ];
  return style.fit(`${outcome}\n${left.length === 0 ? '' : `Not decided again: ${left.join('; ')}.\n`}`);
}

export function renderRebuild({ equal, tables, differingTables }: RebuildView, { style }: Options): string {
  if (equal) return style.fit(`${style.good('All derived tables equal a rebuild')}: ${tables.join(', ')}.\n`);
  return style.fit(`${style.bad('Not equal to a rebuild')}: ${differingTables.join(', ')}.\n`);
}
