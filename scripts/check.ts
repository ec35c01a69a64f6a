import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linkFaults } from './links.ts';
import { parityFaults, testTitles } from './parity.ts';

const root = join(import.meta.dirname, '..');
const fix = process.argv.includes('--fix');
const failed: string[] = [];

function run(name: string, args: readonly string[]): void {
  const { status } = spawnSync(join(root, 'node_modules/.bin', args[0]!), args.slice(1), {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}

/**
 * Checks that every stable error code has a heading in docs/errors.md, and that every heading is an error
 * code.
 */
function checkErrorCodes(): void {
  const codes = new Set<string>();
  for (const file of globSync('packages/*/src/**/*.ts', { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const union of source.matchAll(/export type (?!Find)\w*ErrorCode =([^;]*);/g)) {
      for (const [, code] of union[1]!.matchAll(/'([A-Z_]+)'/g)) codes.add(code!);
    }
    for (const [, code] of source.matchAll(/new CodedError(?:<\w+>)?\(\s*'([A-Z_]+)'/g)) codes.add(code!);
  }
  for (const kind of ['VM', 'IMAGE', 'KERNEL', 'NETWORK', 'VOLUME'])
    for (const end of ['NOT_FOUND', 'AMBIGUOUS']) codes.add(`${kind}_${end}`);
  const headings = new Set(
    [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^## ([A-Z_]+)$/gm)].map(
      ([, code]) => code!,
    ),
  );
  const odd = codes.symmetricDifference(headings);
  if (codes.size < 20 || odd.size > 0) {
    console.error(`docs/errors.md and the error codes differ in: ${[...odd].join(', ')}`);
    failed.push('error codes');
  }
}

/** Checks that every row of docs/parity and of the threat model names existing tests. */
function checkParity(): void {
  const titlesOf = (file: string): ReturnType<typeof testTitles> | undefined =>
    existsSync(join(root, file)) ? testTitles(readFileSync(join(root, file), 'utf8')) : undefined;
  for (const file of globSync(['docs/parity/*.md', 'docs/security.md'], { cwd: root })) {
    const faults = parityFaults(readFileSync(join(root, file), 'utf8'), titlesOf);
    for (const fault of faults) console.error(`${file}: ${fault}`);
    if (faults.length > 0) failed.push(file);
  }
}

/** Every relative link of a page leads to a file, and to a heading in it. */
function checkLinks(): void {
  const read = (path: string): string | undefined => {
    const file = join(root, path);
    if (!existsSync(file)) return undefined;
    return statSync(file).isFile() && file.endsWith('.md') ? readFileSync(file, 'utf8') : '';
  };
  for (const page of globSync(['*.md', '{docs,examples}/**/*.md', 'packages/*/*.md'], { cwd: root })) {
    const faults = linkFaults(page, read(page)!, read);
    for (const fault of faults) console.error(`${page}: ${fault}`);
    if (faults.length > 0) failed.push(page);
  }
}

run('format', ['prettier', fix ? '--write' : '--check', '--log-level', 'warn', '.']);
run('types', ['tsc', '-p', '.']);
run('lint', [
  'oxlint',
  '--type-aware',
  '--deny-warnings',
  ...(fix ? ['--fix'] : []),
  'packages',
  'scripts',
  'test',
  'bench',
]);
run('dead exports', ['node', 'node_modules/knip/bin/knip.js', '--include', 'exports,files']);
run('architecture', ['node', 'scripts/check-architecture.ts']);
for (const script of ['generate-docs.ts', 'generate-manifests-docs.ts'])
  run('generated docs', ['node', `scripts/${script}`, ...(fix ? [] : ['--check'])]);
checkErrorCodes();
checkParity();
checkLinks();
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
