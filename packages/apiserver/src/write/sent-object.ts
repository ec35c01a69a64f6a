import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Body, bodyText, bodyType, decodeBody, isJson } from '../request/decode-body.ts';
import { duplicateFields } from '../request/duplicate-fields.ts';
import { objectBody } from '../request/object-body.ts';
import type { FieldPath } from '../resource/served-resource.ts';
import {
  type CheckedFields,
  type FieldProblems,
  checkedFields,
  strictRefusal,
  undeclaredRefusal,
} from './field-validation.ts';
import { type ObjectRequest, isOfStatus, namespaceOf } from '../resource/object-request.ts';
import type { FieldValidation } from './write-query.ts';

/**
 * Pure. Returns the object that a body holds: of the kind and in the namespace of the request unless it says
 * otherwise, and without fields that the kind does not know.
 * @throws ObjectError BAD_REQUEST
 */
export function sentObject(
  request: ObjectRequest,
  body: Body,
  validation: FieldValidation,
): CheckedFields<NewObject> {
  const object = completed(request, objectBody(decodeBody(body)));
  const unknown = isOfStatus(request) ? [] : request.resource.unknownFields(object as KubeObject);
  const refusal = request.info.verb === 'patch' ? refusedApply(request) : refusedWrite(request);
  return checkedFields(object, { unknown, duplicate: duplicateIn(body) }, { validation, refusal });
}

/** What is sent as a patch is applied. */
const refusedApply =
  (request: ObjectRequest) =>
  (problems: FieldProblems): string => {
    const { resource, info } = request;
    const name = `${namespaceOf(request) ?? ''}/${info.name ?? ''}`;
    const object = `${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}`;
    return `failed to create typed patch object (${object}): ${undeclaredRefusal(problems)}`;
  };

const refusedWrite =
  ({ resource: { kind, version } }: ObjectRequest) =>
  (problems: FieldProblems): string =>
    `${kind} in version "${version}" cannot be handled as a ${kind}: ${strictRefusal(problems)}`;

/** Pure. Returns the paths of the fields that a body gives twice. YAML that does so is not read at all. */
export const duplicateIn = (body: Body): readonly FieldPath[] =>
  isJson(bodyType(body)) ? duplicateFields(bodyText(body)) : [];

function completed(request: ObjectRequest, object: NewObject): NewObject {
  const { resource, info } = request;
  const { metadata } = object;
  const namespace = namespaceOf(request);
  if (metadata.namespace && metadata.namespace !== (namespace ?? ''))
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (info.name !== undefined && metadata.name !== info.name)
    throw badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${info.name})`,
    );
  return {
    ...object,
    apiVersion: object.apiVersion || apiVersionOf(resource),
    kind: object.kind || resource.kind,
    metadata: { ...metadata, namespace: namespace ?? '' },
  };
}
