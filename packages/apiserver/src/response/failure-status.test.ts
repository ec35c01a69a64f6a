import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { notFound } from '@ignite/toolkit/store/store';
import { RequestError } from '../request/request-error.ts';
import { failureStatus } from './failure-status.ts';

const subject = { group: 'garden.example', version: 'v1', resource: 'pots', kind: 'Pot', name: 'a' };

test('failureStatus tells in Kubernetes words what is wrong with an object', () => {
  for (const [failure, code, reason, message] of [
    [new ObjectError('NOT_FOUND', 'no such kind'), 404, 'NotFound', 'no such kind'],
    [notFound({ group: '', kind: 'Pot', name: 'a' }), 404, 'NotFound', 'pots.garden.example "a" not found'],
    [new ObjectError('ALREADY_EXISTS', 'no'), 409, 'AlreadyExists', 'pots.garden.example "a" already exists'],
    [
      new ObjectError('CONFLICT', 'no'),
      409,
      'Conflict',
      'Operation cannot be fulfilled on pots.garden.example "a": the object has been modified; ' +
        'please apply your changes to the latest version and try again',
    ],
    [new ObjectError('BAD_REQUEST', 'no good'), 400, 'BadRequest', 'no good'],
    [new RequestError('BODY_TOO_LARGE', 'much'), 413, 'RequestEntityTooLarge', 'much'],
  ] as const) {
    const told = failureStatus(failure, subject);
    assert.deepEqual([told.code, told.reason, told.message], [code, reason, message]);
    assert.deepEqual(told.details, { name: 'a', group: 'garden.example', kind: 'pots' });
  }
});

test('failureStatus tells every cause, with the kind in the place of the plural', () => {
  const causes = [
    { field: 'spec.size', reason: 'FieldValueInvalid', message: 'must be at least 1' },
    { field: 'spec.clay', reason: 'FieldValueRequired', message: 'is needed' },
  ];
  const { message, details } = failureStatus(new ObjectError('INVALID', 'no', { causes }), subject);
  assert.equal(
    message,
    'Pot.garden.example "a" is invalid: [spec.size: Invalid value: must be at least 1, spec.clay: Required value: is needed]',
  );
  assert.equal(details?.kind, 'Pot');
  assert.deepEqual(details.causes?.[0], { ...causes[0], message: 'Invalid value: must be at least 1' });
});

test('failureStatus says when to come again, and what a too new revision is', () => {
  const busy = failureStatus(new ObjectError('SERVER_BUSY', 'busy', { retryAfterMs: 1_200 }));
  assert.deepEqual([busy.code, busy.details], [429, { retryAfterSeconds: 2 }]);
  const { details } = failureStatus(new RequestError('REVISION_TOO_NEW', 'new'));
  assert.equal(details?.causes?.[0]?.reason, 'ResourceVersionTooLarge');
});

test('failureStatus does not tell the texts of errors that are no answers', () => {
  for (const failure of [
    new Error('/secret/path'),
    new CodedError('DISK_FULL', '/secret/path is full', { hint: 'x' }),
    'text',
  ]) {
    const told = failureStatus(failure, subject);
    assert.deepEqual([told.code, told.reason], [500, 'InternalError']);
    assert.ok(!JSON.stringify(told).includes('/secret/path'));
  }
});
