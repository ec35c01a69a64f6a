import { ObjectError } from '@ignite/toolkit/client/object-error';
import { type FieldSet, pathsOf } from './fields/field-set.ts';
import type { Manager } from './managers.ts';
import { pathText } from './fields/path-element.ts';

/** Fields that somebody applies with other values than their manager. */
export interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** Returns the answer to somebody who applies fields that others manage, in the words of Kubernetes. */
export function conflictError(conflicts: readonly Conflict[]): ObjectError {
  const told = conflicts
    .map(({ manager, fields }) => ({ manager: managerText(manager), paths: pathsOf(fields).map(pathText) }))
    .toSorted((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = told.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ field, reason: 'FieldManagerConflict', message: `conflict with ${manager}` })),
  );
  const count = `${causes.length} ${causes.length === 1 ? 'conflict' : 'conflicts'}`;
  const [only] = causes;
  const list =
    causes.length === 1
      ? `${only!.message}: ${only!.field}`
      : told
          .map(({ manager, paths }) =>
            [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)].join('\n'),
          )
          .join('\n');
  return new ObjectError('CONFLICT', `Apply failed with ${count}: ${list}`, {
    hint: 'leave these fields out, or take them over with force',
    causes,
  });
}

function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager);
  const place = subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${place} using ${apiVersion}` : place;
}
