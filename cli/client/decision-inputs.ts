/** Looks up what decisions were made from: each as of the row that recorded it. */
import { RollcallError } from '../../shared/errors.ts';
import { type EventView } from '../view/event-view.ts';
import { type InputsView, inputsView } from '../view/inputs-view.ts';
import type { QueryClient } from './query-client.ts';

/** A coordinator answers each in about a millisecond; more at once only queue there. */
const ASKED_AT_ONCE = 8;

/** The same rows, with their inputs where the journal still keeps them. */
export async function decisionInputs(
  coordinator: QueryClient,
  events: readonly EventView[],
): Promise<readonly EventView[]> {
  const told: EventView[] = [];
  for (let start = 0; start < events.length; start += ASKED_AT_ONCE) {
    const asked = events.slice(start, start + ASKED_AT_ONCE);
    told.push(...(await Promise.all(asked.map((event) => withInputs(coordinator, event)))));
  }
  return told;
}

async function withInputs(coordinator: QueryClient, event: EventView): Promise<EventView> {
  const { kind, daemonSet, node, revision } = event;
  if (kind !== 'decision' || daemonSet === null || node === null) return event;
  return { ...event, inputs: await inputsOf(coordinator, daemonSet, node, revision) };
}

/** None of a decision that ended its pair, and none where they were let go. */
async function inputsOf(
  coordinator: QueryClient,
  daemonSet: string,
  node: string,
  revision: number,
): Promise<InputsView | null> {
  const [namespace = '', name = ''] = daemonSet.split('/');
  try {
    const answer = await coordinator.at({ revision }).explainPlacement({ namespace, name }, node);
    return answer.decisionInputs && inputsView(answer.decisionInputs);
  } catch (error) {
    const isGone =
      error instanceof RollcallError &&
      ['UNKNOWN_NODE', 'UNKNOWN_DAEMON_SET', 'BEFORE_RETENTION'].includes(error.reason);
    if (isGone) return null;
    throw error;
  }
}
