// Holds the contract in proto/ against an earlier one: the newest release's, or the commit before this
// one where nothing is released yet. Prints what would break an older agent, coordinator or CLI.
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const parent = git('rev-parse', '--quiet', '--verify', 'HEAD~1');
const release = parent && git('describe', '--tags', '--abbrev=0', parent);
const earlier = release || parent;

if (!earlier) {
  say('there is no earlier commit to compare with; nothing can be broken');
} else if (!git('ls-tree', '--name-only', earlier, 'proto/rollcall')) {
  say(`${name()} has no contract yet; nothing can be broken`);
} else {
  say(`comparing with ${name()}`);
  process.exitCode = compare();
}

function compare() {
  // Not './.git': in a linked work tree that is a file, and the commits are elsewhere.
  const repository = resolve(root, git('rev-parse', '--git-common-dir'));
  const against = `${repository}#format=git,ref=${git('rev-parse', `${earlier}^{commit}`)},subdir=proto`;
  const buf = join(root, 'node_modules', '.bin', 'buf');
  const { status, error } = spawnSync(buf, ['breaking', 'proto', '--against', against], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  return status ?? 1;
}

function name() {
  return release ? `release ${release}` : `commit ${parent.slice(0, 12)}`;
}

/** What git answers, or '' where it has no answer. */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

function say(what) {
  process.stdout.write(`contract: ${what}\n`);
}
