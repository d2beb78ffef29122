/** The subcommands of `rollcall audit` and their options. Their implementations are loaded on use. */
import { type Command, Option } from 'commander';
import { exportFormatCodec } from '../../shared/rpc/wire-words.ts';
import type { BackupOptions, ExportOptions, VerifyOptions } from '../audit/audit-options.ts';
import { addTimeRangeOptions } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption } from '../options/pair-options.ts';
import type { CommandRunner } from './command-runner.ts';

const VERIFY_EXAMPLES = `
Examples:
  # Verify the journal
  rollcall audit verify

  # Verify the journal against a head that was stored earlier
  rollcall audit verify --anchor "$(cat head.txt)"`;

export function addAuditCommands(program: Command, runner: CommandRunner): void {
  const audit = program
    .command('audit')
    .summary('Verify, replay, export and back up the journal')
    .description('Verify, replay, export and back up the journal while the coordinator runs.')
    .helpCommand(false);
  addHead(audit, runner);
  addVerify(audit, runner);
  addReplay(audit, runner);
  addRebuild(audit, runner);
  addExport(audit, runner);
  addBackup(audit, runner);
}

function addHead(audit: Command, runner: CommandRunner): void {
  audit
    .command('head')
    .description('Print the newest revision and its hash; store them outside the journal to detect later changes')
    .action(runner(async (context) => (await import('../audit/checks.ts')).showHead(context)));
}

function addVerify(audit: Command, runner: CommandRunner): void {
  audit
    .command('verify')
    .summary('Verify that no event was altered and that the file is intact')
    .description(
      'Verify that no event was altered and that the file is intact. Exits with code 6 if the verification fails.',
    )
    .addHelpText('after', VERIFY_EXAMPLES)
    .option('--anchor <revision:hash>', 'Compare with an earlier output of "rollcall audit head"')
    .option('--skip-file-check', 'Verify the hash chain only, not the pages and indexes of the file', false)
    .action(
      runner(async (context, options) =>
        (await import('../audit/checks.ts')).verify(context, options as unknown as VerifyOptions),
      ),
    );
}

function addReplay(audit: Command, runner: CommandRunner): void {
  const command = audit
    .command('replay')
    .summary('Replay recorded decisions and report those that differ')
    .description(
      "Replay recorded decisions with the coordinator's placement engine and their recorded inputs. " +
        'Exits with code 1 if a decision differs.',
    )
    .addOption(daemonSetOption())
    .addOption(nodeOption());
  addTimeRangeOptions(command).action(
    runner(async (context, options) => (await import('../audit/checks.ts')).replay(context, options)),
  );
}

function addRebuild(audit: Command, runner: CommandRunner): void {
  audit
    .command('rebuild')
    .summary('Rebuild the derived tables and compare them with those in use')
    .description(
      'Rebuild the derived tables from the journal and compare them with those in use. Changes nothing. ' +
        'Exits with code 6 if a table differs.',
    )
    .action(runner(async (context) => (await import('../audit/checks.ts')).rebuild(context)));
}

function addExport(audit: Command, runner: CommandRunner): void {
  const command = audit
    .command('export')
    .description('Export events, oldest first')
    .addOption(
      new Option('--format <format>', 'Format of the export').choices(exportFormatCodec.words).default('jsonl'),
    )
    .option('-f, --filename <path>', 'File to write; defaults to standard output, as does -')
    .option('--force', 'Overwrite the file if it exists', false);
  addTimeRangeOptions(command).action(
    runner(async (context, options) =>
      (await import('../audit/export-and-backup.ts')).exportEvents(context, options as unknown as ExportOptions),
    ),
  );
}

function addBackup(audit: Command, runner: CommandRunner): void {
  audit
    .command('backup')
    .description('Back up the journal to a local file')
    .argument('<path>', 'File to write')
    .option('--force', 'Overwrite the file if it exists', false)
    .action(
      runner(async (context, options, path) =>
        (await import('../audit/export-and-backup.ts')).backUp(context, options as unknown as BackupOptions, path),
      ),
    );
}
