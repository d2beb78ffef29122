/** Prints why a DaemonSet does or does not run on a node: verdict, reasons, decision and current state. */
import type { Edit, Reason, ReasonOutcome, Verdict } from '../../shared/placement/types.ts';
import { oneLine } from '../output/text.ts';
import { ageText, timeText } from '../output/time.ts';
import type { EventView } from '../view/event-view.ts';
import type { ExplanationView, ExplanationWithWrite } from '../view/explanation-view.ts';
import type { InputsView } from '../view/inputs-view.ts';
import { answerLines } from './answers.ts';
import { driftDetail, paintDrift } from './drift.ts';
import { inputFacts, provenance } from './inputs.ts';
import { podLine } from './pods.ts';
import { problemLine } from './problems.ts';
import type { RenderOptions } from './render-options.ts';
import { joinSections, section } from './sections.ts';

/** Ends with a newline. */
export function renderExplanation(explanation: ExplanationWithWrite, options: RenderOptions): string {
  const { reasons } = explanation;
  return joinSections(
    [
      headline(explanation, options),
      reasons.flatMap((reason) => reasonLines(reason, options)).join(''),
      section('Warnings', manifestWarnings(explanation, options), options),
      section('Answers', answerLines(explanation.answers, options), options),
      section('Decision', decisionLines(explanation, options), options),
      section('State', stateLines(explanation, options), options),
    ],
    options,
  );
}

function headline(explanation: ExplanationView, { style, nowMs }: RenderOptions): string {
  const { daemonSet, node, verdict, sinceTime, effectiveRevision, decision } = explanation;
  const name = daemonSet.slice(daemonSet.indexOf('/') + 1);
  const [verb, meaning] = VERDICT_WORDS[verdict];
  const paint = { run: style.good, keep: style.warn, none: style.bad }[verdict];
  const cause = decision?.cause?.message ? `, because ${decision.cause.message}` : '';
  const actor = decision?.cause?.actor ? `, by ${decision.cause.actor}` : '';
  const since = `since ${timeText(sinceTime)} (${ageText(sinceTime, nowMs)}), revision ${effectiveRevision}${cause}${actor}`;
  return `${style.bold(name)} ${paint(verb)} ${style.bold(node)}: ${meaning}\n${style.dim(since)}\n`;
}

/** The desired state. The answers describe the actual state. */
const VERDICT_WORDS: Record<Verdict, readonly [verb: string, meaning: string]> = {
  run: ['should run on', 'a daemon pod is started and kept there'],
  keep: ['may stay on', 'no daemon pod is started there, but an existing one is kept'],
  none: ['should not run on', 'no daemon pod is started or kept there'],
};

const INDENT = '    ';

function reasonLines(reason: Reason, { style }: RenderOptions): string[] {
  const { outcome, message, fieldPath, nodeFieldPath, edits } = reason;
  const paths = [fieldPath, nodeFieldPath && `node ${nodeFieldPath}`].filter((path) => path !== '');
  return [
    `${paintOutcome(outcome, style)(style.marks[outcome])} ${oneLine(message)}\n`,
    ...comparison(reason).map((line) => `${INDENT}${line}\n`),
    ...(paths.length === 0 ? [] : [`${INDENT}${style.dim(paths.join(' · '))}\n`]),
    ...edits.map((edit) => `${INDENT}${editLine(edit)}\n`),
  ];
}

/** The compared values, if a comparison with the node failed. */
function comparison({ outcome, expected, found, nodeFieldPath }: Reason): string[] {
  if (outcome === 'passed' || expected === '' || nodeFieldPath === '') return [];
  return [`expected ${expected}, found ${found === null ? 'nothing' : found || "''"}`];
}

function editLine({ verdict, command, objectKind, action }: Edit): string {
  return `to change the verdict to ${verdict}: ${command || `in the ${objectKind}, ${action}`}`;
}

function paintOutcome(outcome: ReasonOutcome, style: RenderOptions['style']): (text: string) => string {
  return { passed: style.good, failed: style.bad, ignored: style.dim, warning: style.warn }[outcome];
}

/** Omits warnings that are among the reasons. */
function manifestWarnings({ reasons, warnings }: ExplanationView, { style }: RenderOptions): string[] {
  const said = new Set(reasons.map(({ code, fieldPath }) => `${code} ${fieldPath}`));
  return warnings
    .filter(({ code, fieldPath }) => !said.has(`${code} ${fieldPath}`))
    .map((warning) => `  ${style.warn(style.marks.warning)} ${problemLine(warning)}`);
}

/** The cause, engine and inputs of the decision in force. */
function decisionLines(explanation: ExplanationView, { style, wide }: RenderOptions): string[] {
  const { decision, decisionInputs, inputs, decidedDifferently, engineVersion } = explanation;
  if (decision === null) return [];
  const facts = [...provenance(decision), ...(decisionInputs === null ? [] : inputFacts(decisionInputs, style, wide))];
  return [
    ...facts.map(({ name, text }) => `  ${name.padEnd(12)} ${oneLine(text)}`),
    ...(decisionInputs === null || inputs === null ? [] : laterLines(decisionInputs, inputs)),
    ...(decidedDifferently
      ? [
          `  ${style.bad(style.marks.warning)} engine ${engineVersion} would decide differently now; the verdict above is the recorded one`,
        ]
      : []),
  ];
}

/** Changes since the decision that did not affect the verdict. */
function laterLines(decided: InputsView, now: InputsView): string[] {
  const changed = [
    ...(now.nodeRevision > decided.nodeRevision ? [`node changed at revision ${now.nodeRevision}`] : []),
    ...(now.daemonSetRevision > decided.daemonSetRevision
      ? [`DaemonSet changed at revision ${now.daemonSetRevision}`]
      : []),
  ];
  return changed.length === 0
    ? []
    : [`  ${'since then'.padEnd(12)} ${changed.join(', ')} without affecting the verdict`];
}

function stateLines(explanation: ExplanationWithWrite, { style, nowMs }: RenderOptions): string[] {
  const { lastWrite, presence, factsOrigin, factsTime, acknowledgement, pods, drifts, effectiveRevision } = explanation;
  const answers = presence === 'present' ? style.good('present') : style.bad(presence);
  const facts = factsTime === null ? 'no facts' : `facts from the ${factsOrigin}, ${ageText(factsTime, nowMs)} old`;
  const assignment = acknowledgement === null ? 'none' : `${acknowledgement}, revision ${effectiveRevision}`;
  return [
    `  node         ${answers}, ${facts}`,
    `  assignment   ${assignment}`,
    ...(pods.length === 0 ? ['  daemon pod   none'] : pods.map((pod) => `  daemon pod   ${podLine(pod, nowMs)}`)),
    ...(lastWrite === null ? [] : [`  last write   ${lastWriteText(lastWrite)}`]),
    ...drifts.map((drift) => {
      const kind = paintDrift(drift.kind, style)(drift.kind);
      return `  drift        ${kind} for ${ageText(drift.sinceTime, nowMs)}: ${driftDetail(drift)}`;
    }),
  ];
}

/** For example `pod agent-x7k2p on worker-3 was deleted at 2026-12-01T14:02:11Z, because node worker-3: label zone a → b`. */
function lastWriteText({ message, occurTime, cause, revision }: EventView): string {
  const reason = cause === null ? '' : `, because ${oneLine(cause.message)}`;
  return `${oneLine(message)}, ${timeText(occurTime)}, revision ${revision}${reason}`;
}
