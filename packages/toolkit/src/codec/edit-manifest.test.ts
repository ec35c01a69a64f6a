import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editManifest } from './edit-manifest.ts';

const text = `# The garden, by hand.
apiVersion: garden.example/v1   # stays
kind:   Pot
metadata:
    name: a
spec:
    plant: "mint"  # smells good

    litres: 5
    herbs: [ basil,   'thyme' ]
---
# nobody knows this kind
kind: Gnome
hat: {colour: red}
---
kind: Pot
metadata: {name: b}
spec:
  plant: fig
`;
const a = { kind: 'Pot', namespace: 'default', name: 'a' };

describe('editManifest', () => {
  test('replacing one scalar by another changes no other character', () => {
    const edited = editManifest(text, a, [
      { path: '/spec/plant', value: 'registry:5000/fig@sha256:abc' },
      { path: '/spec/litres', value: 7 },
      { path: '/spec/herbs/1', value: "rosemary's" },
    ]);
    const wanted = text
      .replace('"mint"', '"registry:5000/fig@sha256:abc"')
      .replace('litres: 5', 'litres: 7')
      .replace("'thyme'", "'rosemary''s'");
    assert.equal(edited, wanted);
  });

  test('plain text is quoted where it would be read as something else', () => {
    const edit = (value: string) =>
      editManifest(text, { ...a, name: 'b' }, [{ path: '/spec/plant', value }])
        ?.split('\n')
        .at(-2);
    assert.equal(edit('debian:12'), '  plant: debian:12');
    assert.equal(edit('true'), '  plant: "true"');
    assert.equal(edit('1.5'), '  plant: "1.5"');
    assert.equal(edit('a: b'), '  plant: "a: b"');
    assert.equal(edit('x # y'), '  plant: "x # y"');
  });

  test('fields come and go with the comments of the others kept, and other documents untouched', () => {
    const edited = editManifest(text, a, [
      { path: '/spec/soil', value: { sand: true } },
      { path: '/spec/litres', value: undefined },
    ])!;
    assert.match(edited, /# The garden, by hand\.\n/);
    assert.match(edited, /apiVersion: garden.example\/v1 # stays\n/);
    assert.match(edited, /plant: "mint" # smells good\n/);
    assert.match(edited, /soil:\n +sand: true\n/);
    assert.doesNotMatch(edited, /litres/);
    assert.equal(edited.slice(edited.indexOf('---')), text.slice(text.indexOf('---')));
  });

  test('editing an object that is not in the text returns nothing', () => {
    assert.equal(editManifest(text, { ...a, name: 'c' }, [{ path: '/spec/plant', value: 'x' }]), undefined);
  });

  test('JSON stays JSON', () => {
    const json = '{"kind": "Pot", "metadata": {"name": "a"},\n "spec": {"plant": "mint"}}\n';
    assert.equal(
      editManifest(json, a, [{ path: '/spec/plant', value: 'fig' }]),
      json.replace('"mint"', '"fig"'),
    );
  });
});
