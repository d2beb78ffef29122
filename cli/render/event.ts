/** A row of the journal on one line: when, which, what, and because of what. Pure; `npm start` prints the same. */

import { oneLine } from '../output/text.ts';
import { timeText } from '../output/time.ts';
import type { EventView } from '../view/event-view.ts';
import { inputFacts, provenance } from './inputs.ts';
import type { RenderOptions } from './render-options.ts';

/** Wide enough for a million rows. */
const REVISION_WIDTH = 7;

/** Ends with a line break. A decision whose inputs were asked for has lines below it: what made it, and what from. */
export function renderEvent(event: EventView, { style }: Pick<RenderOptions, 'style'>): string {
  const { revision, occurTime, message } = event;
  const place = style.dim(`${timeText(occurTime)} ${String(revision).padStart(REVISION_WIDTH)}`);
  return style.fit(
    `${place}  ${paintOf(event, style)(oneLine(message))}${because(event, style)}\n${detailLines(event, style)}`,
  );
}

const DETAIL_INDENT = ' '.repeat('2026-01-01T00:00:00Z'.length + REVISION_WIDTH + 3);
/** Of `daemonset`, the widest name. */
const DETAIL_NAME_WIDTH = 12;

function detailLines(event: EventView, style: RenderOptions['style']): string {
  if (event.inputs === undefined) return '';
  const facts = [...provenance(event), ...(event.inputs ? inputFacts(event.inputs, style, true) : [])];
  const lines = facts.map(({ name, text }) => `${DETAIL_INDENT}${name.padEnd(DETAIL_NAME_WIDTH)}${oneLine(text)}\n`);
  return style.dim(lines.join(''));
}

/** The row that caused this one, and who is behind it. That a report came of an agent goes without saying. */
function because({ cause }: EventView, style: RenderOptions['style']): string {
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
