import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAuditPolicy } from './audit-policy-file.ts';

test('a policy of Kubernetes is read, and what it must not say is named', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'audit-policy-'));
  const path = join(dir, 'policy.yaml');
  try {
    await writeFile(
      path,
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Request\n  verbs: [create]\n- level: Metadata\n',
    );
    assert.deepEqual((await readAuditPolicy(path)).rules, [
      { level: 'Request', verbs: ['create'] },
      { level: 'Metadata' },
    ]);
    for (const [text, problem] of [
      ['rules:\n- level: Everything\n', /rules/],
      ['rules: []\nomitStages: [RequestReceived]\n', /omitStages/],
      ['{', /./],
      ['', /./],
      ['a: 1\n---\nb: 2\n', /one document/],
    ] as const) {
      await writeFile(path, text);
      await assert.rejects(readAuditPolicy(path), { code: 'AUDIT_POLICY_INVALID', message: problem }, text);
    }
    await assert.rejects(readAuditPolicy(join(dir, 'none')), { code: 'AUDIT_POLICY_INVALID' });
  } finally {
    await rm(dir, { recursive: true });
  }
});
