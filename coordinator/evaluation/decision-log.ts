/** Writes one log line for each decision that changed. */
import type { Logger } from '../../shared/logging.ts';
import type { DecisionSubscriber } from './decision-stream.ts';

/** The first decision about a node and a DaemonSet changes nothing yet and is logged at level `debug`. */
export function decisionLog(log: Logger): DecisionSubscriber {
  return {
    name: 'decision log',
    decided({ decisions }) {
      for (const { node, daemonSet, from, to, cause, revision } of decisions) {
        const level = from === null ? 'debug' : 'info';
        log[level](
          { node, daemonSet, from, to, trigger: cause.trigger, cause: cause.revision, revision },
          'decision changed',
        );
      }
    },
  };
}
