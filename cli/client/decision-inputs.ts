/** Looks up the inputs of decisions, each as of the revision that recorded it. */
import { RollcallError } from '../../shared/errors.ts';
import { type EventView } from '../view/event-view.ts';
import { type InputsView, inputsView } from '../view/inputs-view.ts';
import type { QueryClient } from './query-client.ts';

/** A coordinator answers each request in about a millisecond; more in parallel would only queue. */
const PARALLEL_REQUESTS = 8;

/** Returns the events with their inputs; an input that the journal no longer keeps is `null`. */
export async function decisionInputs(
  coordinator: QueryClient,
  events: readonly EventView[],
): Promise<readonly EventView[]> {
  const completed: EventView[] = [];
  for (let start = 0; start < events.length; start += PARALLEL_REQUESTS) {
    const batch = events.slice(start, start + PARALLEL_REQUESTS);
    completed.push(...(await Promise.all(batch.map((event) => withInputs(coordinator, event)))));
  }
  return completed;
}

async function withInputs(coordinator: QueryClient, event: EventView): Promise<EventView> {
  const { kind, daemonSet, node, revision } = event;
  if (kind !== 'decision' || daemonSet === null || node === null) return event;
  return { ...event, inputs: await inputsOf(coordinator, daemonSet, node, revision) };
}

/** `null` for a decision that ended the placement and for inputs that were pruned. */
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
