import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const dir = mkdtempSync(join(tmpdir(), 'prune-'));
after(() => rmSync(dir, { recursive: true }));
const bin = join(import.meta.dirname, '../../../../../bin/ignite');
const env = {
  ...process.env,
  IGNITE_FROM_SOURCE: '1',
  IGNITE_DATA_DIR: join(dir, 'data'),
  IGNITE_RUN_DIR: join(dir, 'run'),
};
const ignite = (...args: readonly string[]): string => execFileSync(bin, args, { env, encoding: 'utf8' });
const skip = process.getuid?.() !== 0 && 'commands that act need root';

test(
  'prune says that there is nothing to remove if there is no template of clusters either',
  { skip },
  () => {
    assert.equal(ignite('prune', '-f'), 'Nothing to remove\n');
    const labels = {
      'ignite.weave.works/warm-cluster': 'dev',
      'ignite.weave.works/cluster-snapshot': 'dev-1',
    };
    const part = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'part', labels } };
    writeFileSync(join(dir, 'part.yaml'), JSON.stringify(part));
    ignite('apply', '-f', join(dir, 'part.yaml'));
    const left = 'what was left of template of clusters "dev-1"\n';
    assert.equal(ignite('prune', '--dry-run'), `Would remove ${left}`);
    assert.equal(ignite('prune', '-f'), `Removed ${left}`);
    assert.equal(ignite('prune', '-q'), '');
  },
);
