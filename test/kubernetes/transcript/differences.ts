/** Something that kubectl shows of ignited otherwise than of Kubernetes. */
export interface Difference {
  readonly what: string;
  readonly why: string;
  /** The commands that show it. */
  readonly commands: readonly string[];
}

/** All that is known to differ. The documentation has the same list. */
export const differences: readonly Difference[] = [
  {
    what: 'What is wrong with a name, a label, a selector or a value of our own kinds and of core kinds',
    why: 'The reason is the same, and the sentence after it is ours.',
    commands: [
      "kubectl get pots -l 'sun==='",
      'kubectl create -f pot-name.yaml',
      'kubectl label pot rose "bad key=1"',
      'kubectl patch cm settings --type=merge -p \'{"data":{"Bad Key":"4"}}\'',
      'kubectl patch cm settings --type=merge -p \'{"data":{"a":"5"}}\'',
      'kubectl replace -f settings.yaml',
      'kubectl patch secret keys --type=merge -p \'{"type":"other"}\'',
      'kubectl patch secret keys --type=merge -p \'{"data":{"a":"no base64!"}}\'',
      'kubectl patch rolebinding robot-reads --type=merge -p \'{"roleRef":{"name":"gardener"}}\'',
      'kubectl patch vm web --type=merge -p \'{"spec":{"cpus":"many"}}\'',
      'kubectl patch pot rose --type=merge -p \'{"metadata":{"finalizers":["garden.example/wait","garden.example/more"]}}\'',
      'kubectl create token nothing',
      'kubectl create token robot --duration=1m',
    ],
  },
  {
    what: 'A core kind with a value of a wrong type, or with an unknown field in a patch',
    why: 'Every field that is wrong is named. Kubernetes names the first, or repeats the patch as Go prints it.',
    commands: [
      'kubectl apply -f settings-wrong.yaml',
      'kubectl apply -f settings-unknown.yaml',
      'kubectl create -f settings-wrong.yaml --validate=false',
    ],
  },
  {
    what: 'A JSON patch that cannot be carried out',
    why: 'The operation that failed is named, where Kubernetes says only that the request is wrong.',
    commands: [
      'kubectl patch pot rose --type=json -p \'[{"op":"test","path":"/spec/litres","value":77}]\'',
      'kubectl patch pot rose --type=json -p \'[{"op":"remove","path":"/spec/nothing"}]\'',
    ],
  },
  {
    what: 'A server-side apply of values that are unknown, of wrong types or there twice',
    why: 'It is refused as a bad request. Kubernetes answers as if it had failed itself.',
    commands: [
      'kubectl apply --server-side -f pot-unknown.yaml',
      'kubectl apply --server-side -f pot-types.yaml',
      'kubectl apply --server-side -f pot-twice.yaml',
      'kubectl apply --server-side -f settings-wrong.yaml',
    ],
  },
  {
    what: 'The order of verbs in `api-resources`',
    why: 'It is that of the alphabet for all kinds.',
    commands: [
      'kubectl api-resources --api-group=garden.example -o wide',
      'kubectl get --raw /apis/garden.example/v1',
    ],
  },
  {
    what: '`kubectl explain` of parts of core kinds',
    why: 'Their types have no names: `<Object>` stands for `<PolicyRule>`.',
    commands: [
      'kubectl explain role.rules | grep -P "\\t<|^FIELD"',
      'kubectl explain lease.spec | grep -P "\\t<|^FIELD"',
      'kubectl explain namespace.spec | grep -P "\\t<|^FIELD"',
      'kubectl explain serviceaccount | grep -P "\\t<|^FIELD"',
    ],
  },
  {
    what: 'The conditions of a CustomResourceDefinition',
    why: 'They tell the generation that they are about, as in newer versions of Kubernetes.',
    commands: ['kubectl get crd pots.garden.example -o yaml'],
  },
  {
    what: 'A namespace',
    why: 'There are no quotas and limits of namespaces.',
    commands: ['kubectl describe ns garden'],
  },
  {
    what: 'A Scale',
    why: 'It tells the generation of its object too.',
    commands: ['kubectl get pot rose --subresource=scale -o yaml'],
  },
];
