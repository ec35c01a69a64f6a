import assert from 'node:assert/strict';
import { documentRenderer, objectRenderer } from '../../../packages/cli/src/render/template.ts';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { mutatedText } from '../mutate.ts';
import { taken, target } from '../target.ts';

const samples = [
  '{{.Name}} {{.metadata.name | printf "%-20s"}}',
  '{{range $i, $e := .spec.network.ports}}{{$i}}:{{.hostPort}} {{else}}none{{end}}',
  '{{if and .Running (eq .Name "web")}}yes{{else if not .Paused}}no{{end}}',
  '{{with .status.network}}{{index .ipAddresses 0}}{{end}}{{/* c */}}',
  '{{define "x"}}{{.}}{{end}}{{template "x" .metadata.labels}}{{json .}}',
  '{{- len .Name -}} {{slice .Name 0 2}} {{printf "%05d %q %v %T" 12 "a" .spec nil}}',
  '{{.ObjectMeta.UID}} {{.Spec.CPUs}} {{html "<a>"}} {{js "x"}} {{urlquery "a b"}} {{print 1 2}}',
];
const words = [
  '{{',
  '}}',
  ' | ',
  '(',
  ')',
  '$',
  '.Name',
  'range ',
  'end',
  'if ',
  'template "x"',
  '%',
  '"',
  '1e3',
];
const vm = sampleVm({ status: { phase: 'Running' } });
const context = { nowMs: 0, paths: { dataDir: '/d', runDir: '/r' }, images: [], kernels: [] };

export const templates = target<string>({
  name: 'templates',
  make: (random) => mutatedText(samples, words, random).slice(0, 16_384),
  check: (text) => {
    const rendered = taken(() => objectRenderer('--format', text)(vm, context));
    const document = taken(() => documentRenderer('--format', text)({ Name: 'web', labels: { a: 'b' } }));
    for (const said of [rendered, document]) assert.ok(said === undefined || typeof said === 'string');
  },
});
