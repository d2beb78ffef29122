/** The part of the kubelet API that agents use: GET /pods, a single list without paging or watches. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FakeKubelet {
  readonly url: string;
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string }[];
  /** Number of requests that were answered. */
  answered: number;
  pods: readonly object[];
  /** Status code of the response. If it is not 200, the body is plain text, as with a real kubelet. */
  status: number;
}

/** Starts a kubelet that stops when the test ends. */
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
