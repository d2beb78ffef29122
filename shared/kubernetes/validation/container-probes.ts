/** Validates probes and lifecycle hooks. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, integer, items, text, texts } from './decoded.ts';
import { validateNotNegative, validateOneOf, validatePortNumberOrName } from './syntax.ts';

/** Validates all probes. The success threshold of liveness and startup probes must be 1. */
export function validateLivenessAndStartup(container: Decoded, fieldPath: string, causes: Causes): void {
  for (const name of ['livenessProbe', 'startupProbe']) {
    const probe = child(container, name);
    if (probe === undefined) continue;
    validateProbe(probe, `${fieldPath}.${name}`, causes);
    const threshold = integer(probe, 'successThreshold') || 1;
    if (threshold !== 1) causes.invalid(`${fieldPath}.${name}.successThreshold`, threshold, 'must be 1');
  }
}

export function validateReadiness(container: Decoded, fieldPath: string, causes: Causes): void {
  const probe = child(container, 'readinessProbe');
  if (probe !== undefined) validateProbe(probe, `${fieldPath}.readinessProbe`, causes);
}

export function validateLifecycle(container: Decoded, fieldPath: string, causes: Causes): void {
  const lifecycle = child(container, 'lifecycle');
  if (lifecycle === undefined) return;
  for (const name of ['postStart', 'preStop']) {
    const handler = child(lifecycle, name);
    if (handler !== undefined) validateHandler(handler, `${fieldPath}.lifecycle.${name}`, causes);
  }
}

function validateProbe(probe: Decoded, fieldPath: string, causes: Causes): void {
  validateHandler(probe, fieldPath, causes);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    validateNotNegative(probe, field, fieldPath, causes);
  }
}

/** Kubernetes supports grpc in probes since 1.23, and sleep in hooks since 1.29. */
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

/** Exactly one handler is allowed. */
function validateHandler(handler: Decoded, fieldPath: string, causes: Causes): void {
  const present = HANDLERS.filter((name) => child(handler, name) !== undefined);
  present.forEach((name, index) => {
    const path = `${fieldPath}.${name}`;
    const action = child(handler, name) ?? {};
    if (index > 0) causes.forbidden(path, 'must be the only handler');
    else if (name === 'exec') validateExec(action, path, causes);
    else if (name === 'httpGet') validateHttpGet(action, path, causes);
    else if (name !== 'sleep') validatePortNumberOrName(action['port'], `${path}.port`, causes);
  });
  if (present.length === 0) causes.required(fieldPath, 'one of exec, httpGet, tcpSocket is required');
}

function validateExec(action: Decoded, fieldPath: string, causes: Causes): void {
  if (texts(action, 'command').length === 0) causes.required(`${fieldPath}.command`);
}

const HEADER_NAME = /^[-A-Za-z0-9]+$/;

function validateHttpGet(action: Decoded, fieldPath: string, causes: Causes): void {
  validatePortNumberOrName(action['port'], `${fieldPath}.port`, causes);
  validateOneOf(text(action, 'scheme') || 'HTTP', ['HTTP', 'HTTPS'], `${fieldPath}.scheme`, causes);
  for (const header of items(action, 'httpHeaders')) {
    const name = text(header, 'name');
    if (!HEADER_NAME.test(name)) {
      causes.invalid(`${fieldPath}.httpHeaders`, name, "must consist of letters, digits and '-'");
    }
  }
}
