/** Syntax checks that several fields share. Each returns one clause per problem. */

import { qualifiedNameProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { integer } from './decoded.ts';

const ENVIRONMENT_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const CONFIG_KEY_LENGTH_MAX = 253;
const PORT_NAME_LENGTH_MAX = 15;
const PORT_MAX = 65535;

export const NOT_NEGATIVE = 'must be greater than or equal to 0';

export function validateLabelKey(key: string, fieldPath: string, causes: Causes): void {
  causes.invalidEach(fieldPath, key, labelKeyProblems(key));
}

/** The API server reports two causes for an empty name: its length and its form. */
export function labelKeyProblems(key: string): string[] {
  const problems = qualifiedNameProblems(key);
  const [, name = key] = key.split('/');
  return name === '' && problems.length > 0 ? [...problems, 'name part must start with a letter or digit'] : problems;
}

export function environmentNameProblems(name: string): string[] {
  const problems: string[] = [];
  if (!ENVIRONMENT_NAME.test(name)) {
    problems.push("must consist of letters, digits, '-', '_' or '.', and must not start with a digit");
  }
  return [...problems, ...upwardNameProblems(name)];
}

/** Keys of ConfigMaps and Secrets are also file names. */
export function configKeyProblems(key: string): string[] {
  const problems: string[] = [];
  if (key.length > CONFIG_KEY_LENGTH_MAX) problems.push(`must be no more than ${CONFIG_KEY_LENGTH_MAX} characters`);
  if (!CONFIG_KEY.test(key)) problems.push("must consist of letters, digits, '-', '_' or '.'");
  return [...problems, ...upwardNameProblems(key)];
}

function upwardNameProblems(name: string): string[] {
  if (name === '.') return ["must not be '.'"];
  if (name === '..') return ["must not be '..'"];
  return name.startsWith('..') ? ["must not start with '..'"] : [];
}

export function portNumberProblems(port: number): string[] {
  return port >= 1 && port <= PORT_MAX ? [] : [`must be between 1 and ${PORT_MAX}`];
}

/** IANA service names: at least one letter, and no leading, trailing or consecutive dashes. */
export function portNameProblems(name: string): string[] {
  const problems: string[] = [];
  if (name.length > PORT_NAME_LENGTH_MAX) problems.push(`must be no more than ${PORT_NAME_LENGTH_MAX} characters`);
  if (!/^[-a-z0-9]+$/.test(name)) problems.push("must consist of lower-case letters, digits and '-'");
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter');
  if (name.includes('--')) problems.push("must not contain '--'");
  if (name.startsWith('-') || name.endsWith('-')) problems.push("must not start or end with '-'");
  return problems;
}

export function validatePortNumberOrName(port: unknown, fieldPath: string, causes: Causes): void {
  const problems = typeof port === 'string' ? portNameProblems(port) : portNumberProblems(Number(port ?? 0));
  for (const problem of problems) causes.invalid(fieldPath, port ?? 0, problem);
}

export function validateNotNegative(object: Decoded, field: string, fieldPath: string, causes: Causes): void {
  const value = integer(object, field);
  if (value < 0) causes.invalid(`${fieldPath}.${field}`, value, NOT_NEGATIVE);
}

export function validateOneOf(value: string, supported: readonly string[], fieldPath: string, causes: Causes): void {
  if (!supported.includes(value)) causes.notSupported(fieldPath, value, supported);
}

export function validateNoBacksteps(path: string, fieldPath: string, causes: Causes): void {
  if (path.split('/').includes('..')) causes.invalid(fieldPath, path, "must not contain '..'");
}

/** A relative path that must stay below its parent directory. */
export function validateDescendingPath(path: string, fieldPath: string, causes: Causes): void {
  if (path.startsWith('/')) causes.invalid(fieldPath, path, 'must be a relative path');
  validateNoBacksteps(path, fieldPath, causes);
}

export function validateRequired(value: string, fieldPath: string, causes: Causes, why?: string): void {
  if (value === '') causes.required(fieldPath, why);
}
