/**
 * Loads packages when they are first used. An agent in a cluster does not use them, and they take memory on every node.
 * Synchronous, so that the functions that use a package stay synchronous.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function loadYaml(): typeof import('yaml') {
  return require('yaml');
}

export function loadPinoPretty(): typeof import('pino-pretty') {
  return require('pino-pretty');
}
