/**
 * The syntax of Kubernetes' names: label keys, label values, DNS labels and DNS subdomains.
 * Pure; says what is wrong in words, and must agree with the API server on what is legal.
 */

const NAME_LENGTH_MAX = 63;
const SUBDOMAIN_LENGTH_MAX = 253;

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Matching megabytes that start like a name exhausts the stack, and text of more than this is refused by its length. */
const MATCHED_LENGTH_MAX = 1024;

const NAME_CONTENT = "consist of letters, digits, '-', '_' or '.', and must start and end with a letter or digit";

const DNS_LABEL_CONTENT = "consist of lower-case letters, digits or '-', and must start and end with a letter or digit";
const DNS_SUBDOMAIN_CONTENT =
  "consist of lower-case letters, digits, '-' or '.', " +
  'and each part between dots must start and end with a letter or digit';

/** True for a legal label or taint key: an optional DNS subdomain and `/`, then a name of 1 to 63 characters. */
export function isQualifiedName(value: string): boolean {
  const slash = value.indexOf('/');
  if (slash === -1) return isName(value);
  return isDnsSubdomain(value.slice(0, slash)) && isName(value.slice(slash + 1));
}

/** True for a legal label value: empty, or a name of at most 63 characters. */
export function isLabelValue(value: string): boolean {
  return value === '' || isName(value);
}

/** True for lower-case DNS labels joined by dots, at most 253 characters together. */
export function isDnsSubdomain(value: string): boolean {
  return value.length <= SUBDOMAIN_LENGTH_MAX && DNS_SUBDOMAIN.test(value);
}

/** What keeps `value` from being a label key, one sentence part for each problem; `[]` where it is one. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `must be a name with an optional DNS subdomain and '/' before it, such as example.com/tier; it has several '/'`,
    ];
  }
  const [first = '', second] = parts;
  if (second === undefined) return nameProblems(first);
  const prefixProblems =
    first === ''
      ? ["prefix part before the '/' must not be empty"]
      : prefixed('prefix part', dnsSubdomainProblems(first));
  return [...prefixProblems, ...nameProblems(second)];
}

/** What keeps `value` from being a label value; `[]` where it is one. */
export function labelValueProblems(value: string): string[] {
  return value === '' ? [] : syntaxProblems(value, NAME_LENGTH_MAX, NAME, `be empty, or ${NAME_CONTENT}`);
}

/** What keeps `value` from being a DNS subdomain, the form of most object names; `[]` where it is one. */
export function dnsSubdomainProblems(value: string): string[] {
  return syntaxProblems(value, SUBDOMAIN_LENGTH_MAX, DNS_SUBDOMAIN, DNS_SUBDOMAIN_CONTENT);
}

/** What keeps `value` from being a DNS label, the form of namespaces and container names; `[]` where it is one. */
export function dnsLabelProblems(value: string): string[] {
  return syntaxProblems(value, NAME_LENGTH_MAX, DNS_LABEL, DNS_LABEL_CONTENT);
}

function isName(value: string): boolean {
  return value.length <= NAME_LENGTH_MAX && NAME.test(value);
}

function nameProblems(name: string): string[] {
  if (name === '') return ['name part must not be empty'];
  return prefixed('name part', syntaxProblems(name, NAME_LENGTH_MAX, NAME, NAME_CONTENT));
}

function syntaxProblems(value: string, lengthMax: number, pattern: RegExp, content: string): string[] {
  const problems = value.length > lengthMax ? [`must be no more than ${lengthMax} characters`] : [];
  if (value.length <= MATCHED_LENGTH_MAX && !pattern.test(value)) problems.push(`must ${content}`);
  return problems;
}

function prefixed(subject: string, problems: readonly string[]): string[] {
  return problems.map((problem) => `${subject} ${problem}`);
}
