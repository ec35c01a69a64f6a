import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { scripts } from '../../completion/scripts.ts';

const dir = mkdtempSync(join(tmpdir(), 'ignite-completion-'));
after(() => rmSync(dir, { recursive: true }));
const bin = join(import.meta.dirname, '../../../../../bin');
const env = {
  ...process.env,
  PATH: `${bin}:${process.env['PATH']}`,
  HOME: dir,
  IGNITE_FROM_SOURCE: '1',
  IGNITE_DATA_DIR: dir,
};
{
  using store = openSqliteStore(join(dir, 'state.db'));
  for (const [kind, name, namespace] of [
    ['VM', 'web-1', 'default'],
    ['VM', 'web-2', 'default'],
    ['VM', 'web-3', 'prod'],
    ['Image', 'registry.example:5000/debian:12', ''],
  ] as const)
    await store.create({
      apiVersion,
      kind,
      metadata: { name, namespace, uid: newUid() },
      spec: {},
      status: { phase: 'Created' },
    });
}
for (const [shell, script] of Object.entries(scripts)) writeFileSync(join(dir, `script.${shell}`), script);

/** What a shell makes of a line when the completion key is pressed, by the shell's own machinery. */
const completers = {
  bash: (line: string) => {
    const driver = `source ${dir}/script.bash; compopt() { :; }; COMP_LINE='${line}' COMP_POINT=${line.length}
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'; _ignite; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', driver], { env, encoding: 'utf8' });
  },
  fish: (line: string) =>
    execFileSync('fish', ['-c', `source ${dir}/script.fish; complete -C '${line}'`], {
      env,
      encoding: 'utf8',
    }),
};

for (const [shell, complete] of Object.entries(completers)) {
  const words = (line: string): readonly string[] =>
    complete(line)
      .split('\n')
      .map((text) => text.split('\t')[0]!)
      .filter(Boolean)
      .sort();

  test(`completion in ${shell}: commands, flags, closed sets and what is there now`, () => {
    assert.deepEqual(words('ignite ver'), ['version']);
    assert.deepEqual(words('ignite image im'), ['import']);
    assert.deepEqual(words('ignite run --mem'), ['--memory']);
    assert.deepEqual(words('ignite ps --log-level err'), ['error']);
    assert.deepEqual(words('ignite rm w'), ['web-1', 'web-2']);
    assert.deepEqual(words('ignite rm web-1 w'), ['web-2']);
    assert.deepEqual(words('ignite edit vm/web-2'), ['vm/web-2']);
    assert.deepEqual(words('ignited '), ['completion', 'daemon', 'gitops', 'version']);
    assert.deepEqual(words(`ignite run --config ${dir}/script.f`), [`${dir}/script.fish`]);
  });

  test(`completion in ${shell}: namespaces, and the names in one`, () => {
    assert.deepEqual(words('ignite ps -n '), ['default', 'prod']);
    assert.deepEqual(words('ignite rm -n prod w'), ['web-3']);
    assert.deepEqual(words('ignite rm prod/w'), ['prod/web-3']);
    assert.deepEqual(words('ignite delete -n prod vm/w'), ['vm/web-3']);
  });

  test(`completion in ${shell}: values behind an equals sign, and names with colons`, () => {
    const isWhole = shell === 'fish'; // bash wants only what stands behind its word breaks
    assert.deepEqual(words('ignite ps --log-level=err'), [isWhole ? '--log-level=error' : 'error']);
    const image = 'registry.example:5000/debian:12';
    assert.deepEqual(words('ignite rmi reg'), [image]);
    assert.deepEqual(words('ignite rmi registry.example:5000/d'), [isWhole ? image : '5000/debian:12']);
  });
}

/** Presses the key on a terminal of zsh's own, and waits until it shows what is wanted. */
function zshShows(line: string, wanted: string): void {
  const driver = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -U compinit; compinit -u -d ${dir}/zcompdump; source ${dir}/script.zsh; stty cols 200; print REA''DY"
zpty -r -m shell out '*READY*'
zpty -w -n shell ${JSON.stringify(line)}$'\\t'
zpty -r -m shell out ${JSON.stringify(wanted)}`;
  execFileSync('zsh', ['-f', '-c', driver], { env, timeout: 600_000 });
}

test('completion in zsh: what fits alone is filled in', () => {
  zshShows('ignite rmi reg', '*registry.example:5000/debian:12*');
});

test('completion in zsh: what fits in several ways is listed with its explanation', () => {
  zshShows('ignite kernel ', '*import*-- Import a kernel from an image*');
});

test('completion: each shell accepts its script', () => {
  for (const shell of Object.keys(scripts))
    assert.equal(spawnSync(shell, ['-n', join(dir, `script.${shell}`)], { env }).status, 0, shell);
});
