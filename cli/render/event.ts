/** A row of the journal on one line: when, which, what, and because of what. Pure; `npm start` prints the same. */
import type { RenderOptions } from '../context.ts';
import { oneLine } from '../output/one-line.ts';
import type { EventView } from '../view/event-view.ts';

/** Wide enough for a million rows. */
const REVISION_WIDTH = 7;

/** Ends with a line break. */
export function renderEvent(event: EventView, { style }: Pick<RenderOptions, 'style'>): string {
  const { revision, occurTime, message } = event;
  const place = style.dim(`${timeText(occurTime)} ${String(revision).padStart(REVISION_WIDTH)}`);
  return style.fit(`${place}  ${paintOf(event, style)(oneLine(message))}${because(event, style)}\n`);
}

/** RFC 3339 to the second, in UTC. */
export function timeText(time: string | null): string {
  return time === null ? '-'.padEnd('2026-01-01T00:00:00Z'.length) : time.replace(/\.\d+Z$/, 'Z');
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
