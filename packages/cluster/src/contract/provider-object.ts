import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';

/**
 * What Cluster API's contracts say of the objects of providers. Everything else in them is the provider's own, so that
 * they are read field by field, and a field of another form counts as absent.
 */

const optional = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.optional(v.fallback(v.optional(schema), undefined));

const endpoint = v.object({ host: v.string(), port: v.number() });
const text = v.string();
const flag = v.boolean();

const contractSchema = v.object({
  spec: v.optional(
    v.object({
      providerID: optional(text),
      controlPlaneEndpoint: optional(endpoint),
      version: optional(text),
      replicas: optional(v.number()),
    }),
    {},
  ),
  status: v.optional(
    v.object({
      ready: optional(flag),
      initialization: optional(
        v.object({
          provisioned: optional(flag),
          dataSecretCreated: optional(flag),
          controlPlaneInitialized: optional(flag),
        }),
      ),
      dataSecretName: optional(text),
      failureDomain: optional(text),
      failureDomains: optional(
        v.array(
          v.object({
            name: text,
            controlPlane: optional(flag),
            attributes: optional(v.record(text, text)),
          }),
        ),
      ),
      addresses: optional(
        v.array(
          v.object({
            type: v.picklist(['Hostname', 'ExternalIP', 'InternalIP', 'ExternalDNS', 'InternalDNS']),
            address: text,
          }),
        ),
      ),
      versions: optional(v.array(v.object({ version: text, replicas: v.number() }))),
      replicas: optional(v.number()),
      readyReplicas: optional(v.number()),
      availableReplicas: optional(v.number()),
      upToDateReplicas: optional(v.number()),
    }),
    {},
  ),
});
export type ProviderObject = v.InferOutput<typeof contractSchema>;

/** Pure. Returns what the contracts know of an object. */
export const contractOf = ({ spec, status }: KubeObject): ProviderObject => {
  const { success, output } = v.safeParse(contractSchema, { spec, status });
  return success ? output : { spec: {}, status: {} };
};

/** Pure. Tells whether the infrastructure of an object is there. */
export const isProvisioned = ({ status }: ProviderObject): boolean =>
  status.initialization?.provisioned === true;
