import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { objectProblem } from './object-problem.ts';

test('objectProblem knows kinds by their group and name: those of others may have the same names', () => {
  for (const kind of ['VM', 'Image', 'Volume', 'Host', 'GitSource', 'Sync']) {
    const strange = { ...sampleVm(), kind, spec: 3, status: 4 };
    assert.equal(objectProblem({ ...strange, apiVersion: 'garden.example/v1' }), undefined, kind);
    const group = ['GitSource', 'Sync'].includes(kind) ? 'gitops.weave.works' : 'ignite.weave.works';
    assert.notEqual(objectProblem({ ...strange, apiVersion: `${group}/v1` }), undefined, kind);
  }
});
