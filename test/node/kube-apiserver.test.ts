import { assert, test } from '../harness.ts'
import { withApiServer } from './kube-apiserver.ts'

test(
  'K1: a real API server takes the definition of NetworkAttachmentDefinition, and kubectl knows its short name',
  async () => {
    await withApiServer(async ({ apply, kubectl, audit }) => {
      const metadata = {
        name: 'lan',
        namespace: 'default',
        annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/nic' },
      }
      apply({ apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition', metadata, spec: { config: '{}' } })
      const { stdout } = kubectl(['get', 'net-attach-def', '-o', 'wide'])
      assert.match(stdout, /^NAME +RESOURCE +AGE\nlan +example\.com\/nic /)
      const wrong = kubectl(
        ['apply', '-f', '-'],
        JSON.stringify({
          apiVersion: 'k8s.cni.cncf.io/v1',
          kind: 'NetworkAttachmentDefinition',
          metadata: { name: 'bad', namespace: 'default' },
          spec: { config: {} },
        }),
      )
      assert.is(wrong.status, 1)
      assert.match(wrong.stderr, /spec\.config/)
      assert.ok(audit().some(({ verb, uri }) => verb === 'create' && uri.includes('network-attachment-definitions')))
    })
  },
  { timeoutMs: 600_000 },
)
