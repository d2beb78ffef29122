/** Prints the results of the checks of the journal. */

import { plural } from '../../shared/plural.ts';
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

/** The anchor comes first, so that scripts can extract it. */
export function renderHead({ anchor, recordTime, storeId }: PublishedHeadView, { style }: Options): string {
  return `${style.bold(anchor)} recorded ${timeText(recordTime)} in store ${storeId}\n`;
}

export function renderVerification(view: VerificationView, { style }: Options): string {
  const { valid, checkedRows, head, retainedRows, horizon } = view;
  const problems = problemsOf(view);
  const verdict = valid ? style.good('The journal is intact.') : style.bad('The journal is not intact.');
  const lines = [
    verdict,
    ...problems.map((problem) => `  ${style.bad(style.marks.failed)} ${oneLine(problem)}`),
    `checked   ${plural(checkedRows, 'event')}${head === null ? '' : `, newest valid revision ${anchorText(head)}`}`,
    ...anchorLine(view, style),
    ...(horizon === null
      ? []
      : [
          `horizon   ${horizonLine(horizon)}${retainedRows === 'sealed' ? '; rows kept from before it are unchanged' : ''}`,
        ]),
  ];
  return style.fit(lines.map((line) => `${line}\n`).join(''));
}

function problemsOf({ bad, anchor, retainedRows, fileProblem }: VerificationView): string[] {
  return [
    ...(bad === null ? [] : [`revision ${bad.revision}: ${bad.problem}`]),
    ...(anchor === 'differs'
      ? ['the hash at the revision of the anchor differs: that event or an earlier one was altered']
      : []),
    ...(anchor === 'missing'
      ? ['the journal ends before the anchor: events were removed, or this is an older copy']
      : []),
    ...(retainedRows === 'altered' ? ['rows kept from before the retention horizon were altered'] : []),
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
      return [style.warn('anchor    cannot be compared, its revision was pruned')];
    case 'differs':
    case 'missing':
      return ['anchor    does not match'];
  }
}

/** One decision that differs. Ends with a newline. */
export function renderReplayDifference(view: ReplayDifferenceView, { style, wide }: Options): string {
  const { decision, recorded, replayed, reason, inputs } = view;
  const place = style.dim(`${timeText(decision.occurTime)} ${String(decision.revision).padStart(7)}`);
  const pair = `${decision.daemonSet ?? '?'} on ${decision.node ?? '?'}`;
  const engine = decision.engineVersion === '' ? '' : ` by engine ${decision.engineVersion}`;
  const why = reason === '' ? '' : `: ${oneLine(reason)}`;
  const line = `${place}  ${pair}: recorded ${recorded ?? 'removed'}${engine}, now ${style.bad(replayed)}${why}\n`;
  const facts = wide && inputs !== null ? inputFacts(inputs, style, true) : [];
  return style.fit(
    line + facts.map(({ name, text }) => `${' '.repeat(31)}${name.padEnd(12)}${oneLine(text)}\n`).join(''),
  );
}

export function renderReplay(view: ReplayView, { style }: Options): string {
  const { replayed, different, ended, missingInputs, engineVersion } = view;
  const outcome =
    different === 0
      ? style.good(`Engine ${engineVersion} reproduces all ${plural(replayed, 'decision')}.`)
      : style.bad(`Engine ${engineVersion} decides ${different} of ${plural(replayed, 'decision')} differently.`);
  const left = [
    ...(ended === 0 ? [] : [`${plural(ended, 'decision')} that ended a placement`]),
    ...(missingInputs === 0 ? [] : [`${plural(missingInputs, 'decision')} whose inputs were pruned`]),
  ];
  return style.fit(`${outcome}\n${left.length === 0 ? '' : `Not replayed: ${left.join('; ')}.\n`}`);
}

export function renderRebuild({ equal, tables, differingTables }: RebuildView, { style }: Options): string {
  if (equal) return style.fit(`${style.good('All derived tables match the rebuilt ones')}: ${tables.join(', ')}.\n`);
  return style.fit(`${style.bad('Tables that differ from the rebuilt ones')}: ${differingTables.join(', ')}.\n`);
}
