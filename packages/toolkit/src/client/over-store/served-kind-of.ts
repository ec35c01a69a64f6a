import * as v from 'valibot';
import { dottedPath } from '../../diff/field-change.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { isMissingKey, issuePath, issueText } from '../../schema/issue-text.ts';
import { type Kind, hubOf } from '../../scheme/kind.ts';
import { problemsOfUpdate } from '../../scheme/problems-of-update.ts';
import { versionOf } from '../../object/group-kind.ts';
import type { ErrorCause } from '../object-error.ts';
import type { ServedKind } from './served-kind.ts';

/**
 * Pure. Returns a kind as a client over a store serves it, in its hub version. Fields beside those that the
 * kind describes are kept as they are.
 */
export function servedKindOf(kind: Kind): ServedKind {
  const { apiVersion, spec, fields } = hubOf(kind);
  const described: Readonly<Record<string, v.GenericSchema>> = { ...fields, ...(spec && { spec }) };
  const schema = v.looseObject(described);
  const { names, origin, permanent, newUid, statusHasMetadata, initialStatus } = kind.strategy ?? {};
  return {
    group: kind.group,
    version: versionOf(apiVersion),
    resource: kind.plural,
    kind: kind.kind,
    isNamespaced: kind.scope === 'Namespaced',
    ...(names && { names }),
    ...(origin !== undefined && { origin }),
    ...(permanent && { permanent }),
    ...(newUid && { newUid }),
    ...(kind.selectableFields && { selectableFields: kind.selectableFields }),
    hasStatus: kind.subresources?.includes('status') ?? false,
    ...(statusHasMetadata && { statusHasMetadata }),
    ...(initialStatus !== undefined && { initialStatus }),
    withDefaults: (object) => {
      const prepared = kind.strategy?.prepare?.(object) ?? object;
      const { success, output } = v.safeParse(schema, prepared);
      return success ? { ...prepared, ...output } : prepared;
    },
    problems: (object, old) => [
      ...(v.safeParse(schema, object).issues ?? []).map(causeOf),
      ...(old === undefined ? [] : updateProblems(old, object, kind)),
    ],
  };
}

const causeOf = (issue: v.BaseIssue<unknown>): ErrorCause => ({
  field: fieldAt(issuePath(issue)),
  reason: isMissingKey(issue) ? 'FieldValueRequired' : 'FieldValueInvalid',
  message: issueText(issue),
});

const updateProblems = (old: KubeObject, next: KubeObject, kind: Kind): readonly ErrorCause[] =>
  problemsOfUpdate(old, next, kind).map(({ path, message }) => ({
    field: dottedPath(path),
    reason: 'FieldValueInvalid',
    message,
  }));

/** Writes the path of a field as Kubernetes does, such as `spec.ports[0].name`. */
const fieldAt = (path: readonly (string | number)[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
