/** The commands below `rollcall audit`: their options. What they do is loaded only when it is used. */
import { type Command, Option } from 'commander';
import { exportFormatCodec } from '../../shared/rpc/wire-words.ts';
import type { BackupOptions, ExportOptions, VerifyOptions } from '../audit/audit-options.ts';
import { addTimeRangeOptions } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption } from '../options/pair-options.ts';
import type { CommandRunner } from './command-runner.ts';

export function addAuditCommands(program: Command, runner: CommandRunner): void {
  const audit = program
    .command('audit')
    .summary('check the journal, decide it again, take it away')
    .description('Checks the journal, decides it again, and takes it away, while the coordinator serves.')
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
    .description('the newest row and its hash: kept elsewhere, they vouch for everything before them')
    .action(runner(async (context) => (await import('../audit/checks.ts')).showHead(context)));
}

function addVerify(audit: Command, runner: CommandRunner): void {
  audit
    .command('verify')
    .description('check that no row was altered, and that the file is whole; exit code 6 where something is wrong')
    .option('--anchor <revision:hash>', 'compare with a head that was published earlier, as audit head prints it')
    .option('--skip-file-check', 'check the chain of rows alone, not every page and index of the file', false)
    .action(
      runner(async (context, options) =>
        (await import('../audit/checks.ts')).verify(context, options as unknown as VerifyOptions),
      ),
    );
}

function addReplay(audit: Command, runner: CommandRunner): void {
  const command = audit
    .command('replay')
    .description(
      "decide recorded decisions again with the coordinator's engine, from what they were made from; " +
        'exit code 1 where one comes out otherwise',
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
    .description(
      'rebuild the derived tables from the record, beside those in use, and compare; exit code 6 where they differ',
    )
    .action(runner(async (context) => (await import('../audit/checks.ts')).rebuild(context)));
}

function addExport(audit: Command, runner: CommandRunner): void {
  const command = audit
    .command('export')
    .description('print the record, oldest row first')
    .addOption(new Option('--format <format>', 'how to write rows').choices(exportFormatCodec.words).default('jsonl'))
    .option('-f, --filename <path>', 'write into this file, which is whole once it is there; - is standard output')
    .option('--force', 'replace the file if it exists', false);
  addTimeRangeOptions(command).action(
    runner(async (context, options) =>
      (await import('../audit/export-and-backup.ts')).exportEvents(context, options as unknown as ExportOptions),
    ),
  );
}

function addBackup(audit: Command, runner: CommandRunner): void {
  audit
    .command('backup')
    .description('copy the whole journal into a file of this machine, while the coordinator serves')
    .argument('<path>', 'the file')
    .option('--force', 'replace the file if it exists', false)
    .action(
      runner(async (context, options, path) =>
        (await import('../audit/export-and-backup.ts')).backUp(context, options as unknown as BackupOptions, path),
      ),
    );
}
