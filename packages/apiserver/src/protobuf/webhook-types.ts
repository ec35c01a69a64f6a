import { type MessageType, bytes, integer, message, messages, text, texts } from './message-type.ts';
import { labelSelector, metadata } from './meta-types.ts';

/** The messages of k8s.io/api/admissionregistration/v1/generated.proto. */

/** How a webhook is reached, which definitions of kinds say in the same way. */
export const clientConfig: MessageType = {
  1: message('service', { 1: text('namespace'), 2: text('name'), 3: text('path'), 4: integer('port') }),
  2: bytes('caBundle'),
  3: text('url'),
};

const rule: MessageType = {
  1: texts('apiGroups'),
  2: texts('apiVersions'),
  3: texts('resources'),
  4: text('scope'),
};

export const withOperations: MessageType = { 1: texts('operations'), 2: message('rule', rule) };
/** Pure. Returns a rule in the same object as its operations. */
export const flat = ({
  rule: of,
  ...said
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  ...said,
  ...(of as object),
});
const rules = messages('rules', withOperations, flat);

export const namedExpression: MessageType = { 1: text('name'), 2: text('expression') };
export const matchConditions = messages('matchConditions', namedExpression);

const webhook: MessageType = {
  1: text('name'),
  2: message('clientConfig', clientConfig),
  3: rules,
  4: text('failurePolicy'),
  5: message('namespaceSelector', labelSelector),
  6: text('sideEffects'),
  7: integer('timeoutSeconds'),
  8: texts('admissionReviewVersions'),
  9: text('matchPolicy'),
};

export const validatingConfiguration: MessageType = {
  1: metadata,
  2: messages('webhooks', { ...webhook, 10: message('objectSelector', labelSelector), 11: matchConditions }),
};

export const mutatingConfiguration: MessageType = {
  1: metadata,
  2: messages('webhooks', {
    ...webhook,
    10: text('reinvocationPolicy'),
    11: message('objectSelector', labelSelector),
    12: matchConditions,
  }),
};
