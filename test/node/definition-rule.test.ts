import { execFileSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { assert, test } from '../harness.ts'
import { kubernetesPrograms } from './kube-apiserver.ts'

type Schema = {
  readonly properties: Readonly<Record<string, Schema>>
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[]
}

// Read rather than run: the API server here is from before such rules.
test('K1: deploy/crd adds a rule for spec.config that every configuration keeps, and other texts break', () => {
  const [rule] = configSchema()['x-kubernetes-validations'] ?? []
  const [, pattern = 'none'] = /^self\.matches\(r'(.*)'\)$/.exec(rule?.rule ?? '') ?? []
  const isShaped = (text: string): boolean => new RegExp(pattern).test(text)
  for (const text of ['', ' \n', '{}', '{"type": "bridge"}', '\n{\n  "plugins": [\n  ]\n}\n'])
    assert.ok(isShaped(text), text)
  for (const text of ['[]', '"{}"', 'type: bridge', '{', '{} {', 'x{}']) assert.not.ok(isShaped(text), text)
})

function configSchema(): Schema {
  const folder = new URL('../../deploy/crd', import.meta.url).pathname
  const text = execFileSync(`${kubernetesPrograms()}/kubectl`, ['kustomize', folder], { encoding: 'utf8' })
  const objects = (parseAllDocuments(text) as { toJS(): unknown }[]).map((document) => document.toJS()) as readonly {
    readonly spec: {
      readonly names: { readonly kind: string }
      readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[]
    }
  }[]
  const definition = objects.find(({ spec }) => spec.names.kind === 'NetworkAttachmentDefinition')
  return definition?.spec.versions[0]?.schema.openAPIV3Schema.properties['spec']?.properties['config'] as Schema
}
