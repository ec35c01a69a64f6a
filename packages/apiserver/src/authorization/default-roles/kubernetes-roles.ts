import { rbacGroup } from '@ignite/toolkit/access/resources/rbac';
import type { PolicyRule } from '@ignite/toolkit/access/resources/role';
import { mastersGroup } from '../decide.ts';
import { type DefaultRole, readVerbs, rule, writeVerbs } from './default-role.ts';

const mayGet = (...nonResourceURLs: readonly string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs });

const health = ['/livez', '/readyz', '/healthz'] as const;
const version = ['/version', '/version/'] as const;
const authenticated = 'system:authenticated';

/** The roles of Kubernetes that concern what the server has. */
export const kubernetesRoles: readonly DefaultRole[] = [
  {
    name: 'cluster-admin',
    rules: [rule(['*'], ['*'], ['*']), { verbs: ['*'], nonResourceURLs: ['*'] }],
    groups: [mastersGroup],
  },
  {
    name: 'system:discovery',
    rules: [mayGet(...health, ...version, '/openapi', '/openapi/*', '/api', '/api/*', '/apis', '/apis/*')],
    groups: [authenticated],
  },
  {
    name: 'system:basic-user',
    rules: [
      rule(['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
    ],
    groups: [authenticated],
  },
  {
    name: 'system:public-info-viewer',
    rules: [mayGet(...health, ...version)],
    groups: [authenticated, 'system:unauthenticated'],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
      rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews']),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [mayGet('/metrics', ...health, ...health.map((path) => `${path}/*`))],
    groups: ['system:monitoring'],
  },
  {
    name: 'system:aggregate-to-admin',
    partOf: 'admin',
    rules: [
      rule(['create'], ['authorization.k8s.io'], ['localsubjectaccessreviews']),
      rule([...readVerbs, ...writeVerbs], [rbacGroup], ['roles', 'rolebindings']),
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    partOf: 'edit',
    rules: [
      rule(readVerbs, [''], ['secrets', 'pods/attach', 'pods/exec', 'pods/portforward']),
      rule(['impersonate'], [''], ['serviceaccounts']),
      rule(writeVerbs, [''], ['pods', 'pods/attach', 'pods/exec', 'pods/portforward']),
      rule(writeVerbs, [''], ['configmaps', 'secrets', 'serviceaccounts', 'services']),
      rule(['create'], [''], ['serviceaccounts/token']),
      rule(writeVerbs, ['', 'events.k8s.io'], ['events']),
      rule([...readVerbs, ...writeVerbs], ['coordination.k8s.io'], ['leases']),
    ],
  },
  {
    name: 'system:aggregate-to-view',
    partOf: 'view',
    rules: [
      rule(
        readVerbs,
        [''],
        ['configmaps', 'namespaces', 'pods', 'pods/log', 'pods/status', 'serviceaccounts', 'services'],
      ),
      rule(readVerbs, ['discovery.k8s.io'], ['endpointslices']),
      rule(readVerbs, ['', 'events.k8s.io'], ['events']),
    ],
  },
];
