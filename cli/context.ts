/** The context of a command: global options, connections to the coordinator, and output in the requested format. */

import type { AsOf } from '../shared/model/as-of.ts';
import type { Moment } from '../shared/rpc/wire-moment.ts';
import type { AuditClient } from './client/audit-client.ts';
import type { Connection } from './client/grpc-calls.ts';
import type { QueryClient } from './client/query-client.ts';
import { suggestName } from './client/suggest-name.ts';
import type { ConnectOptions } from './connect/connect.ts';
import type { Right } from './connect/through-kubeconfig.ts';
import type { Io } from './io.ts';
import { type Here, parseMoment } from './moment/parse-moment.ts';
import { type DocumentStream, documentStream, jsonDocument, yamlDocument } from './output/document.ts';
import { createStyle, type Style, supportsUtf8, wantsColor } from './output/style.ts';
import type { TableOptions } from './output/table.ts';
import { asOfLine } from './render/moments.ts';
import type { RenderOptions } from './render/render-options.ts';
import { asOfView } from './view/moment-view.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'svg'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The global options as commander parses them. */
export interface GlobalOptions extends ConnectOptions {
  readonly requestTimeout: number;
  readonly namespace: string;
  readonly output: OutputFormat;
  readonly color: boolean;
}

export class Context {
  readonly io: Io;
  readonly globals: GlobalOptions;
  readonly style: Style;

  constructor(io: Io, globals: GlobalOptions) {
    this.io = io;
    this.globals = globals;
    const { environment, isTTY } = io;
    this.style = createStyle({
      color: wantsColor(environment, isTTY, globals.color),
      utf8: supportsUtf8(environment),
    });
  }

  get render(): RenderOptions {
    const { io, style } = this;
    const wide = this.globals.output === 'wide';
    const columns = io.isTTY && !wide ? io.columns : undefined;
    return { style, nowMs: io.clock.nowMs(), wide, columns };
  }

  get table(): TableOptions {
    const { wide, columns, style } = this.render;
    return { wide, columns, style };
  }

  /** Width of a drawing: that of the terminal, else COLUMNS; undefined where neither is known. */
  get drawingColumns(): number | undefined {
    const { isTTY, columns, environment } = this.io;
    return (isTTY ? columns : Number(environment['COLUMNS'])) || undefined;
  }

  /** Parses the value of `option`, for example `--at`. Returns `null` for now. @throws UsageError */
  moment(text: string | undefined, option: string): Moment | null {
    return text === undefined ? null : parseMoment(text, option, this.here);
  }

  /** The reference for relative times and for times without a zone. */
  get here(): Here {
    return { nowMs: this.io.clock.nowMs(), timeZone: this.io.timeZone };
  }

  /** Prints `value` as JSON or YAML, or the result of `text` in the other formats. */
  async answer(value: unknown, text: () => string | Promise<string>): Promise<void> {
    this.io.stdout.write(await this.#format(value, text));
  }

  /**
   * A JSON or YAML document for output that may not fit into memory: a list, or an object whose first field is the list
   * `field`. `null` in the other formats.
   */
  document(field?: string): DocumentStream | null {
    const { output } = this.globals;
    if (output !== 'json' && output !== 'yaml') return null;
    return documentStream(output, (text) => this.io.stdout.write(text), field);
  }

  /**
   * Queries the state as of `--at` and prints it. The output begins with the moment unless it is the present; a coordinator
   * that cannot write its journal answers from the journal even without `--at`.
   */
  async answerAt<Answer extends object>(
    at: string | undefined,
    query: (coordinator: QueryClient) => Promise<Answer>,
    text: (answer: Answer, render: RenderOptions) => string,
  ): Promise<Answer> {
    const moment = this.moment(at, '--at');
    const { answer, asOf } = await this.ask(async (coordinator) => {
      const answered = await query(coordinator);
      return { answer: answered, asOf: coordinator.asOf };
    }, moment);
    await this.answerAsOf(asOf?.isFromJournal === true ? asOf : null, answer, (render) => text(answer, render));
    return answer;
  }

  /** Prints an answer with its moment; `null` means now. */
  async answerAsOf(asOf: AsOf | null, answer: object, text: (render: RenderOptions) => string): Promise<void> {
    if (asOf === null) return this.answer(answer, () => text(this.render));
    const document = Array.isArray(answer) ? answer : { asOf: asOfView(asOf), ...answer };
    const then = { ...this.render, nowMs: asOf.timeMs };
    return this.answer(document, () => `${asOfLine(asOf, then)}\n${text(then)}`);
  }

  /** Runs a query as of `at`, by default now. `right` is the right that the query needs. */
  async ask<Answer>(
    query: (coordinator: QueryClient) => Promise<Answer>,
    at: Moment | null = null,
    right: Right = 'read',
  ): Promise<Answer> {
    const { connectQueryClient } = await import('./client/query-client.ts');
    return this.#connect(right, async (connection) => {
      const coordinator = connectQueryClient(connection, at);
      try {
        return await query(coordinator);
      } catch (error) {
        throw await suggestName(error, coordinator);
      } finally {
        coordinator.close();
      }
    });
  }

  /** Calls the audit service. Ctrl-C cancels the call. */
  async audit<Answer>(query: (auditor: AuditClient) => Promise<Answer>, right: Right = 'administer'): Promise<Answer> {
    const { connectAuditClient } = await import('./client/audit-client.ts');
    return this.#connect(right, async (connection) => {
      const auditor = connectAuditClient(connection, this.io.untilInterrupted());
      try {
        return await query(auditor);
      } finally {
        auditor.close();
      }
    });
  }

  /** Loads gRPC on first use, because loading takes a while. */
  async #connect<Answer>(right: Right, use: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    const { connectToCoordinator } = await import('./connect/connect.ts');
    const connected = await connectToCoordinator(this.globals, right, this.io);
    try {
      return await use({ ...connected, requestTimeoutMs: this.globals.requestTimeout, clock: this.io.clock });
    } finally {
      connected.close();
    }
  }

  #format(value: unknown, text: () => string | Promise<string>): Promise<string> | string {
    switch (this.globals.output) {
      case 'json':
        return jsonDocument(value);
      case 'yaml':
        return yamlDocument(value);
      case 'table':
      case 'wide':
      case 'svg':
        return text();
    }
  }
}
