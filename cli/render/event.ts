/** Prints an event on one line: time, revision, message, cause and actor. `npm start` prints the same. */

import { oneLine } from '../output/text.ts';
import { timeText } from '../output/time.ts';
import type { EventView } from '../view/event-view.ts';
import { inputFacts, provenance } from './inputs.ts';
import type { RenderOptions } from './render-options.ts';

/** Wide enough for revisions up to 9,999,999. */
const REVISION_WIDTH = 7;

/** Ends with a newline. A decision with inputs has more lines for its cause and inputs. */
export function renderEvent(event: EventView, { style }: Pick<RenderOptions, 'style'>): string {
  const { revision, occurTime, message } = event;
  const place = style.dim(`${timeText(occurTime)} ${String(revision).padStart(REVISION_WIDTH)}`);
  return style.fit(
    `${place}  ${paintOf(event, style)(oneLine(message))}${causeText(event, style)}\n${detailLines(event, style)}`,
  );
}

const DETAIL_INDENT = ' '.repeat('2026-01-01T00:00:00Z'.length + REVISION_WIDTH + 3);
/** Fits `daemonset`, the longest name, and a gap. */
const DETAIL_NAME_WIDTH = 12;

function detailLines(event: EventView, style: RenderOptions['style']): string {
  if (event.inputs === undefined) return '';
  const facts = [...provenance(event), ...(event.inputs ? inputFacts(event.inputs, style, true) : [])];
  const lines = facts.map(({ name, text }) => `${DETAIL_INDENT}${name.padEnd(DETAIL_NAME_WIDTH)}${oneLine(text)}\n`);
  return style.dim(lines.join(''));
}

/** The causing event and the actor. Omits a cause without a revision, such as a report of an agent. */
function causeText({ cause }: EventView, style: RenderOptions['style']): string {
  if (cause === null) return '';
  const reason = cause.revision === null ? '' : `, because ${oneLine(cause.message)}`;
  const actor = cause.actor === '' ? '' : `, by ${oneLine(cause.actor)}`;
  return style.dim(`${reason}${actor}`);
}

function paintOf({ kind, action, changes }: EventView, style: RenderOptions['style']): (text: string) => string {
  switch (kind) {
    case 'decision':
      return changes[0]?.to === 'run' ? style.good : changes[0]?.to === 'keep' ? style.warn : style.bad;
    case 'drift':
      return action === 'ended' ? style.good : style.bad;
    case 'agent':
      return action === 'connected' ? style.good : style.warn;
    default:
      return (text) => text;
  }
}
