/** Validates the DNS settings and host aliases of a pod. */
import { isIP } from 'node:net';
import { dnsSubdomainProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, items, text, texts } from './decoded.ts';
import { validateOneOf } from './syntax.ts';

/** Limits of the resolver in the C library. */
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 6;
const SEARCHES_LENGTH_MAX = 256;

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validateDnsPolicy(spec: Decoded, fieldPath: string, causes: Causes): void {
  validateOneOf(dnsPolicyOf(spec), DNS_POLICIES, fieldPath, causes);
}

function dnsPolicyOf(spec: Decoded): string {
  return text(spec, 'dnsPolicy') || 'ClusterFirst';
}

export function validateDnsConfig(spec: Decoded, fieldPath: string, causes: Causes): void {
  const config = child(spec, 'dnsConfig');
  if (dnsPolicyOf(spec) === 'None') {
    if (config === undefined) {
      causes.required(fieldPath, 'dnsPolicy None requires a dnsConfig');
      return;
    }
    if (texts(config, 'nameservers').length === 0) causes.required(`${fieldPath}.nameservers`);
  }
  if (config === undefined) return;
  validateNameservers(texts(config, 'nameservers'), `${fieldPath}.nameservers`, causes);
  validateSearches(texts(config, 'searches'), `${fieldPath}.searches`, causes);
  items(config, 'options').forEach((option, index) => {
    if (text(option, 'name') === '') causes.required(`${fieldPath}.options[${index}]`, 'an option requires a name');
  });
}

function validateNameservers(nameservers: readonly string[], fieldPath: string, causes: Causes): void {
  if (nameservers.length > NAMESERVERS_MAX) {
    causes.invalid(fieldPath, nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`);
  }
  nameservers.forEach((nameserver, index) => {
    if (isIP(nameserver) === 0) causes.invalid(`${fieldPath}[${index}]`, nameserver, 'must be an IP address');
  });
}

function validateSearches(searches: readonly string[], fieldPath: string, causes: Causes): void {
  if (searches.length > SEARCHES_MAX) {
    causes.invalid(fieldPath, searches, `must not have more than ${SEARCHES_MAX} domains`);
  }
  if (searches.join(' ').length > SEARCHES_LENGTH_MAX) {
    causes.invalid(fieldPath, searches, `must not have more than ${SEARCHES_LENGTH_MAX} characters in total`);
  }
  searches.forEach((search, index) => {
    const domain = search.replace(/\.$/, '');
    causes.invalidEach(`${fieldPath}[${index}]`, search, dnsSubdomainProblems(domain));
  });
}

export function validateHostAliases(aliases: readonly Decoded[], fieldPath: string, causes: Causes): void {
  for (const alias of aliases) {
    const ip = text(alias, 'ip');
    if (isIP(ip) === 0) causes.invalid(`${fieldPath}.ip`, ip, 'must be an IP address');
    for (const hostname of texts(alias, 'hostnames')) {
      causes.invalidEach(`${fieldPath}.hostnames`, hostname, dnsSubdomainProblems(hostname));
    }
  }
}
