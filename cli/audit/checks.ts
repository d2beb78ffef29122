/** `rollcall audit head`, `verify`, `replay` and `rebuild`: checks the journal and returns the exit code. */
import { EXIT } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { parseTimeRange, timeRangeToWire } from '../moment/time-range.ts';
import { pairFilter } from '../options/pair-options.ts';
import { bytesText, countText, Progress } from '../output/progress.ts';
import {
  renderHead,
  renderRebuild,
  renderReplay,
  renderReplayDifference,
  renderVerification,
} from '../render/audit.ts';
import {
  publishedHeadView,
  rebuildView,
  replayDifferenceView,
  replayView,
  verificationView,
} from '../view/audit-view.ts';
import { parseAnchor, type ReplayOptions, type VerifyOptions } from './audit-options.ts';

export async function showHead(context: Context): Promise<number> {
  const head = publishedHeadView(await context.audit((auditor) => auditor.getHead(), 'read'));
  await context.answer(head, () => renderHead(head, context.render));
  return EXIT.ok;
}

export async function verify(context: Context, { anchor, skipFileCheck }: VerifyOptions): Promise<number> {
  const request = { skipFileCheck, ...(anchor !== undefined && { anchor: parseAnchor(anchor) }) };
  const report = await withProgress(context, 'verifying', (progress) =>
    context.audit((auditor) =>
      auditor.verifyJournal(
        request,
        (done, total) => progress.emit(done, total),
        (bytes) => progress.count(`checking the file (${bytesText(bytes)})`),
      ),
    ),
  );
  const view = verificationView(report);
  await context.answer(view, () => renderVerification(view, context.render));
  return view.valid ? EXIT.ok : EXIT.unsound;
}

export async function replay(context: Context, options: ReplayOptions): Promise<number> {
  const request = {
    ...pairFilter(options, context.globals.namespace),
    range: timeRangeToWire(parseTimeRange(options, context.here)),
  };
  const document = context.document('differences');
  const report = await withProgress(context, 'replaying', (progress) =>
    context.audit((auditor) =>
      auditor.replayDecisions(
        request,
        (done, total) => progress.emit(done, total),
        async (difference) => {
          const view = replayDifferenceView(difference);
          progress.done();
          if (document === null) context.io.stdout.write(renderReplayDifference(view, context.render));
          else await document.item(view);
        },
      ),
    ),
  );
  const view = replayView(report);
  if (document === null) context.io.stdout.write(renderReplay(view, context.render));
  else await document.end(view);
  return view.different === 0 ? EXIT.ok : EXIT.changes;
}

export async function rebuild(context: Context): Promise<number> {
  const report = await withProgress(context, 'rebuilding', (progress) =>
    context.audit((auditor) => auditor.checkDerivedTables((done, total) => progress.emit(done, total))),
  );
  const view = rebuildView(report);
  await context.answer(view, () => renderRebuild(view, context.render));
  return view.equal ? EXIT.ok : EXIT.unsound;
}

async function withProgress<Result>(
  { io }: Context,
  activity: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress(io, activity, countText, ' events');
  try {
    return await work(progress);
  } finally {
    progress.done();
  }
}
