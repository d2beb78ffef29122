/** The paths of the objects that the coordinator writes. */

export function daemonSetPath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${segment(namespace)}/daemonsets/${segment(name)}`;
}

export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${segment(namespace)}/pods`;
}

export function podPath(namespace: string, name: string): string {
  return `${podsPath(namespace)}/${segment(name)}`;
}

export function revisionsPath(namespace: string): string {
  return `/apis/apps/v1/namespaces/${segment(namespace)}/controllerrevisions`;
}

export function revisionPath(namespace: string, name: string): string {
  return `${revisionsPath(namespace)}/${segment(name)}`;
}

function segment(name: string): string {
  return encodeURIComponent(name);
}
