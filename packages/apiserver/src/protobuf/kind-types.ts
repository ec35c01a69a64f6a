import {
  type MessageType,
  boolean,
  bytesMap,
  intOrString,
  integer,
  message,
  messages,
  text,
  textMap,
  texts,
  time,
} from './message-type.ts';
import { customResourceDefinition } from './definition-types.ts';
import { labelSelector, metadata } from './meta-types.ts';
import { validatingBinding, validatingPolicy } from './policy-types.ts';
import { mutatingConfiguration, validatingConfiguration } from './webhook-types.ts';

/** The messages of the kinds of Kubernetes that clients send in this form, from their generated.proto files. */

const objectReference: MessageType = {
  1: text('kind'),
  2: text('namespace'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: text('resourceVersion'),
  7: text('fieldPath'),
};

const leaseSpec: MessageType = {
  1: text('holderIdentity'),
  2: integer('leaseDurationSeconds'),
  3: time('acquireTime'),
  4: time('renewTime'),
  5: integer('leaseTransitions'),
  6: text('strategy'),
  7: text('preferredHolder'),
};

const eventSeries: MessageType = { 1: integer('count'), 2: time('lastObservedTime') };
const eventSource: MessageType = { 1: text('component'), 2: text('host') };

const event: MessageType = {
  1: metadata,
  2: time('eventTime'),
  3: message('series', eventSeries),
  4: text('reportingController'),
  5: text('reportingInstance'),
  6: text('action'),
  7: text('reason'),
  8: message('regarding', objectReference),
  9: message('related', objectReference),
  10: text('note'),
  11: text('type'),
  12: message('deprecatedSource', eventSource),
  13: time('deprecatedFirstTimestamp'),
  14: time('deprecatedLastTimestamp'),
  15: integer('deprecatedCount'),
};

const coreEvent: MessageType = {
  1: metadata,
  2: message('involvedObject', objectReference),
  3: text('reason'),
  4: text('message'),
  5: message('source', eventSource),
  6: time('firstTimestamp'),
  7: time('lastTimestamp'),
  8: integer('count'),
  9: text('type'),
  10: time('eventTime'),
  11: message('series', eventSeries),
  12: text('action'),
  13: message('related', objectReference),
  14: text('reportingComponent'),
  15: text('reportingInstance'),
};

const resourceAttributes: MessageType = {
  1: text('namespace'),
  2: text('verb'),
  3: text('group'),
  4: text('version'),
  5: text('resource'),
  6: text('subresource'),
  7: text('name'),
};

const accessReviewSpec: MessageType = {
  1: message('resourceAttributes', resourceAttributes),
  2: message('nonResourceAttributes', { 1: text('path'), 2: text('verb') }),
};

const namedAccessReviewSpec: MessageType = {
  ...accessReviewSpec,
  3: text('user'),
  4: texts('groups'),
  5: {
    ...{ name: 'extra', many: 'map', type: { 1: texts('items') } },
    meant: ({ items = [] }) => items,
  },
  6: text('uid'),
};

const namespaceCondition: MessageType = {
  1: text('type'),
  2: text('status'),
  4: time('lastTransitionTime'),
  5: text('reason'),
  6: text('message'),
};

const tokenRequestSpec: MessageType = {
  1: texts('audiences'),
  3: message('boundObjectRef', { 1: text('kind'), 2: text('apiVersion'), 3: text('name'), 4: text('uid') }),
  4: integer('expirationSeconds'),
};

const policyRule: MessageType = {
  1: texts('verbs'),
  2: texts('apiGroups'),
  3: texts('resources'),
  4: texts('resourceNames'),
  5: texts('nonResourceURLs'),
};

const subject: MessageType = { 1: text('kind'), 2: text('apiGroup'), 3: text('name'), 4: text('namespace') };
const roleRef: MessageType = { 1: text('apiGroup'), 2: text('kind'), 3: text('name') };
const role: MessageType = { 1: metadata, 2: messages('rules', policyRule) };
const clusterRole: MessageType = {
  ...role,
  3: message('aggregationRule', { 1: messages('clusterRoleSelectors', labelSelector) }),
};
const binding: MessageType = {
  1: metadata,
  2: messages('subjects', subject),
  3: message('roleRef', roleRef),
};

const service: MessageType = {
  1: metadata,
  2: message('spec', {
    1: messages('ports', {
      1: text('name'),
      2: text('protocol'),
      3: integer('port'),
      4: intOrString('targetPort'),
      6: text('appProtocol'),
    }),
    2: textMap('selector'),
    3: text('clusterIP'),
    4: text('type'),
    5: texts('externalIPs'),
    7: text('sessionAffinity'),
    10: text('externalName'),
    13: boolean('publishNotReadyAddresses'),
    14: message('sessionAffinityConfig', {
      1: message('clientIP', { 1: integer('timeoutSeconds') }),
    }),
    17: text('ipFamilyPolicy'),
    18: texts('clusterIPs'),
    19: texts('ipFamilies'),
    22: text('internalTrafficPolicy'),
  }),
};

const endpointSlice: MessageType = {
  1: metadata,
  2: messages('endpoints', {
    1: texts('addresses'),
    2: message('conditions', { 1: boolean('ready'), 2: boolean('serving'), 3: boolean('terminating') }),
    3: text('hostname'),
    4: message('targetRef', objectReference),
    5: textMap('deprecatedTopology'),
    6: text('nodeName'),
    7: text('zone'),
  }),
  3: messages('ports', {
    1: text('name'),
    2: text('protocol'),
    3: integer('port'),
    4: text('appProtocol'),
  }),
  4: text('addressType'),
};

const rbac = 'rbac.authorization.k8s.io/v1';

/** The messages by the `apiVersion` and the kind of what they are. */
export const kindTypes: Readonly<Record<string, MessageType>> = {
  'v1 Namespace': {
    1: metadata,
    2: message('spec', { 1: texts('finalizers') }),
    3: message('status', { 1: text('phase'), 2: messages('conditions', namespaceCondition) }),
  },
  'v1 ConfigMap': { 1: metadata, 2: textMap('data'), 3: bytesMap('binaryData'), 4: boolean('immutable') },
  'v1 Secret': {
    1: metadata,
    2: bytesMap('data'),
    3: text('type'),
    4: textMap('stringData'),
    5: boolean('immutable'),
  },
  'v1 ServiceAccount': {
    1: metadata,
    2: messages('secrets', objectReference),
    3: messages('imagePullSecrets', { 1: text('name') }),
    4: boolean('automountServiceAccountToken'),
  },
  'v1 Service': service,
  'discovery.k8s.io/v1 EndpointSlice': endpointSlice,
  'coordination.k8s.io/v1 Lease': { 1: metadata, 2: message('spec', leaseSpec) },
  'v1 Event': coreEvent,
  'events.k8s.io/v1 Event': event,
  'authorization.k8s.io/v1 SelfSubjectAccessReview': { 1: metadata, 2: message('spec', accessReviewSpec) },
  'authorization.k8s.io/v1 SubjectAccessReview': { 1: metadata, 2: message('spec', namedAccessReviewSpec) },
  'authorization.k8s.io/v1 LocalSubjectAccessReview': {
    1: metadata,
    2: message('spec', namedAccessReviewSpec),
  },
  'authorization.k8s.io/v1 SelfSubjectRulesReview': {
    1: metadata,
    2: message('spec', { 1: text('namespace') }),
  },
  'authentication.k8s.io/v1 SelfSubjectReview': { 1: metadata },
  'authentication.k8s.io/v1 TokenReview': {
    1: metadata,
    2: message('spec', { 1: text('token'), 2: texts('audiences') }),
  },
  'authentication.k8s.io/v1 TokenRequest': { 1: metadata, 2: message('spec', tokenRequestSpec) },
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': mutatingConfiguration,
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': validatingConfiguration,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': validatingPolicy,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': validatingBinding,
  'apiextensions.k8s.io/v1 CustomResourceDefinition': customResourceDefinition,
  [`${rbac} Role`]: role,
  [`${rbac} ClusterRole`]: clusterRole,
  [`${rbac} RoleBinding`]: binding,
  [`${rbac} ClusterRoleBinding`]: binding,
};
