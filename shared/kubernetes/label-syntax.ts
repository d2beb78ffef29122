/** The syntax of Kubernetes names: label keys, label values, DNS labels and DNS subdomains. Pure; must agree with the API server. */

const NAME_LENGTH_MAX = 63;
const SUBDOMAIN_LENGTH_MAX = 253;

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Longer text is rejected by its length, because matching megabytes exhausts the stack. */
const MATCHED_LENGTH_MAX = 1024;

const NAME_CONTENT = "consist of letters, digits, '-', '_' or '.', and must start and end with a letter or digit";

const DNS_LABEL_CONTENT = "consist of lower-case letters, digits or '-', and must start and end with a letter or digit";
const DNS_SUBDOMAIN_CONTENT =
  "consist of lower-case letters, digits, '-' or '.', " +
  'and each part between dots must start and end with a letter or digit';

/** Whether the value is a valid label or taint key: an optional DNS subdomain and `/`, and a name of 1 to 63 characters. */
export function isQualifiedName(value: string): boolean {
  const slash = value.indexOf('/');
  if (slash === -1) return isName(value);
  return isDnsSubdomain(value.slice(0, slash)) && isName(value.slice(slash + 1));
}

/** Whether the value is a valid label value: empty, or a name of at most 63 characters. */
export function isLabelValue(value: string): boolean {
  return value === '' || isName(value);
}

/** Whether the value consists of lower-case DNS labels separated by dots, with at most 253 characters. */
export function isDnsSubdomain(value: string): boolean {
  return value.length <= SUBDOMAIN_LENGTH_MAX && DNS_SUBDOMAIN.test(value);
}

/** Why `value` is not a valid label key, one clause for each problem; `[]` where it is valid. */
export function qualifiedNameProblems(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `must consist of an optional DNS subdomain followed by '/', and a name, such as example.com/tier; it contains more than one '/'`,
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

/** Why `value` is not a valid label value; `[]` where it is valid. */
export function labelValueProblems(value: string): string[] {
  return value === '' ? [] : syntaxProblems(value, NAME_LENGTH_MAX, NAME, `be empty, or ${NAME_CONTENT}`);
}

/** Why `value` is not a valid DNS subdomain, the form of most object names; `[]` where it is valid. */
export function dnsSubdomainProblems(value: string): string[] {
  return syntaxProblems(value, SUBDOMAIN_LENGTH_MAX, DNS_SUBDOMAIN, DNS_SUBDOMAIN_CONTENT);
}

/** Why `value` is not a valid DNS label, the form of namespaces and container names; `[]` where it is valid. */
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
