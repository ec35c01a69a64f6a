import type { KubeObject } from './kube-object.ts';

export type ApiObject = KubeObject;
