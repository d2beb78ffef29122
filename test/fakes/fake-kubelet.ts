/** The part of a kubelet that agents read: GET /pods, as one list without pages or watches. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FakeKubelet {
  readonly url: string;
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string }[];
  /** How many requests have been answered. */
  answered: number;
  pods: readonly object[];
  /** Anything but 200 is answered in plain words, as a kubelet does. */
  status: number;
}

/** Starts one that ends with the test. */
export async function startFakeKubelet(pods: readonly object[]): Promise<FakeKubelet> {
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    kubelet.requests.push({ method, path, authorization: headers.authorization ?? '' });
    response.writeHead(kubelet.status, { 'content-type': 'application/json' });
    response.end(kubelet.status === 200 ? JSON.stringify({ kind: 'PodList', items: kubelet.pods }) : 'Forbidden');
    response.once('finish', () => kubelet.answered++);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubelet: FakeKubelet = { url, requests: [], answered: 0, pods, status: 200 };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return kubelet;
}
