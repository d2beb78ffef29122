/** Answers a request from the snapshot of the moment that the request names, the same way for now and for the past. */
import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { AsOf as WireAsOf } from '../rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../rpc/generated/rollcall/v1/Moment.ts';
import { asOfToWire } from '../rpc/wire-moment.ts';
import { type ListPage, readPlace, writePlace } from './list-page.ts';
import type { PageRequest, PageToken } from './paging.ts';

export interface MomentRequest {
  /** `null`: now. */
  readonly at: WireMoment | null;
}

/** `Dependencies`: what the answer needs besides the snapshot. */
export interface SnapshotAnswer<Request, Response, Dependencies> {
  /**
   * The revision of the previous page of a list about the past; otherwise 0.
   * @throws RollcallError PAGE_TOKEN_INVALID
   */
  pinnedRevision(request: Request): number;
  answer(request: Request, snapshot: ClusterSnapshot, dependencies: Dependencies): Promise<Response>;
}

type WithMoment<Response> = Response & { readonly asOf: WireAsOf };
type WithPage<Items> = WithMoment<Items & { readonly nextPageToken: string }>;

/** Adds the moment of the snapshot to what `handler` returns. */
export function answerFrom<Request extends MomentRequest, Response extends object, Dependencies>(
  handler: (request: Request, snapshot: ClusterSnapshot, dependencies: Dependencies) => Promise<Response>,
): SnapshotAnswer<Request, WithMoment<Response>, Dependencies> {
  return {
    pinnedRevision: () => 0,
    async answer(request, snapshot, dependencies) {
      return { ...(await handler(request, snapshot, dependencies)), asOf: asOfToWire(snapshot.asOf) };
    },
  };
}

/** As `answerFrom`, for one page of a list. All pages of a list about the past are of the same revision. */
export function pageFrom<Request extends MomentRequest & PageRequest, Items extends object, Dependencies>(
  method: string,
  handler: (
    request: Request,
    snapshot: ClusterSnapshot,
    last: PageToken | null,
    dependencies: Dependencies,
  ) => Promise<ListPage<Items>>,
): SnapshotAnswer<Request, WithPage<Items>, Dependencies> {
  return {
    pinnedRevision: (request) => readPlace(method, request)?.revision ?? 0,
    async answer(request, snapshot, dependencies) {
      const { asOf } = snapshot;
      const { items, lastKey } = await handler(request, snapshot, readPlace(method, request), dependencies);
      const revision = asOf.isFromJournal ? asOf.revision : 0;
      const nextPageToken = writePlace(method, request, { lastKey, revision });
      return { ...items, nextPageToken, asOf: asOfToWire(asOf) };
    },
  };
}
